//! What stands in the middle of each step, row by row; nothing is drawn here.

use super::prose;
use super::qr::environment;
use super::state::Wizard;
use crate::handshake::guide::{Source, Step};
use crate::model::{Delivery, Holder, Side, Timestamp};
use crate::tui::clock::duration;
use crate::tui::state::State;
use crate::tui::theme::Role;
use crate::tui::widgets::json::json_lines;
use crate::tui::widgets::text::{Line, wrap};
use crate::workspace::{Check, CheckKind, CheckResult, OfferMade};

/// A row.
#[derive(Debug, Clone, PartialEq)]
pub enum Row {
    /// Something to read.
    Text(Line),
    /// Something loud, over the whole width.
    Loud(String),
    /// Part of something to pick, and whether it is selected.
    Item(Line, bool),
    /// A field, by its place.
    Field(usize),
    /// Under a field.
    Hint(usize),
    /// The line that a list is searched with.
    Search,
    /// Within a frame.
    Card(Line),
    /// The upper or lower edge of a frame.
    Edge(bool),
}

/// The rows, and which of them must be in view.
#[derive(Default)]
pub struct Sheet {
    /// The rows.
    pub rows: Vec<Row>,
    /// First and last row that must be in view.
    pub focus: Option<(usize, usize)>,
}

impl Sheet {
    fn line(&mut self, text: impl Into<String>, role: Role) {
        self.rows.push(Row::Text(Line::of(text, role)));
    }

    fn prose(&mut self, text: &str, role: Role, room: u16) {
        for part in wrap(text, room) {
            self.line(part, role);
        }
    }

    fn gap(&mut self) {
        self.rows.push(Row::Text(Line::new()));
    }

    /// A line with something before it, continued under its text.
    fn led(&mut self, lead: &str, ink: Role, text: &str, role: Role, room: u16) {
        let indent = u16::try_from(lead.chars().count()).unwrap_or(4);
        for (index, part) in wrap(text, room.saturating_sub(indent)).into_iter().enumerate() {
            let lead = if index == 0 {
                lead.to_owned()
            } else {
                " ".repeat(usize::from(indent))
            };
            self.rows.push(Row::Text(Line::of(lead, ink).and(part, role)));
        }
    }

    fn card(&mut self, lines: Vec<Line>) {
        self.rows.push(Row::Edge(true));
        self.rows.extend(lines.into_iter().map(Row::Card));
        self.rows.push(Row::Edge(false));
    }
}

/// The rows of the present step in so many columns; `tall` if there is room to breathe.
pub fn sheet(state: &State, wizard: &Wizard, room: u16, tall: bool) -> Sheet {
    let mut sheet = Sheet::default();
    alarm(state, wizard, &mut sheet, room);
    if wizard.course.is_over() {
        over(wizard, &mut sheet, room);
        return sheet;
    }
    failure(state, wizard, &mut sheet, room);
    match wizard.step() {
        Step::Review => review(state, wizard, &mut sheet, room),
        Step::HandOver => hand_over(state, wizard, &mut sheet, room),
        Step::Send => send(state, wizard, &mut sheet, room),
        Step::Words => words(state, wizard, &mut sheet, room, tall),
        Step::Activation => activation(state, wizard, &mut sheet, room),
        Step::Checks => checks(state, wizard, &mut sheet, room),
        Step::Pointer if wizard.fields().is_empty() => no_instance(wizard, &mut sheet, room),
        Step::Call => call(state, wizard, &mut sheet, room),
        Step::Done => done(wizard, &mut sheet, room),
        _ if wizard.fields().is_empty() => list(state, wizard, &mut sheet, room, tall),
        _ => fields(state, wizard, &mut sheet, room, tall),
    }
    busy(state, wizard, &mut sheet);
    sheet
}

fn spinner(state: &State) -> &'static str {
    state.look.glyphs.spinner[state.tick % 4]
}

/// Minutes and seconds.
pub fn countdown(seconds: i64) -> String {
    let seconds = seconds.max(0);
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

fn elapsed(state: &State, wizard: &Wizard) -> String {
    countdown(state.clock.now().as_seconds() - wizard.since.as_seconds())
}

fn alarm(state: &State, wizard: &Wizard, sheet: &mut Sheet, room: u16) {
    let alarm = wizard
        .course
        .under_way()
        .and_then(|under_way| under_way.alarm.clone());
    let Some(alarm) = alarm else { return };
    let when = state.clock.time(alarm.at);
    for part in wrap(
        &format!("ALARM at {when}: {}", prose::alarm(alarm.kind)),
        room.saturating_sub(2),
    ) {
        sheet.rows.push(Row::Loud(part));
    }
    sheet.gap();
}

fn over(wizard: &Wizard, sheet: &mut Sheet, room: u16) {
    let state = wizard.state().map_or("over", |state| state.as_str());
    sheet.prose(
        &format!("This handshake came to an end: its credentials are {state}."),
        Role::Bad,
        room,
    );
    sheet.gap();
    sheet.prose(
        "Nobody can call with what was handed over. Talk to the other administrator on a way that you trust, and begin again with a new offer.",
        Role::Base,
        room,
    );
}

fn failure(state: &State, wizard: &Wizard, sheet: &mut Sheet, room: u16) {
    let Some(failure) = &wizard.failure else { return };
    let glyphs = &state.look.glyphs;
    let message = match &failure.instance {
        Some(instance) => format!("{instance}: {}", failure.message),
        None => failure.message.clone(),
    };
    sheet.led(&format!("{} ", glyphs.bad), Role::Bad, &message, Role::Bad, room);
    sheet.led(
        &format!("{} ", glyphs.arrow),
        Role::Good,
        &failure.remedy,
        Role::Base,
        room,
    );
    sheet.gap();
}

fn busy(state: &State, wizard: &Wizard, sheet: &mut Sheet) {
    let own = matches!(wizard.step(), Step::Checks | Step::Call | Step::Begin);
    if wizard.ticket.is_none() || own {
        return;
    }
    let words = match wizard.step() {
        Step::Request => "looking into the request",
        Step::Review => "making the credential and sealing it",
        Step::HandOver => "making another code",
        Step::Ask => "making the request",
        Step::Passphrase => "opening: this takes a moment on purpose",
        Step::Keep => "opening what came, and keeping it",
        Step::Words => "telling your side",
        Step::Pointer => "making the pointer",
        Step::Scope => "fetching what there is",
        _ => "one moment",
    };
    sheet.gap();
    sheet.line(format!("{} {words}…", spinner(state)), Role::Changing);
}

fn list(state: &State, wizard: &Wizard, sheet: &mut Sheet, room: u16, tall: bool) {
    let list = &wizard.list;
    let glyphs = &state.look.glyphs;
    if list.finds {
        sheet.rows.push(Row::Search);
        sheet.gap();
    }
    let found = list.found();
    for (index, item) in found.iter().enumerate() {
        let selected = index == list.selected;
        let first = sheet.rows.len();
        let lead = if list.many {
            if list.is_picked(&item.key) {
                format!("[{}] ", glyphs.good)
            } else {
                "[ ] ".to_owned()
            }
        } else {
            format!("{}  ", index + 1)
        };
        let title = if selected { Role::Strong } else { Role::Base };
        let mut line = Line::of(format!(" {lead}"), Role::Key).and(item.title.clone(), title);
        if !item.mark.is_empty() {
            line = line.and(format!("  {}", item.mark), mark_role(&item.mark));
        }
        if list.many {
            line = line.and(format!("  {}", item.doc), Role::Dim);
            sheet.rows.push(Row::Item(line, selected));
        } else {
            sheet.rows.push(Row::Item(line, selected));
            for part in wrap(&item.doc, room.saturating_sub(5)) {
                let line = Line::of(format!("    {part}"), Role::Dim);
                sheet.rows.push(Row::Item(line, selected));
            }
        }
        if selected {
            sheet.focus = Some((first, sheet.rows.len() - 1));
        }
        if !list.many && tall {
            sheet.gap();
        }
    }
    if list.loading {
        sheet.line(
            format!("{} fetching what there is…", spinner(state)),
            Role::Changing,
        );
    } else if found.is_empty() {
        let text = match wizard.step() {
            Step::Instance => {
                "There is no instance of yours in this home. Leave with Esc, press 1 and n to host one."
            }
            _ if list.filter.value().is_empty() => "There is nothing to pick from yet. Esc goes back.",
            _ => "Nothing like that was found.",
        };
        sheet.prose(text, Role::Dim, room);
    }
    if let Some(total) = list.total.filter(|total| *total > list.items.len() as u64) {
        sheet.gap();
        sheet.line(
            format!(
                "{} of {} are here; type to find the others",
                list.items.len(),
                crate::tui::clock::count(total)
            ),
            Role::Dim,
        );
    }
    if list.many && !list.picked.is_empty() {
        sheet.gap();
        sheet.line(
            format!("{} {} picked", glyphs.good, list.picked.len()),
            Role::Good,
        );
    }
}

fn mark_role(mark: &str) -> Role {
    match mark {
        "best" | "least" | "up" | "active" => Role::Good,
        "weakest" | "changes" => Role::Warn,
        _ => Role::Faint,
    }
}

fn fields(state: &State, wizard: &Wizard, sheet: &mut Sheet, room: u16, tall: bool) {
    let answers = &wizard.course.answers;
    let pasted = match (wizard.step(), &answers.bundle) {
        (Step::Bundle, Some(Source::Text(text))) => Some(text.len()),
        (Step::Request, _) if !answers.request.is_empty() => Some(answers.request.len()),
        _ => None,
    };
    if let Some(bytes) = pasted {
        let glyph = state.look.glyphs.good;
        let text = format!(
            "{glyph} {} bytes of text are here; paste again to replace them",
            bytes
        );
        sheet.line(text, Role::Good);
        sheet.gap();
    }
    if let (Step::Keep, Some(says)) = (wizard.step(), &wizard.says) {
        said(state, says, sheet, room);
    }
    for index in 0..wizard.fields().len() {
        let first = sheet.rows.len();
        sheet.rows.push(Row::Field(index));
        if tall || index == wizard.at {
            sheet.rows.push(Row::Hint(index));
        }
        if index == wizard.at {
            sheet.focus = Some((first, sheet.rows.len() - 1));
        }
    }
    if let (Step::Who, Some(other)) = (wizard.step(), look_alike(state, wizard)) {
        sheet.gap();
        let text = format!(
            "This is easily taken for {other}, which has a credential already. Another name is safer."
        );
        sheet.led(
            &format!("{} ", state.look.glyphs.warn),
            Role::Warn,
            &text,
            Role::Warn,
            room,
        );
    }
}

/// What the bundle says, before anything of it is kept.
fn said(state: &State, says: &serde_json::Value, sheet: &mut Sheet, room: u16) {
    let text = |pointer: &str| says.pointer(pointer).and_then(|value| value.as_str());
    let rows = [
        ("from", text("/instance/name").map(ToOwned::to_owned)),
        ("instance", text("/instance/id").map(ToOwned::to_owned)),
        ("answers at", text("/endpoint").map(ToOwned::to_owned)),
        ("called as", text("/credentials/0/app_id").map(ToOwned::to_owned)),
        (
            "good until",
            text("/expires_at")
                .and_then(|at| Timestamp::parse(at))
                .map(|at| state.clock.date_time(at)),
        ),
    ];
    for (label, value) in rows {
        let Some(value) = value else { continue };
        sheet.led(&format!("{label:<12}"), Role::Dim, &value, Role::Strong, room);
    }
    sheet.gap();
}

/// Another app_id that looks like the one that is typed.
fn look_alike(state: &State, wizard: &Wizard) -> Option<String> {
    let typed = wizard.typed(Step::Who, "app_id");
    let shape = shape(typed);
    state
        .credentials
        .rows
        .iter()
        .filter(|row| row.side == Side::Issued && row.app_id.as_str() != typed)
        .find(|row| self::shape(row.app_id.as_str()) == shape)
        .map(|row| row.app_id.to_string())
}

/// What a name looks like at a glance.
fn shape(name: &str) -> String {
    let glance = |character: char| match character.to_ascii_lowercase() {
        'o' => Some('0'),
        'i' | 'l' => Some('1'),
        's' => Some('5'),
        '_' | '.' | '-' => None,
        other => Some(other),
    };
    name.chars().filter_map(glance).collect()
}

fn review(state: &State, wizard: &Wizard, sheet: &mut Sheet, room: u16) {
    for line in prose::shared(state, wizard) {
        sheet.led(
            &format!("{} ", state.look.glyphs.dot),
            Role::Accent,
            &line,
            Role::Base,
            room,
        );
    }
    let answers = &wizard.course.answers;
    let how = match answers.delivery {
        Delivery::Code => {
            "Handed over by a one-time code that you read to them, good for 15 minutes.".to_owned()
        }
        Delivery::Request => "Sealed to the request that they sent: nobody else can open it.".to_owned(),
        Delivery::Passphrase => "Sealed under seven generated words, good for 24 hours.".to_owned(),
        Delivery::Plain => "Handed over as plain values: whoever sees them can call as well.".to_owned(),
    };
    let role = if answers.delivery == Delivery::Plain {
        Role::Warn
    } else {
        Role::Base
    };
    sheet.led(
        &format!("{} ", state.look.glyphs.dot),
        Role::Accent,
        &how,
        role,
        room,
    );
    if !answers.file.is_empty() && matches!(answers.delivery, Delivery::Request | Delivery::Passphrase) {
        let text = format!("Written to {}.", answers.file);
        sheet.led(
            &format!("{} ", state.look.glyphs.dot),
            Role::Accent,
            &text,
            Role::Base,
            room,
        );
    }
    if let Some(says) = &wizard.request {
        let text = |name: &str| says.get(name).and_then(|value| value.as_str()).unwrap_or("?");
        let line = format!(
            "Their request calls itself {} and asks for the name {}.",
            text("name"),
            text("app_id")
        );
        sheet.led(
            &format!("{} ", state.look.glyphs.dot),
            Role::Accent,
            &line,
            Role::Base,
            room,
        );
    }
    sheet.gap();
    sheet.line("Enter makes it. Esc goes back to change something.", Role::Dim);
}

fn hand_over(state: &State, wizard: &Wizard, sheet: &mut Sheet, room: u16) {
    let Some(made) = &wizard.made else {
        resumed_hand_over(state, wizard, sheet, room);
        return;
    };
    if wizard.leaving {
        sheet.led(
            &format!("{} ", state.look.glyphs.warn),
            Role::Warn,
            "What is secret here is not shown again. Press Esc once more to leave; the handshake stays under way.",
            Role::Warn,
            room,
        );
        sheet.gap();
    }
    if let Some(warning) = &made.warning {
        sheet.led(
            &format!("{} ", state.look.glyphs.warn),
            Role::Warn,
            warning,
            Role::Warn,
            room,
        );
        sheet.gap();
    }
    match made.delivery {
        Delivery::Code => code(state, wizard, made, sheet, room),
        Delivery::Plain => plain(state, wizard, made, sheet, room),
        Delivery::Request | Delivery::Passphrase => bundle(state, wizard, made, sheet, room),
    }
}

fn code(state: &State, wizard: &Wizard, made: &OfferMade, sheet: &mut Sheet, room: u16) {
    let code = made.code.as_ref().map_or("", |code| code.as_str());
    sheet.card(vec![
        Line::of("address   ", Role::Dim).and(made.endpoint.to_string(), Role::Strong),
        Line::new(),
        Line::of("code      ", Role::Dim).and(code.to_owned(), Role::Match),
    ]);
    sheet.gap();
    let left = made.expires_at.as_seconds() - state.clock.now().as_seconds();
    if left <= 0 {
        sheet.line("The code is too old. n makes another one.", Role::Warn);
        return;
    }
    waiting(
        state,
        wizard,
        sheet,
        room,
        &format!("waiting for {} to type it in", wizard.peer()),
    );
    sheet.line(
        format!(
            "  the code is good for {} more; n makes another one",
            countdown(left)
        ),
        Role::Dim,
    );
}

fn waiting(state: &State, wizard: &Wizard, sheet: &mut Sheet, room: u16, what: &str) {
    let text = format!("{what} · {}", elapsed(state, wizard));
    sheet.led(
        &format!("{} ", spinner(state)),
        Role::Changing,
        &text,
        Role::Changing,
        room,
    );
}

fn bundle(state: &State, wizard: &Wizard, made: &OfferMade, sheet: &mut Sheet, room: u16) {
    let mut lines = Vec::new();
    let size = made.armoured.as_ref().map_or(0, String::len);
    match &made.file {
        Some(file) => {
            lines.push(Line::of("file      ", Role::Dim).and(file.display().to_string(), Role::Strong))
        }
        None => {
            lines.push(Line::of("file      ", Role::Dim).and("not written: y copies the text", Role::Base))
        }
    }
    lines.push(Line::of("text      ", Role::Dim).and(
        format!("{size} bytes: y copies, t shows it to select"),
        Role::Base,
    ));
    lines.push(
        Line::of("good for  ", Role::Dim).and(
            state
                .clock
                .distance(made.expires_at)
                .trim_start_matches("in ")
                .to_owned(),
            Role::Base,
        ),
    );
    if let Some(passphrase) = &made.passphrase {
        lines.push(Line::new());
        let shown = wizard.is_revealed(state.clock.now());
        let words = if shown {
            // Apart by blanks, so that no word is broken at the end of a line.
            passphrase.expose_text().replace('-', " ")
        } else {
            "•••• •••• •••• •••• •••• •••• ••••".to_owned()
        };
        for (index, part) in wrap(&words, room.saturating_sub(18)).into_iter().enumerate() {
            let label = if index == 0 { "words     " } else { "          " };
            let role = if shown { Role::Match } else { Role::Faint };
            lines.push(Line::of(label, Role::Dim).and(part, role));
        }
        let hint = if shown {
            "s hides them; they hide by themselves after 30 s"
        } else {
            "s shows them"
        };
        lines.push(Line::of("          ", Role::Dim).and(hint, Role::Dim));
    }
    sheet.card(lines);
    sheet.gap();
    waiting(
        state,
        wizard,
        sheet,
        room,
        &format!("waiting for {} to open it", wizard.peer()),
    );
    sheet.line(
        "  Enter goes on to the words as soon as they have opened it",
        Role::Dim,
    );
}

fn plain(state: &State, wizard: &Wizard, made: &OfferMade, sheet: &mut Sheet, room: u16) {
    let glyph = state.look.glyphs.warn;
    sheet.led(
        &format!("{glyph} "),
        Role::Warn,
        "Whoever sees these values can call as they do: over your shoulder, in a chat, in a backup of a mailbox. No words prove who has them.",
        Role::Warn,
        room,
    );
    sheet.gap();
    let shown = wizard.is_revealed(state.clock.now());
    for (holder, form) in &made.plain {
        if made.plain.len() > 1 {
            let whose = match holder {
                Holder::Console => "for the console",
                Holder::Instance => "for the instance",
            };
            sheet.line(whose, Role::Dim);
        }
        let mut lines = Vec::new();
        for line in environment(form) {
            let (name, value) = line.split_once('=').unwrap_or((&line, ""));
            let open = matches!(name, "BUTTERFLY_URL" | "APP_ID" | "KID" | "INSTANCE_ID");
            let value = if shown || open {
                value.to_owned()
            } else {
                "••••••••••••••••".to_owned()
            };
            let role = if shown || open { Role::Strong } else { Role::Faint };
            lines.push(Line::of(format!("{name}="), Role::Dim).and(value, role));
        }
        sheet.card(lines);
    }
    let hint = if shown {
        "s hides them again; they hide by themselves after 30 s. y copies, t shows them to select."
    } else {
        "s shows them, for 30 seconds."
    };
    sheet.prose(hint, Role::Dim, room);
}

fn resumed_hand_over(state: &State, wizard: &Wizard, sheet: &mut Sheet, room: u16) {
    let answers = &wizard.course.answers;
    let text = match answers.delivery {
        Delivery::Code => {
            "The code was shown when it was made, and is not kept where anybody could read it. n makes another one for the same offer."
        }
        Delivery::Passphrase => {
            "The words were shown when the bundle was made, and are not kept. If they are lost, withdraw this offer and make another one."
        }
        Delivery::Request => "The bundle was made for their request. If it is lost, make the offer again.",
        Delivery::Plain => "The values were shown when they were made.",
    };
    sheet.prose(text, Role::Base, room);
    sheet.gap();
    if answers.delivery != Delivery::Plain {
        waiting(
            state,
            wizard,
            sheet,
            room,
            &format!("waiting for {}", wizard.peer()),
        );
        if answers.delivery != Delivery::Code {
            sheet.line(
                "  Enter goes on to the words as soon as they have opened it",
                Role::Dim,
            );
        }
    }
}

fn send(state: &State, wizard: &Wizard, sheet: &mut Sheet, room: u16) {
    let Some(asked) = &wizard.asked else {
        sheet.prose(
            "The request was made and is waiting for its answer. When the bundle is here, go on with Enter.",
            Role::Base,
            room,
        );
        return;
    };
    let mut lines = Vec::new();
    if let Some(file) = &asked.file {
        lines.push(Line::of("file      ", Role::Dim).and(file.display().to_string(), Role::Strong));
    }
    lines.push(Line::of("text      ", Role::Dim).and(
        format!("{} bytes: y copies, t shows it to select", asked.text.len()),
        Role::Base,
    ));
    lines.push(Line::of("answered  ", Role::Dim).and(
        format!("until {}", state.clock.date_time(asked.expires_at)),
        Role::Base,
    ));
    sheet.card(lines);
    sheet.gap();
    sheet.prose(
        "When their answer is here, go on with Enter. You can leave until then.",
        Role::Dim,
        room,
    );
}

fn words(state: &State, wizard: &Wizard, sheet: &mut Sheet, room: u16, tall: bool) {
    if let Some(words) = wizard.words() {
        let line = |index: usize| {
            Line::of(format!("{}  ", index + 1), Role::Dim).and(words[index].clone(), Role::Match)
        };
        let mut lines = Vec::new();
        if tall {
            for index in 0..7 {
                lines.push(line(index));
            }
        } else {
            for index in 0..4 {
                let mut left = line(index);
                if index + 4 < 7 {
                    let gap = " ".repeat(20usize.saturating_sub(words[index].chars().count()));
                    left = left
                        .and(format!("{gap}{}  ", index + 5), Role::Dim)
                        .and(words[index + 4].clone(), Role::Match);
                }
                lines.push(left);
            }
        }
        sheet.card(lines);
        if tall {
            sheet.gap();
        }
    }
    list(state, wizard, sheet, room, tall);
}

fn activation(state: &State, wizard: &Wizard, sheet: &mut Sheet, room: u16) {
    let good = state.look.glyphs.good;
    sheet.line(format!("{good} the words match on your side"), Role::Good);
    let what = match wizard.course.side() {
        Side::Issued => format!("waiting for {} to mix fresh keys", wizard.peer()),
        Side::Held => format!(
            "waiting until the people of {} say that the words match",
            wizard.peer()
        ),
    };
    waiting(state, wizard, sheet, room, &what);
    if let Some(row) = wizard.row.as_ref().filter(|row| !row.next.is_empty()) {
        sheet.led("  ", Role::Dim, &row.next, Role::Dim, room);
    }
    sheet.gap();
    sheet.prose(
        "This screen goes on by itself. You can leave: it goes on in the background, and you find it here again.",
        Role::Dim,
        room,
    );
}

fn checks(state: &State, wizard: &Wizard, sheet: &mut Sheet, room: u16) {
    let glyphs = &state.look.glyphs;
    let mut groups: Vec<&[Check]> = Vec::new();
    let mut start = 0;
    for (index, check) in wizard.checks.iter().enumerate() {
        if check.kind == CheckKind::Reachable && index > start {
            groups.push(&wizard.checks[start..index]);
            start = index;
        }
    }
    groups.push(&wizard.checks[start..]);
    let names = wizard
        .accepted
        .as_ref()
        .map(|accepted| accepted.credentials.clone())
        .unwrap_or_default();
    for (place, group) in groups.iter().enumerate() {
        if let Some(name) = names.get(place).filter(|_| names.len() > 1) {
            sheet.line(name.clone(), Role::Dim);
        }
        for kind in CheckKind::ALL {
            check_line(
                state,
                wizard,
                sheet,
                room,
                group.iter().find(|check| check.kind == kind),
                kind,
            );
        }
        sheet.gap();
    }
    if wizard.ticket.is_some() {
        return;
    }
    let failed = wizard
        .checks
        .iter()
        .any(|check| matches!(check.result, CheckResult::Failed { .. }));
    if failed {
        sheet.line("r checks again; Enter goes on all the same", Role::Dim);
    } else if !wizard.checks.is_empty() {
        sheet.line(format!("{} it works", glyphs.good), Role::Good);
    }
}

fn check_line(
    state: &State,
    wizard: &Wizard,
    sheet: &mut Sheet,
    room: u16,
    check: Option<&Check>,
    kind: CheckKind,
) {
    let glyphs = &state.look.glyphs;
    match check.map(|check| &check.result) {
        Some(CheckResult::Passed { note }) => sheet.rows.push(Row::Text(
            Line::of(format!("{} ", glyphs.good), Role::Good)
                .and(format!("{:<34}", kind.words()), Role::Base)
                .and(note.clone(), Role::Dim),
        )),
        Some(CheckResult::Failed { why, remedy }) => {
            sheet.line(format!("{} {}", glyphs.bad, kind.words()), Role::Bad);
            sheet.led("    ", Role::Dim, why, Role::Bad, room);
            sheet.led(
                &format!("  {} ", glyphs.arrow),
                Role::Good,
                remedy,
                Role::Base,
                room,
            );
        }
        Some(CheckResult::Skipped) => {
            sheet.line(format!("{} {}: not tried", glyphs.dot, kind.words()), Role::Faint);
        }
        None => {
            let made = wizard.checks.len() % CheckKind::ALL.len();
            let next = wizard.ticket.is_some() && CheckKind::ALL.get(made) == Some(&kind);
            let (glyph, role) = if next {
                (spinner(state), Role::Changing)
            } else {
                (glyphs.stopped, Role::Faint)
            };
            sheet.line(format!("{glyph} {}", kind.words()), role);
        }
    }
}

fn no_instance(wizard: &Wizard, sheet: &mut Sheet, room: u16) {
    sheet.prose(
        &format!(
            "A federated pointer stands on an instance of yours, and there is none in this home yet. You can call {} from its page all the same: select it and press I.",
            wizard.peer()
        ),
        Role::Base,
        room,
    );
}

fn call(state: &State, wizard: &Wizard, sheet: &mut Sheet, room: u16) {
    if let Some(address) = wizard.course.pointer() {
        sheet.rows.push(Row::Text(
            Line::of(format!("{} ", state.look.glyphs.good), Role::Good)
                .and("pointer ", Role::Base)
                .and(address.to_string(), Role::Address)
                .and(
                    format!(" on {}", wizard.typed(Step::Pointer, "instance")),
                    Role::Base,
                ),
        ));
    }
    let Some(called) = &wizard.called else {
        if wizard.ticket.is_some() {
            waiting(state, wizard, sheet, room, "calling");
        } else if wizard.failure.is_some() {
            sheet.line("r calls again; Enter goes on all the same", Role::Dim);
        }
        return;
    };
    let (glyph, role) = if called.reply.is_success() {
        (state.look.glyphs.good, Role::Good)
    } else {
        (state.look.glyphs.bad, Role::Bad)
    };
    sheet.line(
        format!(
            "{glyph} answered by {} in {}: {}",
            called.route,
            duration(called.elapsed_us),
            called.reply.status()
        ),
        role,
    );
    sheet.gap();
    let value = called
        .reply
        .result()
        .cloned()
        .unwrap_or_else(|| called.reply.to_value());
    sheet
        .rows
        .extend(json_lines(&value, room).into_iter().map(Row::Text));
}

fn done(wizard: &Wizard, sheet: &mut Sheet, room: u16) {
    let peer = wizard.peer();
    let mut lines = Vec::new();
    let plain = wizard.course.answers.delivery == Delivery::Plain;
    match wizard.course.side() {
        Side::Issued => {
            let instance = wizard
                .course
                .answers
                .instance
                .as_ref()
                .map_or("your instance", |name| name.as_str());
            lines.push(format!("{peer} can call {instance}, within what you granted."));
            if plain {
                lines.push("Nobody compared words: revoke it if you doubt who has the values.".to_owned());
            } else {
                lines.push(
                    "The words matched, and fresh keys are in force: what travelled is worthless now."
                        .to_owned(),
                );
            }
        }
        Side::Held => {
            lines.push(format!("You can call {peer}."));
            if !plain {
                lines.push("The words matched, and fresh keys are in force.".to_owned());
            }
            if let Some(address) = wizard.course.pointer() {
                lines.push(format!(
                    "The pointer {address} leads there: c calls it from the Pointers pane."
                ));
            }
        }
    }
    for line in lines {
        sheet.led("✓ ", Role::Good, &line, Role::Base, room);
    }
    sheet.gap();
    sheet.line("Enter closes this.", Role::Dim);
}

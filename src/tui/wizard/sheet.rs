//! What stands in the middle of each step, row by row; nothing is drawn here.

mod after;
mod asking;
mod handing;

use self::after::{activation, call, checks, done, no_instance, words};
use self::asking::{fields, list, review};
use self::handing::{hand_over, send};
use super::prose;
use super::state::Wizard;
use crate::handshake::guide::Step;
use crate::tui::state::State;
use crate::tui::theme::Role;
use crate::tui::widgets::text::{Line, wrap};

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
        Step::Pointer if wizard.fields().is_empty() => no_instance(state, wizard, &mut sheet, room),
        Step::Call => call(state, wizard, &mut sheet, room),
        Step::Done => done(state, wizard, &mut sheet, room),
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
        &state.remedy_here(&failure.remedy),
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

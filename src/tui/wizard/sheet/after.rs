//! What stands on the screen after something was opened: words, fresh keys, checks, the first call.

use super::asking::list;
use super::rows::{Row, Sheet, Space, spinner, waiting};
use crate::command::Id;
use crate::handshake::guide::Step;
use crate::model::{Delivery, Side};
use crate::protocol::Code;
use crate::tui::clock::duration;
use crate::tui::state::State;
use crate::tui::theme::Role;
use crate::tui::widgets::json::json_lines;
use crate::tui::widgets::text::Line;
use crate::tui::wizard::state::Wizard;
use crate::workspace::{Check, CheckKind, CheckResult, Failure, Home, commands_here};

/// From so many columns on the two columns of words stand well apart.
const NARROW: u16 = 48;

pub fn words(state: &State, wizard: &Wizard, sheet: &mut Sheet, room: u16, space: Space) {
    let tall = space == Space::Tall;
    sheet.words_from = Some(sheet.rows.len());
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
            let length = |index: usize| words[index].chars().count();
            // Where there is little room, the second column begins right after the longest word of the first.
            let column = match room < NARROW {
                true => (0..4).map(length).max().unwrap_or_default() + 2,
                false => 20,
            };
            for index in 0..4 {
                let mut left = line(index);
                if index + 4 < 7 {
                    let gap = " ".repeat(column.saturating_sub(length(index)));
                    left = left
                        .and(format!("{gap}{}  ", index + 5), Role::Dim)
                        .and(words[index + 4].clone(), Role::Match);
                }
                lines.push(left);
            }
        }
        match space {
            Space::Bare => sheet.rows.extend(lines.into_iter().map(Row::Text)),
            _ => sheet.card(lines),
        }
        if tall {
            sheet.gap();
        }
    }
    list(state, wizard, sheet, room, space);
    // The words stay in view, whatever is selected.
    sheet.focus = None;
}

pub fn activation(state: &State, wizard: &Wizard, sheet: &mut Sheet, room: u16) {
    let good = state.look.glyphs.good;
    sheet.line(format!("{good} the words match on your side"), Role::Good);
    let what = match wizard.course.side() {
        Side::Issued => format!("waiting for {} to mix fresh keys", wizard.peer()),
        Side::Held => format!(
            "waiting until the people of {} say that the words match",
            wizard.peer()
        ),
    };
    if let Some(failure) = &wizard.failure {
        // It is said above; that it goes on as soon as somebody can be reached would be untrue beside it.
        refused(state, wizard, failure, sheet, room);
        return;
    }
    waiting(state, wizard, sheet, room, &what);
    if let Some(row) = wizard.row.as_ref().filter(|row| !row.next.is_empty()) {
        sheet.led("  ", Role::Dim, &row.next, Role::Dim, room);
    }
    sheet.gap();
    sheet.prose(
        "This page goes on by itself. You can leave: as long as this console runs, it goes on without you.",
        Role::Dim,
        room,
    );
}

/// What is left to do where going on failed.
fn refused(state: &State, wizard: &Wizard, failure: &Failure, sheet: &mut Sheet, room: u16) {
    if failure.code == Code::PeerRefused {
        let id = wizard.course.under_way().map_or("ID", |under_way| &under_way.id);
        let text = format!(
            "If they withdrew or revoked it, end it here with `butterfly handshake cancel {id}`, and ask for a new offer."
        );
        // The console has no command that ends a handshake.
        let text = commands_here(&Home::at(&state.home), &text);
        sheet.prose(&text, Role::Base, room);
        sheet.gap();
    }
    sheet.prose(
        "It is tried again by itself, less and less often; r tries it now.",
        Role::Dim,
        room,
    );
}

pub fn checks(state: &State, wizard: &Wizard, sheet: &mut Sheet, room: u16) {
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

pub fn no_instance(state: &State, wizard: &Wizard, sheet: &mut Sheet, room: u16) {
    sheet.prose(
        &format!(
            "A federated pointer stands on an instance of yours, and there is none in this home yet. You can call {} from its page all the same: select it and press {}.",
            wizard.peer(),
            state.key_for(Id::Compose)
        ),
        Role::Base,
        room,
    );
}

pub fn call(state: &State, wizard: &Wizard, sheet: &mut Sheet, room: u16) {
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

/// What is so of legacy credentials, once people compared the words.
const AS_THEY_CAME: &str =
    "The words matched. Legacy credentials get no fresh keys: what travelled goes on opening the same.";

pub fn done(state: &State, wizard: &Wizard, sheet: &mut Sheet, room: u16) {
    let peer = wizard.peer();
    let mut lines = Vec::new();
    let plain = wizard.course.answers.delivery == Delivery::Plain;
    let activates = wizard.row.as_ref().is_none_or(|row| row.activates);
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
            } else if activates {
                lines.push(
                    "The words matched, and fresh keys are in force: what travelled is worthless now."
                        .to_owned(),
                );
            } else {
                lines.push(AS_THEY_CAME.to_owned());
            }
        }
        Side::Held => {
            if all_passed(wizard) {
                lines.push(format!("You can call {peer}."));
            }
            if !plain {
                let keys = match activates {
                    true => "The words matched, and fresh keys are in force.",
                    false => AS_THEY_CAME,
                };
                lines.push(keys.to_owned());
            }
            if let Some(address) = wizard.course.pointer().filter(|_| answered(wizard)) {
                lines.push(format!(
                    "The pointer {address} leads there: {} calls it from the Pointers pane.",
                    state.key_for(Id::CallPointer)
                ));
            }
        }
    }
    let glyphs = &state.look.glyphs;
    for line in lines {
        sheet.led(&format!("{} ", glyphs.good), Role::Good, &line, Role::Base, room);
    }
    for line in shortcomings(state, wizard) {
        sheet.led(&format!("{} ", glyphs.warn), Role::Warn, &line, Role::Base, room);
    }
    sheet.gap();
    sheet.line("Enter closes this.", Role::Dim);
}

fn all_passed(wizard: &Wizard) -> bool {
    let failed = |check: &Check| matches!(check.result, CheckResult::Failed { .. });
    !wizard.checks.iter().any(failed)
}

/// Whether the first call through the new pointer came back with what it was made for.
fn answered(wizard: &Wizard) -> bool {
    wizard
        .called
        .as_ref()
        .is_some_and(|called| called.reply.is_success())
}

/// What did not work on the way, so that nobody leaves in the belief that it does.
fn shortcomings(state: &State, wizard: &Wizard) -> Vec<String> {
    let mut lines = Vec::from_iter(
        wizard
            .accepted
            .as_ref()
            .and_then(|accepted| accepted.warning.clone()),
    );
    if wizard.course.side() == Side::Held && !all_passed(wizard) {
        lines.push(format!(
            "Not every check passed: {} checks it again in the Credentials pane.",
            state.key_for(Id::CheckCredential)
        ));
    }
    if let Some(address) = wizard.course.pointer().filter(|_| !answered(wizard)) {
        let why = match wizard.called.as_ref().and_then(|called| called.reply.problem()) {
            Some(problem) => format!("was refused: {}", problem.message),
            None => "did not come back".to_owned(),
        };
        lines.push(format!(
            "The pointer {address} stands, but the first call through it {why}. {} calls it again from the Pointers pane.",
            state.key_for(Id::CallPointer)
        ));
    }
    lines
}

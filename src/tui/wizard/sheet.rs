//! What stands in the middle of each step, row by row; nothing is drawn here.
//!
//! Above the files that say what stands at some of the steps; they know the rows, and nothing of this.

mod after;
mod asking;
mod handing;
mod rows;

use self::after::{activation, call, checks, done, no_instance, words};
use self::asking::{fields, list, review};
use self::handing::{hand_over, send};
use self::rows::spinner;
pub use self::rows::{LABELS, Row, Sheet, Space};
use super::prose;
use super::state::Wizard;
use crate::handshake::guide::Step;
use crate::model::Side;
use crate::tui::state::State;
use crate::tui::theme::Role;
use crate::tui::widgets::text::wrap;

/// The rows of the present step in so many columns.
pub fn sheet(state: &State, wizard: &Wizard, room: u16, space: Space) -> Sheet {
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
        Step::Words => words(state, wizard, &mut sheet, room, space),
        Step::Activation => activation(state, wizard, &mut sheet, room),
        Step::Checks => checks(state, wizard, &mut sheet, room),
        Step::Pointer if wizard.fields().is_empty() => no_instance(state, wizard, &mut sheet, room),
        Step::Call => call(state, wizard, &mut sheet, room),
        Step::Done => done(state, wizard, &mut sheet, room),
        _ if wizard.fields().is_empty() => list(state, wizard, &mut sheet, room, space),
        _ => fields(state, wizard, &mut sheet, room, space),
    }
    busy(state, wizard, &mut sheet);
    sheet
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
    // What an offer opens is ended by the side that made it.
    let ended = match wizard.course.side() {
        Side::Issued => {
            "Nobody can call with what was handed over. Talk to the other administrator on a way that you trust, and begin again with a new offer."
        }
        Side::Held => {
            "Nothing of it is used here any more. If you found that the words differ, the offer still stands at the other side: tell its administrator now, on a way that you trust, to say so there too. Until then whoever has it may be let in. Then begin again with a new offer."
        }
    };
    sheet.prose(ended, Role::Base, room);
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

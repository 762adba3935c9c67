//! An errand is begun: it gets a number, by which what comes of it is known again.

use super::errand::Errand;
use super::state::LiveTest;
use crate::tui::effect::Effect;
use crate::tui::state::State;

/// An errand beside the one that the test waits for.
pub(super) fn errand(state: &mut State, errand: Errand) -> Effect {
    let ticket = state.take_ticket();
    Effect::LiveTest(ticket, errand)
}

/// The errand that the test waits for from now on.
pub(super) fn begin(state: &mut State, test: &mut LiveTest, wanted: Errand) -> Effect {
    test.ticket = Some(state.next_ticket);
    test.failure = None;
    test.note = None;
    errand(state, wanted)
}

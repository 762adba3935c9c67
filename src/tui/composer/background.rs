//! Errands that nobody waits for.

use super::errand::Errand;
use crate::tui::effect::Effect;
use crate::tui::state::State;

/// Begins an errand that nobody waits for.
pub fn background(state: &mut State, errand: Errand) -> Effect {
    Effect::Composer(state.take_ticket(), errand)
}

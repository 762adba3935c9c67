//! Errands that nobody waits for.

use super::errand::Errand;
use crate::tui::effect::Effect;
use crate::tui::state::State;
use crate::workspace::Templates;

/// Begins an errand that nobody waits for.
pub fn background(state: &mut State, errand: Errand) -> Effect {
    Effect::Composer(state.take_ticket(), errand)
}

/// Asks for the queries that have a name, which are none until they are there.
pub fn ask_for_templates(state: &mut State) -> Effect {
    state.composer.templates = Some(Templates::default());
    background(state, Errand::Templates)
}

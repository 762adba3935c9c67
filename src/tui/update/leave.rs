//! Leaving the console: where one is and what is unsent is kept, and what it hosts is stopped.

use super::place;
use crate::tui::composer;
use crate::tui::effect::Effect;
use crate::tui::state::{Phase, State};

/// Leaves without asking.
pub fn leave(state: &mut State) -> Vec<Effect> {
    if matches!(state.phase, Phase::Stopping | Phase::Done) {
        return Vec::new();
    }
    let is_open = state.phase == Phase::Open;
    let mut effects: Vec<Effect> = place::keep(state).filter(|_| is_open).into_iter().collect();
    if is_open {
        effects.extend(composer::keep_unsent(state));
    }
    state.layers.clear();
    state.phase = Phase::Stopping;
    effects.push(Effect::Shutdown);
    effects
}

//! Narrowing the log, and the filters as they are kept for the next time.
//!
//! The line of the filter, the commands and what was kept of earlier runs all narrow, so this leans on none of them.

use super::lists::load_log;
use crate::tui::effect::Effect;
use crate::tui::state::State;

/// Gives the log another filter.
pub fn narrow_log(state: &mut State, text: &str) -> Vec<Effect> {
    let text = text.trim();
    if state.log.text == text {
        return Vec::new();
    }
    if state.log.set_filter(text, state.clock.now()) {
        return vec![load_log(state)];
    }
    Vec::new()
}

/// The filter of the log as it is to come back with the next console.
pub fn remember_log_filter(state: &State) -> Effect {
    Effect::Remember("log.filter", state.log.text.clone())
}

/// The filter of the pointers as it is to come back with the next console.
pub fn remember_pointer_filter(state: &State) -> Effect {
    Effect::Remember("pointers.filter", state.pointers.filter.clone())
}

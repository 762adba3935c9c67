//! Narrowing the lists.

use super::super::lists::load_log;
use super::moving::focus;
use super::push;
use crate::tui::effect::Effect;
use crate::tui::layers::{FilterLine, Layer, Rows};
use crate::tui::state::{Level, Pane, State};

pub(super) fn filter(state: &mut State, argument: Option<&str>) -> Vec<Effect> {
    let pane = if state.focus == Pane::Log {
        Pane::Log
    } else {
        Pane::Pointers
    };
    if let Some(text) = argument {
        if pane == Pane::Log {
            let mut effects = narrow_log(state, text);
            effects.push(remember_log_filter(state));
            return effects;
        }
        state.pointers.set_filter(text);
        if let Some(error) = state.pointers.filter_error.clone() {
            state.report(Level::Warn, error.to_string(), "the rest of the filter holds");
        }
        let mut effects = focus(state, pane);
        effects.push(remember_pointer_filter(state));
        return effects;
    }
    let line = if pane == Pane::Log {
        FilterLine::over(Rows::Log, &state.log.text)
    } else {
        FilterLine::over(Rows::Pointers, &state.pointers.filter)
    };
    let mut effects = push(state, Layer::Filter(line));
    if pane == Pane::Log {
        effects.push(Effect::PrepareLogFilter);
    }
    effects
}

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

pub(super) fn clear_filter(state: &mut State) -> Vec<Effect> {
    if state.focus == Pane::Log {
        let mut effects = narrow_log(state, "");
        effects.push(remember_log_filter(state));
        return effects;
    }
    state.pointers.set_federated_only(false);
    state.pointers.set_filter("");
    vec![remember_pointer_filter(state)]
}

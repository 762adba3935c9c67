//! Narrowing the lists.

use super::super::narrow::{narrow_log, remember_log_filter, remember_pointer_filter};
use super::super::on_top::push;
use super::super::panes::focus;
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

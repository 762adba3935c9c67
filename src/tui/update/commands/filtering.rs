//! Narrowing the lists.

use super::moving::focus;
use super::push;
use crate::tui::effect::Effect;
use crate::tui::layers::{FilterLine, Layer};
use crate::tui::state::{Pane, State};
use tui_input::Input;

pub(super) fn filter(state: &mut State, argument: Option<&str>) -> Vec<Effect> {
    let pane = if state.focus == Pane::Log {
        Pane::Log
    } else {
        Pane::Pointers
    };
    if let Some(text) = argument {
        if pane == Pane::Log {
            state.log.set_filter(text);
            return vec![super::super::arrivals::load_log(state)];
        }
        state.pointers.set_filter(text);
        return focus(state, pane);
    }
    let before = if pane == Pane::Log {
        state.log.text.clone()
    } else {
        state.pointers.filter.clone()
    };
    push(
        state,
        Layer::Filter(FilterLine {
            pane,
            input: Input::new(before.clone()),
            before,
        }),
    )
}

pub(super) fn clear_filter(state: &mut State) -> Vec<Effect> {
    if state.focus == Pane::Log {
        state.log.set_filter("");
        return vec![super::super::arrivals::load_log(state)];
    }
    state.pointers.federated_only = false;
    state.pointers.set_filter("");
    Vec::new()
}

//! Narrowing the lists.

use super::super::narrow::{expanded, narrow_log, remember_filter, rows_of};
use super::super::on_top::push;
use crate::model::{InstanceName, InstanceState};
use crate::tui::effect::Effect;
use crate::tui::layers::{FilterLine, Layer, Rows};
use crate::tui::pointer::Errand;
use crate::tui::state::{Level, Pane, State};

pub(super) fn filter(state: &mut State, argument: Option<&str>) -> Vec<Effect> {
    let rows = rows_of(state.focus);
    if let Some(text) = argument {
        let text = expanded(state, rows, text);
        let mut effects = narrow(state, &text);
        effects.extend(remember_filter(state, rows));
        return effects;
    }
    let line = FilterLine::over(rows, state.filter_text(state.focus));
    let mut effects = push(state, Layer::Filter(line));
    match rows {
        Rows::Log => effects.push(Effect::PrepareLogFilter),
        Rows::Pointers => effects.extend(ask_for_tags(state)),
        _ => {}
    }
    effects
}

/// Asks the instances whose pointers are shown for their tags, as far as they answer.
fn ask_for_tags(state: &State) -> impl Iterator<Item = Effect> {
    let names = state.pointers.sources().iter().map(|source| &source.name);
    let is_up = |name: &&InstanceName| {
        let instance = state.instances.get(name.as_str());
        instance.is_some_and(|instance| instance.row.state == InstanceState::Up)
    };
    names
        .filter(is_up)
        .map(|name| Effect::Pointer(Errand::Tags(name.clone())))
}

/// Gives the list that has the focus this filter; what is wrong with it is told, and the rest holds.
fn narrow(state: &mut State, text: &str) -> Vec<Effect> {
    let problem = match state.focus {
        Pane::Log => return narrow_log(state, text),
        Pane::Instances => {
            state.instances.set_filter(text);
            state.instances.filter().problem().cloned()
        }
        Pane::Credentials => {
            state.credentials.set_filter(text);
            state.credentials.filter().problem().cloned()
        }
        Pane::Pointers => {
            state.pointers.set_filter(text);
            state.pointers.filter_error.clone()
        }
    };
    if let Some(error) = problem {
        state.report(Level::Warn, error.to_string(), "the rest of the filter holds");
    }
    Vec::new()
}

pub(super) fn clear_filter(state: &mut State) -> Vec<Effect> {
    let mut effects = Vec::new();
    match state.focus {
        Pane::Log => effects = narrow_log(state, ""),
        Pane::Instances => state.instances.set_filter(""),
        Pane::Credentials => state.credentials.set_filter(""),
        Pane::Pointers => {
            state.pointers.set_federated_only(false);
            state.pointers.set_filter("");
        }
    }
    effects.extend(remember_filter(state, rows_of(state.focus)));
    effects
}

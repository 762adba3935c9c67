//! What concerns the console itself.

use super::super::themes::take_theme;
use crate::tui::effect::Effect;
use crate::tui::layers::{Form, Layer};
use crate::tui::state::{Level, State};

pub(super) fn cancel(state: &mut State) -> Vec<Effect> {
    if let Some(running) = state.running.last_mut()
        && running.is_gentle
        && !running.is_stopping
    {
        // It stops between two steps and tells what was done by then; that is worth waiting for.
        running.is_stopping = true;
        running.words = format!("stopping: {}", running.words);
        return vec![Effect::Cancel(running.ticket)];
    }
    let Some(running) = state.running.pop() else {
        return Vec::new();
    };
    state.report(
        Level::Warn,
        format!("no longer waiting: {}", running.words),
        "it may have been done all the same; the invoke log tells",
    );
    for layer in &mut state.layers {
        if let Layer::Form(form) = layer
            && form.ticket == Some(running.ticket)
        {
            form.ticket = None;
        }
    }
    vec![Effect::Cancel(running.ticket)]
}

/// Offers to lock the vault differently.
pub(super) fn change_lock(state: &mut State) -> Vec<Effect> {
    if state.read_only {
        state.report(
            Level::Warn,
            "this console only reads: the vault stays locked as it is",
            "",
        );
        return Vec::new();
    }
    state.layers.push(Layer::Form(Box::new(Form::change_lock())));
    Vec::new()
}

pub(super) fn theme(state: &mut State, argument: Option<&str>) -> Vec<Effect> {
    let names = state.look.catalog.names();
    let current = names.iter().position(|name| *name == state.look.theme.name);
    let next = current.map_or(0, |place| (place + 1) % names.len().max(1));
    let Some(name) = argument
        .map(ToOwned::to_owned)
        .or_else(|| names.get(next).cloned())
    else {
        return Vec::new();
    };
    if !take_theme(state, &name) {
        return Vec::new();
    }
    state.look.chosen = true;
    state.report(Level::Info, format!("theme {name}"), "");
    vec![Effect::Remember("theme", name)]
}

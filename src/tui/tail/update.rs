//! What keys and readings do to the log of an instance.

use super::state::Tail;
use super::view;
use crate::command::Key;
use crate::instance::{Reading, Weight};
use crate::model::InstanceName;
use crate::tui::effect::Effect;
use crate::tui::layers::{Layer, type_into};
use crate::tui::state::State;

/// Opens the log of an instance.
pub fn open(state: &mut State, name: InstanceName) -> Vec<Effect> {
    state.layers.push(Layer::Tail(Box::new(Tail::new(name))));
    Vec::new()
}

fn top(state: &mut State) -> Option<&mut Tail> {
    match state.layers.last_mut() {
        Some(Layer::Tail(tail)) => Some(tail),
        _ => None,
    }
}

/// Something was read.
pub fn on_reading(state: &mut State, name: &InstanceName, reading: Reading) {
    for layer in &mut state.layers {
        if let Layer::Tail(tail) = layer
            && tail.name == *name
        {
            tail.take(reading);
            return;
        }
    }
}

/// Follows what is frozen, freezes what is followed.
pub fn follow(state: &mut State) -> Vec<Effect> {
    if let Some(tail) = top(state) {
        let follows = !tail.follows;
        tail.follow(follows);
    }
    Vec::new()
}

/// Shows lines that matter less too; after the least, only the worst.
pub fn lighter(state: &mut State) -> Vec<Effect> {
    if let Some(tail) = top(state) {
        let place = Weight::ALL
            .iter()
            .position(|weight| *weight == tail.weight)
            .unwrap_or(0);
        tail.weight = Weight::ALL[(place + 1) % Weight::ALL.len()];
    }
    Vec::new()
}

/// Lets words be typed.
pub fn type_filter(state: &mut State) -> Vec<Effect> {
    if let Some(tail) = top(state) {
        tail.typing = true;
    }
    Vec::new()
}

/// A key while words are typed. None if the key is for the table of commands.
pub fn on_key(state: &mut State, key: Key) -> Option<Vec<Effect>> {
    let tail = top(state)?;
    type_into(&mut tail.text, &mut tail.typing, key).then(Vec::new)
}

/// Keeps the newest line in view while it is followed; scrolling away from it freezes, reaching it follows again.
/// Says whose log is to be read, where that has changed.
pub fn settle(state: &mut State) -> Option<Effect> {
    let height = usize::from(view::area(state.layout().body).height);
    if let Some(tail) = top(state) {
        let most = tail.shown().count().saturating_sub(height);
        if tail.follows {
            tail.scroll = most;
        }
        tail.scroll = tail.scroll.min(most);
    }
    let open = state.layers.iter().rev().find_map(|layer| match layer {
        Layer::Tail(tail) => Some(tail.name.clone()),
        _ => None,
    });
    if open == state.tailed {
        return None;
    }
    state.tailed.clone_from(&open);
    Some(Effect::Tail(open))
}

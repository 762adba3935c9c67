//! What keys and readings do to the log of an instance.

use super::state::Tail;
use super::view;
use crate::command::Key;
use crate::instance::{Reading, Weight};
use crate::model::InstanceName;
use crate::tui::effect::Effect;
use crate::tui::layers::{Layer, paste, type_into};
use crate::tui::state::State;

/// Opens the log of an instance. There is one at a time, which is the one that is read.
pub fn open(state: &mut State, name: InstanceName) -> Vec<Effect> {
    state.layers.retain(|layer| !matches!(layer, Layer::Tail(_)));
    // What was read went with its page: it is read from its beginning again.
    state.tailed = None;
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

/// Text was pasted: among the words, while they are typed. False if it is not all there.
pub fn on_paste(state: &mut State, text: &str) -> bool {
    match top(state) {
        Some(tail) if tail.typing => paste(&mut tail.text, text),
        _ => true,
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instance::{Event, Origin};
    use crate::tui::fake::{self, demo, name, press, write};
    use crate::tui::message::Message;
    use crate::tui::update::update;

    fn reading(lines: u64) -> Reading {
        let event = |number: u64| Event {
            number,
            at: fake::now(),
            weight: Weight::Info,
            origin: Origin::Log,
            text: format!("line {number}"),
        };
        Reading {
            events: (0..lines).map(event).collect(),
            overrun: 0,
            dropped: 0,
            next: lines,
        }
    }

    /// Opens a log, and gives whose is read then from its beginning.
    fn opened(state: &mut State, instance: &str) -> Option<InstanceName> {
        press(state, &[":"]);
        write(state, &format!("instance-log {instance}"));
        let enter = crate::command::Key::parse("enter").unwrap();
        let effects = update(state, Message::Key(enter));
        let found = effects.into_iter().find_map(|effect| match effect {
            Effect::Tail(name) => Some(name),
            _ => None,
        });
        found.flatten()
    }

    #[test]
    fn every_line_is_there_once_whatever_log_was_open_before() {
        let mut state = demo((120, 36));
        for instance in ["alpha", "beta", "alpha", "alpha"] {
            assert_eq!(opened(&mut state, instance), Some(name(instance)));
            on_reading(&mut state, &name(instance), reading(5));
            assert_eq!(top(&mut state).expect("it is open").kept(), 5, "{instance}");
        }
        press(&mut state, &["esc"]);
        assert!(state.layers.is_empty(), "there is one at a time");
    }
}

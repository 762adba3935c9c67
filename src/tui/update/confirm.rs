//! The answer to a question: what was asked about is done, or it is not.
//!
//! A console that is locked asks too, so this leans on none of the commands.

use super::begin::begin;
use super::leave::leave;
use crate::command::{Key, KeyCode};
use crate::tui::composer;
use crate::tui::effect::Effect;
use crate::tui::layers::{Layer, Then};
use crate::tui::state::State;

/// A key while it is asked.
pub fn on_key(state: &mut State, key: Key) -> Vec<Effect> {
    match key.code {
        KeyCode::Char('y' | 'Y') => {
            let Some(Layer::Confirm(confirm)) = state.layers.pop() else {
                return Vec::new();
            };
            match confirm.then {
                Then::Do(work) => vec![begin(state, work)],
                Then::Send(outgoing) => composer::send_agreed(state, *outgoing),
                Then::Quit => leave(state),
            }
        }
        KeyCode::Char('n' | 'N' | 'q' | 'c') | KeyCode::Esc => {
            state.layers.pop();
            Vec::new()
        }
        _ => Vec::new(),
    }
}

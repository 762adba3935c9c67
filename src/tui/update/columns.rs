//! Keys of the window with the columns of the pointers.

use crate::command::{Key, KeyCode};
use crate::tui::effect::Effect;
use crate::tui::layers::Layer;
use crate::tui::state::{Pane, State};
use crate::workspace::PointerColumn;

/// How much wider or narrower a column gets by one key.
const STEP: i16 = 2;

/// A key in the window with the columns.
pub fn on_key(state: &mut State, key: Key) -> Vec<Effect> {
    let Some(Layer::Columns(window)) = state.layers.last_mut() else {
        return Vec::new();
    };
    let columns = &mut state.pointers.columns;
    let last = columns.choices.len() - 1;
    let place = window.selected.min(last);
    match key.code {
        KeyCode::Esc | KeyCode::Enter | KeyCode::Char('q') => {
            state.layers.pop();
            return Vec::new();
        }
        KeyCode::Down | KeyCode::Char('j') if !key.ctrl => window.selected = (place + 1).min(last),
        KeyCode::Up | KeyCode::Char('k') if !key.ctrl => window.selected = place.saturating_sub(1),
        KeyCode::Char('J') | KeyCode::Down => window.selected = columns.shift(place, true),
        KeyCode::Char('K') | KeyCode::Up => window.selected = columns.shift(place, false),
        KeyCode::Char(' ' | 'x') => columns.toggle(place),
        KeyCode::Char('>' | '+' | 'l') | KeyCode::Right => columns.widen(place, STEP),
        KeyCode::Char('<' | '-' | 'h') | KeyCode::Left => columns.widen(place, -STEP),
        KeyCode::Char('0') => columns.let_go(place),
        KeyCode::Char('s') => {
            let kind = columns.choices[place].kind;
            return sort(state, kind);
        }
        _ => return Vec::new(),
    }
    vec![remember(state)]
}

/// Sorts by a column of the pointers, or the other way round if it does so already.
fn sort(state: &mut State, kind: PointerColumn) -> Vec<Effect> {
    super::sorting::sort(state, Pane::Pointers, kind.title(), None)
}

fn remember(state: &State) -> Effect {
    Effect::Remember("pointers.columns", state.pointers.columns.to_text())
}

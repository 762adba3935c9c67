//! Keys of the window with the columns, and sorting by a heading.

use crate::command::{Id, Key, KeyCode};
use crate::tui::effect::Effect;
use crate::tui::layers::Layer;
use crate::tui::layout::has_headings;
use crate::tui::state::{Level, Pane, State};
use crate::tui::widgets::table::{Column, widths};
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

/// Sorts by a column, or the other way round if it does so already.
pub fn sort(state: &mut State, kind: PointerColumn) -> Vec<Effect> {
    if !state.pointers.columns.sort_by(kind) {
        let text = format!("pointers are not sorted by {}", kind.title());
        let remedy = format!("{} shows by what they can be", state.key_for(Id::SortColumns));
        state.report(Level::Info, text, remedy);
        return Vec::new();
    }
    state.pointers.ask_anew();
    vec![remember(state)]
}

fn remember(state: &State) -> Effect {
    Effect::Remember("pointers.columns", state.pointers.columns.to_text())
}

/// The column whose heading stands at this place of the screen.
pub fn heading_at(state: &State, x: u16, y: u16) -> Option<PointerColumn> {
    let layout = state.layout();
    let inner = layout.inner(Pane::Pointers);
    if y != inner.y || !has_headings(inner) || state.pointers.total == 0 {
        return None;
    }
    let chosen = state.pointers.columns.table(state.pointers.merged);
    let columns: Vec<Column> = chosen.iter().map(|(_, column)| *column).collect();
    let mut left = inner.x + 1;
    for ((kind, _), wide) in chosen.iter().zip(widths(&columns, inner.width.saturating_sub(2))) {
        if wide > 0 {
            if (left..left + wide).contains(&x) {
                return Some(*kind);
            }
            left += wide + 1;
        }
    }
    None
}

//! Moving the borders between the panes: by keys, and with the mouse. Where they are put is kept.

use crate::tui::effect::Effect;
use crate::tui::layout::{Arrangement, Border, Borders};
use crate::tui::state::{Level, Pane, State};

/// Under which name they are kept.
pub const SETTING: &str = "borders";
/// Columns by which a key makes a pane wider.
const COLUMNS: i32 = 4;

/// Makes the pane with the focus wider, or narrower, by some steps.
pub fn widen(state: &mut State, steps: i32) -> Vec<Effect> {
    let layout = state.layout();
    let cells = match state.focus {
        Pane::Instances | Pane::Credentials => steps * COLUMNS,
        Pane::Pointers | Pane::Log => -steps * COLUMNS,
    };
    match layout.arrangement {
        Arrangement::SideBySide => put(state, layout.moved_by(state.borders, Border::Columns, cells)),
        Arrangement::Stacked => cannot(
            state,
            "panes stand one above the other here, as wide as the screen",
        ),
        Arrangement::Alone => cannot(state, ALONE),
    }
}

/// Makes the pane with the focus taller, or lower, by some rows.
pub fn heighten(state: &mut State, rows: i32) -> Vec<Effect> {
    let layout = state.layout();
    let (border, down) = match state.focus {
        Pane::Instances => (Border::Left, rows),
        Pane::Credentials => (Border::Left, -rows),
        Pane::Pointers => (Border::Right, rows),
        Pane::Log => (Border::Right, -rows),
    };
    let borders = match layout.arrangement {
        Arrangement::SideBySide => layout.moved_by(state.borders, border, down),
        Arrangement::Stacked => layout.others_grown_by(state.borders, -rows.signum(), state.focus),
        Arrangement::Alone => return cannot(state, ALONE),
    };
    put(state, borders)
}

/// Lets all panes have the room again that they have by themselves.
pub fn reset(state: &mut State) -> Vec<Effect> {
    put(state, Borders::default())
}

/// The mouse went here with its button down: the border that it has taken goes along.
pub fn drag(state: &mut State, x: u16, y: u16) {
    let Some((border, _)) = state.dragged else {
        return;
    };
    state.dragged = Some((border, true));
    let layout = state.layout();
    let before = match border {
        Border::Columns => i32::from(x),
        Border::Left | Border::Right => i32::from(y) - i32::from(layout.body.y),
    };
    state.borders = layout.moved_to(state.borders, border, before);
}

/// Lets go of the border. Whoever only clicked on it has moved nothing.
pub fn release(state: &mut State) -> Vec<Effect> {
    match state.dragged.take() {
        Some((_, true)) => vec![kept(state.borders)],
        _ => Vec::new(),
    }
}

/// What was kept of an earlier run.
pub fn take_kept(state: &mut State, text: &str) {
    if let Ok(borders) = serde_json::from_str(text) {
        state.borders = borders;
    }
}

const ALONE: &str = "this pane has the whole screen";

fn cannot(state: &mut State, why: &str) -> Vec<Effect> {
    state.report(Level::Info, why, "");
    Vec::new()
}

fn put(state: &mut State, borders: Borders) -> Vec<Effect> {
    if state.borders == borders {
        return Vec::new();
    }
    state.borders = borders;
    vec![kept(borders)]
}

fn kept(borders: Borders) -> Effect {
    let text = serde_json::to_string(&borders).expect("numbers can be written as JSON");
    Effect::Remember(SETTING, text)
}

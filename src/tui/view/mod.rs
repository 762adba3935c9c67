//! Draws the state, and does nothing else.

mod first_run;
mod footer;
mod key_text;
mod lock_screen;
mod overlays;
mod pages;
mod panes;
mod title;

use super::layers::{Layer, LockScreen};
use super::state::{Phase, State};
use super::theme::Role;
use super::widgets::draw::Canvas;
use ratatui::buffer::Buffer;

/// Draws the state. Returns where the terminal's cursor goes, if anywhere.
pub fn view(state: &State, buffer: &mut Buffer) -> Option<(u16, u16)> {
    let mut canvas = Canvas {
        theme: &state.look.theme,
        glyphs: &state.look.glyphs,
        cursor: None,
        buffer,
    };
    let area = *canvas.buffer.area();
    canvas.fill(area, canvas.style(Role::Base));
    if let Some(Layer::Locked(screen)) = state.layers.first() {
        draw_locked(state, screen, &mut canvas);
        return canvas.cursor;
    }
    let layout = state.layout();
    title::draw(state, &mut canvas, layout.title);
    // A page covers the panes; windows lie over whatever is there.
    let place = state
        .layers
        .iter()
        .rposition(|layer| layer.page_scope().is_some());
    let page = place.map(|place| &state.layers[place]);
    match (page, state.phase) {
        (Some(page), _) => pages::draw(state, page, &mut canvas, layout.body),
        (None, Phase::Open | Phase::Stopping) => panes::draw(state, &mut canvas, &layout),
        (None, _) => {}
    }
    footer::draw(state, &mut canvas, &layout);
    for layer in &state.layers[place.map_or(0, |place| place + 1)..] {
        overlays::draw(state, layer, &mut canvas, layout.body);
    }
    if state.begun.shown {
        overlays::draw_hints(state, &mut canvas, layout.body);
    }
    if state.phase == Phase::Stopping {
        overlays::stopping(state, &mut canvas);
    }
    if state.phase == Phase::Opening && !matches!(state.layers.last(), Some(Layer::Form(_))) {
        overlays::opening(state, &mut canvas);
    }
    canvas.cursor
}

/// Nothing but the lock screen, and whether to leave.
fn draw_locked(state: &State, screen: &LockScreen, canvas: &mut Canvas) {
    lock_screen::draw(state, screen, canvas);
    if let Some(layer @ Layer::Confirm(_)) = state.layers.last() {
        canvas.cursor = None;
        overlays::draw(state, layer, canvas, state.layout().body);
    }
    if state.phase == Phase::Stopping {
        canvas.cursor = None;
        overlays::stopping(state, canvas);
    }
}

#[cfg(test)]
pub(super) mod tests;

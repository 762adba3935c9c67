//! The mouse: a click gives a pane the focus and selects a row, the wheel scrolls what is under it, and borders between
//! panes are dragged.

use super::borders;
use super::commands::scroll;
use super::sorting::sort;
use crate::tui::content::heading_at;
use crate::tui::effect::Effect;
use crate::tui::layers::Layer;
use crate::tui::message::Mouse;
use crate::tui::state::{Pane, Phase, State};
use crate::tui::{audit, domains, invoke, wizard};

/// The mouse did something.
pub fn on_mouse(state: &mut State, mouse: Mouse) -> Vec<Effect> {
    if state.phase != Phase::Open {
        return Vec::new();
    }
    if let (true, Mouse::Click(x, y)) = (state.layers.is_empty(), mouse)
        && let Some((pane, name)) = heading_at(state, x, y)
    {
        state.focus = pane;
        return sort(state, pane, name, None);
    }
    if let Some(Layer::Wizard(_)) = state.layers.last() {
        return wizard::on_mouse(state, mouse);
    }
    if !state.layers.is_empty() {
        return match mouse {
            Mouse::Wheel(_, _, rows) => scroll(state, rows * 3),
            Mouse::Click(x, y) => {
                domains::click(state, x, y);
                audit::click(state, x, y);
                invoke::click_difference(state, x, y);
                Vec::new()
            }
            Mouse::Drag(..) | Mouse::Release => borders::release(state),
        };
    }
    match mouse {
        Mouse::Click(x, y) => {
            // A click on a frame gives the focus too, which may move the border.
            let border = state.layout().border_at(x, y);
            click(state, x, y);
            state.dragged = border.map(|border| (border, false));
        }
        Mouse::Drag(x, y) => borders::drag(state, x, y),
        Mouse::Release => return borders::release(state),
        Mouse::Wheel(x, y, rows) => wheel(state, x, y, rows * 3),
    }
    Vec::new()
}

fn click(state: &mut State, x: u16, y: u16) {
    let layout = state.layout();
    let Some(pane) = layout.pane_at(x, y) else {
        return;
    };
    let rows = layout.rows(pane);
    if rows.contains((x, y).into()) {
        let line = usize::from(y - rows.y);
        match pane {
            Pane::Instances => state.instances.click(line, usize::from(rows.height)),
            Pane::Credentials => state.credentials.cursor.click(line, state.credentials.len()),
            Pane::Log => {
                let row = state.log.top + line as u64;
                if row < state.log.shown() {
                    state.log.select(row);
                }
            }
            Pane::Pointers => {
                let row = state.pointers.top + line as u64;
                if row < state.pointers.total {
                    state.pointers.selected = row;
                }
            }
        }
    }
    state.focus = pane;
}

fn wheel(state: &mut State, x: u16, y: u16, rows: i64) {
    let layout = state.layout();
    let Some(pane) = layout.pane_at(x, y) else {
        return;
    };
    let height = usize::from(layout.rows(pane).height);
    match pane {
        // Scrolling over the instances must not switch what the other panes show.
        Pane::Instances => {}
        Pane::Credentials => {
            let total = state.credentials.len();
            state.credentials.cursor.scroll(rows, total, height);
        }
        Pane::Log => state.log.scroll(rows, height as u64),
        Pane::Pointers => state.pointers.scroll(rows, height as u64),
    }
}

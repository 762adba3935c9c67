//! The mouse in the wizard, and moving over the text that takes the whole screen.

use super::answers::{check, note};
use super::sheet::Row;
use super::state::{Wizard, Zoom};
use super::view::{Comparison, comparison, lines_of_text, place};
use super::within::with;
use crate::handshake::guide::Step;
use crate::tui::effect::Effect;
use crate::tui::message::Mouse;
use crate::tui::state::State;

/// Rows for each turn of the wheel.
const TURN: i64 = 3;

/// The mouse did something: the wheel scrolls, a click selects what it is at.
pub fn on_mouse(state: &mut State, mouse: Mouse) -> Vec<Effect> {
    with(state, |state, wizard| {
        match mouse {
            _ if wizard.waits_for_facts() => {}
            Mouse::Wheel(_, _, turns) if wizard.zoom.is_some() => scroll_text(state, wizard, turns * TURN),
            Mouse::Wheel(_, _, turns) => wheel(state, wizard, turns),
            Mouse::Click(x, y) if wizard.zoom.is_none() && wizard.ticket.is_none() => {
                click(state, wizard, x, y);
            }
            Mouse::Click(..) | Mouse::Drag(..) | Mouse::Release => {}
        }
        (true, Vec::new())
    })
}

/// Scrolls the text that takes the whole screen, as far as there is any.
pub fn scroll_text(state: &State, wizard: &mut Wizard, rows: i64) {
    let Some(Zoom::Text(top)) = wizard.zoom else {
        return;
    };
    let (width, height) = state.size;
    let page = usize::from(height.saturating_sub(1));
    let most = lines_of_text(wizard, width).len().saturating_sub(page);
    wizard.zoom = Some(Zoom::Text(moved(top, rows, most)));
}

/// So many rows on from here, within what there is.
fn moved(top: usize, rows: i64, most: usize) -> usize {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let top = i64::try_from(top).unwrap_or(i64::MAX).min(most);
    usize::try_from(top.saturating_add(rows).clamp(0, most)).unwrap_or(0)
}

fn wheel(state: &State, wizard: &mut Wizard, turns: i64) {
    let picks = !wizard.list.items.is_empty() && wizard.step() != Step::Words;
    if picks {
        let last = wizard.list.found().len().saturating_sub(1);
        wizard.list.selected = wizard.list.selected.map(|at| moved(at, turns, last));
        note(wizard);
        return;
    }
    let Some(place) = place(state, wizard, state.layout().body) else {
        return;
    };
    // Of fields the one with the cursor is in view.
    if wizard.fields().is_empty() {
        wizard.scroll = moved(wizard.scroll, turns * TURN, place.most());
    }
}

fn click(state: &State, wizard: &mut Wizard, x: u16, y: u16) {
    let Some(place) = place(state, wizard, state.layout().body) else {
        return;
    };
    match place.row_at(wizard, x, y) {
        Some(Row::Item(_, index, _)) => {
            if wizard.step() == Step::Words && comparison(state, wizard) == Comparison::TooSmall {
                return;
            }
            wizard.list.selected = Some(*index);
            wizard.note = None;
            note(wizard);
        }
        Some(Row::Field(index)) => {
            let (step, before) = (wizard.step(), wizard.at);
            if let Some(field) = wizard.pages.get_mut(&step).and_then(|page| page.get_mut(before)) {
                field.touched = true;
            }
            wizard.at = *index;
            check(state, wizard);
        }
        _ => {}
    }
}

//! What the page's own commands do.

use super::page::DifferencePage;
use crate::command::Id;
use crate::tui::content::page_area;
use crate::tui::effect::Effect;
use crate::tui::inert::inert;
use crate::tui::layers::Layer;
use crate::tui::outside::Reading;
use crate::tui::state::State;

fn top(state: &mut State) -> Option<&mut DifferencePage> {
    match state.layers.last_mut() {
        Some(Layer::Difference(page)) => Some(page),
        _ => None,
    }
}

/// Does one of the page's own commands.
pub fn act(state: &mut State, id: Id) -> Vec<Effect> {
    if id == Id::Pager {
        return take_to_pager(state);
    }
    if let Some(page) = top(state) {
        match id {
            Id::FindInReply => page.seek(),
            Id::NextMatch => page.go_to_match(true),
            Id::PreviousMatch => page.go_to_match(false),
            _ => {}
        }
    }
    Vec::new()
}

/// All of it, made harmless as it is on the screen (THREATS 42).
fn take_to_pager(state: &State) -> Vec<Effect> {
    let Some(Layer::Difference(page)) = state.layers.last() else {
        return Vec::new();
    };
    let (all, _) = page.texts(&state.clock, &state.look.glyphs);
    let lines: Vec<_> = all.lines().map(inert).collect();
    vec![Effect::Read(Reading::Text(lines.join("\n")))]
}

/// Selects the row that was clicked.
pub fn click(state: &mut State, x: u16, y: u16) {
    let area = page_area(state);
    let Some(page) = top(state).filter(|_| area.contains((x, y).into())) else {
        return;
    };
    let row = page.top + usize::from(y - area.y);
    if y - area.y < page.list_height(area.height) && row < page.rows.len() {
        page.cursor = row;
    }
}

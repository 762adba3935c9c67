//! A choice.

use super::frame::{frame, keys, overlay_lines};
use crate::tui::content::{inside, window};
use crate::tui::layers::Menu;
use crate::tui::state::State;
use crate::tui::theme::Role;
use crate::tui::widgets::draw::{Canvas, on_overlay, width};
use crate::tui::widgets::text::wrap;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Columns of the window's inside, where there is room.
const COLUMNS: u16 = 76;
/// Columns before the labels: a blank, the key, two blanks.
const BEFORE: u16 = 4;
/// The widest column of labels.
const WIDEST: u16 = 22;
/// Lines below the choice for the whole sentence of what is selected, with a blank one before it.
const SENTENCE: u16 = 3;

pub(super) fn draw_menu(state: &State, menu: &Menu, canvas: &mut Canvas) {
    let widest = menu.items.iter().map(|item| width(&item.label)).max();
    let labels = widest.unwrap_or(0).min(WIDEST - 2) + 2;
    let docs = COLUMNS
        .min(state.size.0.saturating_sub(6))
        .saturating_sub(BEFORE + labels);
    // Where a sentence does not fit beside its label, that of the selected one stands below, as a whole.
    let is_cut = menu.items.iter().any(|item| width(&item.doc) > docs);
    let below = if is_cut { SENTENCE } else { 0 };
    let about = menu.about.len() + usize::from(!menu.about.is_empty());
    let area = window(state, COLUMNS, about + menu.items.len() + usize::from(below));
    frame(canvas, area, &menu.title, Role::OverlayBorder);
    let mut inner = inside(area);
    let room = (inner.height + 1).saturating_sub(below);
    // On a small screen the things to choose from are what has to be seen.
    let least = u16::try_from(menu.items.len())
        .unwrap_or(room)
        .clamp(1, room.max(1));
    let above = u16::try_from(about)
        .unwrap_or(room)
        .min(room.saturating_sub(least));
    let lines = Rect {
        height: above.saturating_sub(1),
        ..inner
    };
    overlay_lines(canvas, lines, &menu.about, 0);
    inner.y += above;
    inner.height = inner.height.saturating_sub(above);
    let rows = room - above;
    let shown = usize::from(rows).max(1);
    let top = menu
        .selected
        .saturating_sub(shown / 2)
        .min(menu.items.len().saturating_sub(shown));
    let (key, label, doc) = (
        on_overlay(canvas, Role::Key),
        on_overlay(canvas, Role::Strong),
        on_overlay(canvas, Role::Dim),
    );
    for (row, (place, item)) in (0..rows).zip(menu.items.iter().enumerate().skip(top)) {
        let y = inner.y + row;
        let (labels_at, docs_at) = (inner.x + BEFORE, inner.x + BEFORE + labels);
        canvas.put(inner.x + 1, y, 1, &item.key.to_string(), key);
        canvas.put(labels_at, y, (labels - 1).min(inner.width), &item.label, label);
        let room = inner.width.saturating_sub(BEFORE + labels);
        canvas.put(docs_at, y, room, &item.doc, doc);
        if place == menu.selected {
            let ground = Style {
                fg: None,
                ..canvas.style(Role::Selected)
            };
            canvas.tint(Rect::new(inner.x, y, inner.width, 1), ground);
        }
    }
    let bar = Rect::new(inner.x, inner.y, inner.width + 3, rows);
    canvas.scrollbar(bar, top as u64, menu.items.len() as u64);
    if let Some(item) = menu.items.get(menu.selected).filter(|_| is_cut) {
        let lines = wrap(&item.doc, inner.width.saturating_sub(1));
        for (y, line) in (inner.y + rows + 1..=inner.bottom()).zip(lines) {
            canvas.put(inner.x + 1, y, inner.width.saturating_sub(1), &line, label);
        }
    }
    keys(
        canvas,
        area,
        &[("↑↓", "choose"), ("⏎", "do it"), ("Esc", "close")],
    );
}

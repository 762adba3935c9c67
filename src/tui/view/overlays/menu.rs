//! A choice.

use super::{frame, keys, on_overlay};
use crate::tui::content::{inside, window};
use crate::tui::layers::Menu;
use crate::tui::state::State;
use crate::tui::theme::Role;
use crate::tui::widgets::draw::Canvas;
use ratatui::layout::Rect;
use ratatui::style::Style;

pub(super) fn draw_menu(state: &State, menu: &Menu, canvas: &mut Canvas) {
    let area = window(state, 76, menu.items.len());
    frame(canvas, area, &menu.title, Role::OverlayBorder);
    let inner = inside(area);
    let shown = usize::from(inner.height + 1).max(1);
    let top = menu
        .selected
        .saturating_sub(shown / 2)
        .min(menu.items.len().saturating_sub(shown));
    for (row, (place, item)) in (0..=inner.height).zip(menu.items.iter().enumerate().skip(top)) {
        let y = inner.y + row;
        let (key, label, doc) = (
            on_overlay(canvas, Role::Key),
            on_overlay(canvas, Role::Strong),
            on_overlay(canvas, Role::Dim),
        );
        canvas.put(inner.x + 1, y, 1, &item.key.to_string(), key);
        canvas.put(inner.x + 4, y, 22.min(inner.width), &item.label, label);
        canvas.put(inner.x + 26, y, inner.width.saturating_sub(26), &item.doc, doc);
        if place == menu.selected {
            let ground = Style {
                fg: None,
                ..canvas.style(Role::Selected)
            };
            canvas.tint(Rect::new(inner.x, y, inner.width, 1), ground);
        }
    }
    let bar = Rect::new(inner.x, inner.y, inner.width + 3, inner.height + 1);
    canvas.scrollbar(bar, top as u64, menu.items.len() as u64);
    keys(
        canvas,
        area,
        &[("↑↓", "choose"), ("⏎", "do it"), ("Esc", "close")],
    );
}

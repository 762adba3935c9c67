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
    for (row, item) in (0..inner.height).zip(&menu.items) {
        let y = inner.y + row;
        let (key, label, doc) = (
            on_overlay(canvas, Role::Key),
            on_overlay(canvas, Role::Strong),
            on_overlay(canvas, Role::Dim),
        );
        canvas.put(inner.x + 1, y, 1, &item.key.to_string(), key);
        canvas.put(inner.x + 4, y, 22.min(inner.width), &item.label, label);
        canvas.put(inner.x + 26, y, inner.width.saturating_sub(26), &item.doc, doc);
        if usize::from(row) == menu.selected {
            let ground = Style {
                fg: None,
                ..canvas.style(Role::Selected)
            };
            canvas.tint(Rect::new(inner.x, y, inner.width, 1), ground);
        }
    }
    keys(
        canvas,
        area,
        &[("↑↓", "choose"), ("⏎", "do it"), ("Esc", "close")],
    );
}

//! The window with the columns of the pointers.

use super::frame::{frame, keys};
use crate::tui::content::{inside, window};
use crate::tui::layers::ColumnsWindow;
use crate::tui::state::State;
use crate::tui::theme::Role;
use crate::tui::widgets::draw::{Canvas, on_overlay};
use ratatui::layout::Rect;
use ratatui::style::Style;

pub(super) fn draw_columns(state: &State, columns: ColumnsWindow, canvas: &mut Canvas) {
    let choices = &state.pointers.columns.choices;
    let order = state.pointers.columns.order;
    let area = window(state, 58, choices.len());
    frame(canvas, area, "Columns of the pointers", Role::OverlayBorder);
    let inner = inside(area);
    let (base, dim, accent) = (
        on_overlay(canvas, Role::Base),
        on_overlay(canvas, Role::Dim),
        on_overlay(canvas, Role::Accent),
    );
    for (row, choice) in (0..inner.height).zip(choices) {
        let y = inner.y + row;
        let sign = if choice.shown { "[x]" } else { "[ ]" };
        let style = if choice.shown { base } else { dim };
        canvas.put(inner.x + 1, y, 3, sign, style);
        canvas.put(inner.x + 6, y, 16, choice.kind.title(), style);
        let width = choice
            .width
            .map_or_else(|| "auto".to_owned(), |width| width.to_string());
        canvas.put_right(inner.x + 22, y, 6, &width, dim);
        let sorted = match choice.kind.sorts_by() {
            Some(by) if by == order.by => {
                let arrow = canvas.glyphs.sorted[usize::from(order.descending)];
                let words = if order.descending {
                    "greatest first"
                } else {
                    "smallest first"
                };
                Some((format!("{arrow} {words}"), accent))
            }
            Some(_) => None,
            None => Some(("not sorted by".to_owned(), dim)),
        };
        if let Some((text, style)) = sorted {
            canvas.put(inner.x + 32, y, inner.width.saturating_sub(32), &text, style);
        }
        if usize::from(row) == columns.selected {
            let ground = Style {
                fg: None,
                ..canvas.style(Role::Selected)
            };
            canvas.tint(Rect::new(inner.x, y, inner.width, 1), ground);
        }
    }
    keys(canvas, area, &PAIRS);
}

/// The keys of the window.
pub const PAIRS: [(&str, &str); 5] = [
    ("space", "show"),
    ("J K", "move"),
    ("< >", "width"),
    ("s", "sort"),
    ("Esc", "close"),
];

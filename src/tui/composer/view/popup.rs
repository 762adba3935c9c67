//! Offers at the cursor.

use super::super::layout::Areas;
use super::super::state::Composer;
use crate::tui::theme::Role;
use crate::tui::widgets::draw::{Canvas, width};
use ratatui::layout::Rect;

/// Rows at most.
const MOST: usize = 8;
/// Columns at most.
const WIDEST: u16 = 72;

pub(super) fn draw(composer: &Composer, canvas: &mut Canvas, areas: &Areas, body: Rect) {
    let (Some(popup), Some((x, y))) = (&composer.popup, canvas.cursor) else {
        return;
    };
    let screen = Rect::new(
        body.x + 1,
        body.y + 1,
        body.width.saturating_sub(2),
        body.height.saturating_sub(2),
    );
    let below = usize::from(screen.bottom().saturating_sub(y + 1));
    let above = usize::from(y.saturating_sub(screen.top()));
    let wanted = popup.offers.len().min(MOST);
    let rows = if below >= wanted || below >= above {
        wanted.min(below)
    } else {
        wanted.min(above)
    };
    if rows == 0 {
        return;
    }
    let first = popup
        .selected
        .saturating_sub(rows - 1)
        .max(popup.selected.saturating_sub(rows / 2))
        .min(popup.offers.len() - rows);
    let shown = &popup.offers[first..first + rows];
    let labels = shown
        .iter()
        .map(|offer| width(&offer.label))
        .max()
        .unwrap_or(0)
        .min(40);
    let details = shown.iter().map(|offer| width(&offer.detail)).max().unwrap_or(0);
    let wide = (labels + details + 6).min(WIDEST).min(screen.width);
    // The labels stand under what they would complete.
    let column = |offset| composer.editor.place(offset).1;
    let typed = column(composer.editor.cursor()).saturating_sub(column(popup.place.span.start));
    let quote = usize::from(composer.editor.text()[popup.place.span.clone()].starts_with('"'));
    let back = u16::try_from(typed.saturating_sub(quote)).unwrap_or(0) + 3;
    let left = x.saturating_sub(back).max(areas.editor.x);
    let left = left.min(screen.right().saturating_sub(wide));
    let height = u16::try_from(rows).unwrap_or(1);
    let top = if below >= rows && (below >= wanted || below >= above) {
        y + 1
    } else {
        y - height
    };
    let area = Rect::new(left, top, wide, height);
    let overlay = canvas.style(Role::Overlay);
    canvas.fill(area, overlay);
    for (row, offer) in shown.iter().enumerate() {
        let line = area.y + u16::try_from(row).unwrap_or(0);
        let selected = first + row == popup.selected;
        if selected {
            let style = canvas.style(Role::Selected);
            canvas.fill(Rect::new(area.x, line, area.width, 1), style);
        }
        let ground = if selected {
            canvas.style(Role::Selected)
        } else {
            overlay
        };
        let mark = if offer.needed { canvas.glyphs.dot } else { " " };
        let accent = ground.patch(canvas.style(Role::Accent));
        canvas.put(area.x + 1, line, 1, mark, accent);
        let strong = ground.patch(canvas.style(if offer.needed { Role::Strong } else { Role::JsonKey }));
        canvas.put(
            area.x + 3,
            line,
            labels.min(area.width.saturating_sub(4)),
            &offer.label,
            strong,
        );
        let dim = ground.patch(canvas.style(Role::Dim));
        let at = 5 + labels;
        canvas.put(
            area.x + at,
            line,
            area.width.saturating_sub(at + 1),
            &offer.detail,
            dim,
        );
    }
    canvas.scrollbar(area, first as u64, popup.offers.len() as u64);
}

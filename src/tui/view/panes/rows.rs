//! What the lists of several panes have in common: the table, and what stands there without rows.

use crate::tui::layout::has_headings;
use crate::tui::state::{Load, State};
use crate::tui::theme::Role;
use crate::tui::widgets::draw::Canvas;
use crate::tui::widgets::table::{Column, Table};
use crate::tui::widgets::text::wrap;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// A few centred lines where there are no rows: what is the case, and what to press.
fn say(canvas: &mut Canvas, area: Rect, role: Role, text: &str, hint: &str) {
    let room = area.width.saturating_sub(4);
    if room < 4 {
        return;
    }
    let mut lines: Vec<(String, Style)> = wrap(text, room)
        .into_iter()
        .map(|line| (line, canvas.style(role)))
        .collect();
    let dim = canvas.style(Role::Dim);
    if !hint.is_empty() {
        lines.extend(wrap(hint, room).into_iter().map(|line| (line, dim)));
    }
    let high = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    let y = area.y + area.height.saturating_sub(high) / 2;
    for (row, (line, style)) in (0..area.height).zip(&lines) {
        canvas.put_centred(area.x + 2, y + row, room, line, *style);
    }
}

/// What a pane without rows says; nothing if it has some.
pub(super) fn without_rows(state: &State, canvas: &mut Canvas, area: Rect, load: &Load, empty: (&str, &str)) {
    match load {
        Load::Waiting => say(canvas, area, Role::Dim, "looking…", ""),
        Load::Ready => say(canvas, area, Role::Dim, empty.0, empty.1),
        Load::Failed(failure) => {
            let remedy = state.remedy_here(&failure.remedy);
            say(canvas, area, Role::Bad, &failure.message, &remedy);
        }
    }
}

/// The rows of a pane as a table.
pub(super) fn table(
    columns: &[Column],
    total: u64,
    top: usize,
    selected: usize,
    focused: bool,
    area: Rect,
    framed: bool,
) -> Table<'_> {
    Table {
        columns,
        total,
        top: top as u64,
        selected: selected as u64,
        focused,
        headings: has_headings(area),
        framed,
        fits: true,
    }
}

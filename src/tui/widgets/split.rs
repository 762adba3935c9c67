//! A table and the words about its selected row: beside each other where there is room, else under each other.

use super::draw::Canvas;
use super::table::{Column, Table};
use super::text::wrap;
use crate::tui::theme::Role;
use ratatui::layout::Rect;

/// From this width on, the words stand beside the rows.
const BESIDE_FROM: u16 = 150;

/// Where what stands within the frame of a page.
#[derive(Debug, Clone, Copy)]
pub struct Split {
    /// The table with its headings.
    pub table: Rect,
    /// The words.
    pub panel: Rect,
    /// Whether they stand beside the table.
    is_beside: bool,
}

impl Split {
    /// For a page with this frame.
    pub fn of(body: Rect) -> Self {
        // The table brings its own column at the left; on the right the scrollbar goes onto the frame.
        let inner = Rect::new(
            body.x + 1.min(body.width),
            body.y + 1.min(body.height),
            body.width.saturating_sub(2),
            body.height.saturating_sub(2),
        );
        if body.width >= BESIDE_FROM {
            let words = (inner.width / 3).clamp(44, 64);
            let table = Rect::new(inner.x, inner.y, inner.width - words - 3, inner.height);
            let panel = Rect::new(table.right() + 2, inner.y, words, inner.height);
            return Self {
                table,
                panel,
                is_beside: true,
            };
        }
        let words = if inner.height < 10 {
            0
        } else {
            (inner.height / 3).clamp(5, 9)
        };
        let gap = u16::from(words > 0);
        let table = Rect::new(inner.x, inner.y, inner.width, inner.height - words - gap);
        let panel = Rect::new(
            inner.x + 1.min(inner.width),
            table.bottom() + gap,
            inner.width.saturating_sub(2),
            words,
        );
        Self {
            table,
            panel,
            is_beside: false,
        }
    }

    /// Where the rows stand, under their headings.
    pub fn rows(&self) -> Rect {
        let headings = u16::from(self.has_headings());
        let table = self.table;
        Rect::new(table.x, table.y + headings, table.width, table.height - headings)
    }

    /// Whether there is room for headings.
    fn has_headings(&self) -> bool {
        self.table.height > 1
    }

    /// The table: its columns, how many rows it has, the first that is visible and the selected one.
    pub fn listing<'a>(&self, columns: &'a [Column], total: usize, top: usize, selected: usize) -> Table<'a> {
        Table {
            columns,
            total: total as u64,
            top: top as u64,
            selected: selected as u64,
            focused: true,
            headings: self.has_headings(),
            framed: !self.is_beside,
            fits: false,
        }
    }

    /// Draws what divides the two.
    pub fn divide(&self, canvas: &mut Canvas) {
        let border = canvas.style(Role::Border);
        let panel = self.panel;
        if self.is_beside {
            for y in panel.y..panel.bottom() {
                canvas.put(panel.x - 2, y, 1, canvas.glyphs.vertical, border);
            }
        } else if panel.height > 0 {
            canvas.rule(panel.x, panel.y - 1, panel.width, border);
        }
    }
}

/// Says in the middle of a page why there is nothing on it, and what can be done.
pub fn say(canvas: &mut Canvas, body: Rect, (title, role): (&str, Role), more: &str) {
    let room = body.width.saturating_sub(8);
    let mut lines: Vec<_> = wrap(title, room).into_iter().map(|line| (line, role)).collect();
    if !more.is_empty() {
        lines.extend(wrap(more, room).into_iter().map(|line| (line, Role::Dim)));
    }
    let high = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    let first = body.y + body.height.saturating_sub(high) / 2;
    for (y, (line, role)) in (first..body.bottom().saturating_sub(1)).zip(lines) {
        let style = canvas.style(role);
        canvas.put_centred(body.x + 4, y, room, &line, style);
    }
}

//! The table: headings, and the rows that fit.

use super::super::table::{TableView, cell};
use crate::tui::theme::Role;
use crate::tui::widgets::draw::{Canvas, width};
use crate::tui::widgets::tree::{Kind, mark};
use ratatui::layout::Rect;

/// Columns between two columns.
const GAP: u16 = 2;

pub(super) fn draw(view: &TableView, canvas: &mut Canvas, area: Rect) {
    if area.height < 2 {
        return;
    }
    let inner = Rect::new(area.x + 2, area.y, area.width.saturating_sub(2), area.height);
    let first = view.first_column(inner.width);
    draw_headings(view, first, canvas, inner);
    for line in 1..area.height {
        let row = view.top + usize::from(line - 1);
        let Some(id) = view.data.rows.get(row) else { break };
        let y = area.y + line;
        let mut x = inner.x;
        for column in view.data.columns.iter().skip(first) {
            let room = column.width.min(inner.right().saturating_sub(x));
            if room == 0 {
                break;
            }
            if let Some(member) = view.document.member(*id, &column.name) {
                let shown = cell(&view.document, member, usize::from(room) + 1);
                let role = match view.document.kind(member) {
                    Kind::Number => Role::JsonNumber,
                    Kind::Text => Role::Base,
                    Kind::Word => Role::JsonWord,
                    Kind::Object | Kind::List => Role::Faint,
                };
                let style = canvas.style(role);
                if column.numeric {
                    canvas.put_right(x, y, room, &shown, style);
                } else {
                    canvas.put(x, y, room, &shown, style);
                }
            }
            x = x.saturating_add(room + GAP);
        }
        if row == view.cursor {
            mark(canvas, Rect::new(area.x, y, area.width, 1), true);
        }
    }
    let bar = Rect::new(area.x, area.y + 1, area.width + 2, area.height - 1);
    canvas.scrollbar(bar, view.top as u64, view.data.rows.len() as u64);
}

fn draw_headings(view: &TableView, first: usize, canvas: &mut Canvas, inner: Rect) {
    let mut x = inner.x;
    for (place, column) in view.data.columns.iter().enumerate().skip(first) {
        let room = column.width.min(inner.right().saturating_sub(x));
        if room == 0 {
            break;
        }
        let sign = match &view.data.sort {
            Some((name, backwards)) if *name == column.name => canvas.glyphs.sort[usize::from(*backwards)],
            _ => "",
        };
        let role = if place == view.column {
            Role::Accent
        } else {
            Role::Heading
        };
        let style = canvas.style(role);
        let title = format!("{}{sign}", column.name);
        if column.numeric {
            canvas.put_right(x, inner.y, room, &title, style);
        } else {
            canvas.put(x, inner.y, room.max(width(sign)), &title, style);
        }
        x = x.saturating_add(room + GAP);
    }
}

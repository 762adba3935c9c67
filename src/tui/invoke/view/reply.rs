//! The reply's tab, in the way in which it is seen.

use super::super::raw;
use super::super::reply::Mode;
use super::super::state::InvokePage;
use super::table;
use crate::tui::theme::Role;
use crate::tui::widgets::draw::Canvas;
use crate::tui::widgets::text::{Line, draw_lines, wrap};
use crate::tui::widgets::tree::draw_tree;
use crate::workspace::LogEntry;
use ratatui::layout::Rect;

pub(super) fn draw(page: &InvokePage, entry: &LogEntry, canvas: &mut Canvas, area: Rect) {
    let Some(text) = &page.reply.text else {
        draw_lines(canvas, area, &no_reply(entry, area.width), 0);
        return;
    };
    match page.reply.mode {
        Mode::Raw => draw_raw(page, text, canvas, area),
        Mode::Table => match &page.reply.table {
            Some(view) => table::draw(view, canvas, area),
            None => draw_lines(canvas, area, &no_table(page), 0),
        },
        Mode::Tree => {
            if let Some(tree) = page.reply.tree() {
                draw_tree(canvas, area, tree, true);
            }
        }
    }
}

fn no_reply(entry: &LogEntry, width: u16) -> Vec<Line> {
    let failure = entry.failure.as_deref().unwrap_or("nothing more is known");
    let mut lines = vec![Line::of("There was no reply.", Role::Strong), Line::new()];
    lines.extend(
        wrap(failure, width)
            .into_iter()
            .map(|text| Line::of(text, Role::Bad)),
    );
    lines
}

fn no_table(page: &InvokePage) -> Vec<Line> {
    let words = if page.reply.under_way.tabling != 0 {
        "making the table…"
    } else {
        "There is no list of objects in it that would make a table."
    };
    vec![Line::of(words, Role::Dim)]
}

fn draw_raw(page: &InvokePage, text: &str, canvas: &mut Canvas, area: Rect) {
    let base = canvas.style(Role::Base);
    let top = page.reply.raw.top;
    let rows = raw::rows(text, area.width);
    for line in 0..area.height {
        let row = top + usize::from(line);
        if row >= rows {
            break;
        }
        canvas.put(
            area.x,
            area.y + line,
            area.width,
            raw::row(text, area.width, row),
            base,
        );
    }
    let bar = Rect::new(area.x, area.y, area.width + 2, area.height);
    canvas.scrollbar(bar, top as u64, rows as u64);
}

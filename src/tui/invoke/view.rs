//! Draws the page.

mod foot;
mod head;
mod reply;
mod table;

use super::state::{InvokePage, Tab};
use super::typing::Purpose;
use crate::tui::state::{Load, State};
use crate::tui::theme::Role;
use crate::tui::widgets::candidates::draw_candidates;
use crate::tui::widgets::draw::{Canvas, width};
use crate::tui::widgets::text::{draw_line, draw_lines};
use crate::tui::widgets::tree::draw_tree;
use ratatui::layout::Rect;

/// Where what a tab shows stands: under the head and the tabs, above the foot.
pub fn content_area(body: Rect, tab: Tab) -> Rect {
    let inner = Rect::new(
        body.x + 2.min(body.width),
        body.y + 1.min(body.height),
        body.width.saturating_sub(4),
        body.height.saturating_sub(2),
    );
    let head = 4.min(inner.height);
    let foot = foot_height(tab).min(inner.height - head);
    Rect::new(inner.x, inner.y + head, inner.width, inner.height - head - foot)
}

fn foot_height(tab: Tab) -> u16 {
    match tab {
        Tab::Reply => 2,
        Tab::Query | Tab::Trace => 1,
        Tab::Wire => 0,
    }
}

/// The keys of the line that is typed into.
pub fn keys(page: &InvokePage) -> Option<Vec<(&'static str, &'static str)>> {
    let typing = page.typing.as_ref()?;
    Some(match typing.purpose {
        Purpose::Search => vec![
            ("type", "find"),
            ("↑↓", "matches"),
            ("⏎", "keep"),
            ("Esc", "undo"),
        ],
        Purpose::Jq => vec![
            ("type", "jq"),
            ("Tab", "complete"),
            ("↑↓", "earlier ones"),
            ("⏎", "keep"),
            ("Esc", "undo"),
        ],
    })
}

/// Draws the page within its frame.
pub fn draw(state: &State, page: &InvokePage, canvas: &mut Canvas, body: Rect) {
    let area = content_area(body, page.tab);
    let top = Rect::new(area.x, body.y + 1, area.width, 1);
    if body.height < 3 {
        return;
    }
    let Some(entry) = &page.entry else {
        match &page.load {
            Load::Failed(failure) => {
                let bad = canvas.style(Role::Bad);
                canvas.put(top.x, top.y, top.width, &failure.message, bad);
                let dim = canvas.style(Role::Dim);
                canvas.put(
                    top.x,
                    top.y + 1,
                    top.width,
                    &state.remedy_here(&failure.remedy),
                    dim,
                );
            }
            _ => {
                let dim = canvas.style(Role::Dim);
                canvas.put(top.x, top.y, top.width, "fetching it…", dim);
            }
        }
        return;
    };
    head::draw(state, entry, canvas, top);
    if body.height > 4 {
        draw_tabs(page, canvas, Rect::new(area.x, body.y + 3, area.width, 1));
    }
    match page.tab {
        Tab::Query => {
            if let Some(tree) = &page.query {
                draw_tree(canvas, area, tree, true);
            }
        }
        Tab::Reply => reply::draw(page, entry, canvas, area),
        Tab::Wire => {
            draw_lines(canvas, area, &page.wire.lines, page.wire.top);
            let bar = Rect::new(area.x, area.y, area.width + 2, area.height);
            canvas.scrollbar(bar, page.wire.top as u64, page.wire.lines.len() as u64);
        }
        Tab::Trace => draw_trace(page, canvas, area),
    }
    let foot = Rect::new(area.x, area.bottom(), area.width, foot_height(page.tab));
    if foot.bottom() < body.bottom() {
        foot::draw(page, canvas, foot);
        draw_offers(page, canvas, area);
    }
}

/// What can be taken into the expression that is typed, over the end of what it makes.
fn draw_offers(page: &InvokePage, canvas: &mut Canvas, area: Rect) {
    let candidates = page.typing.as_ref().and_then(|typing| typing.candidates());
    let Some((before, items, selected)) = candidates else {
        return;
    };
    let height = area.height / 2;
    let room = Rect::new(area.x, area.bottom() - height, area.width, height);
    draw_candidates(canvas, room, width(before), &items, selected);
}

fn draw_tabs(page: &InvokePage, canvas: &mut Canvas, area: Rect) {
    let mut x = area.x;
    for tab in Tab::ALL {
        let text = format!(" {} {} ", tab.index() + 1, tab.title());
        let style = if tab == page.tab {
            canvas.style(Role::Brand)
        } else {
            canvas.style(Role::Bar)
        };
        if x + width(&text) > area.right() {
            break;
        }
        x += canvas.put(x, area.y, width(&text), &text, style) + 1;
    }
}

fn draw_trace(page: &InvokePage, canvas: &mut Canvas, area: Rect) {
    let trace = &page.trace;
    if area.height < 3 || trace.rows.is_empty() {
        draw_lines(canvas, area, &trace.notes, 0);
        return;
    }
    draw_line(
        canvas,
        area.x + 1,
        area.y,
        area.width.saturating_sub(1),
        &trace.ruler,
    );
    let notes = u16::try_from(trace.notes.len()).unwrap_or(0);
    let room = area.height - 2;
    let rows = Rect::new(area.x, area.y + 1, area.width, room);
    for (line, row) in (0..rows.height).zip(trace.rows.iter().enumerate().skip(trace.top)) {
        let (place, row) = row;
        let y = rows.y + line;
        draw_line(canvas, rows.x + 1, y, rows.width.saturating_sub(1), &row.line);
        if place == trace.cursor {
            crate::tui::widgets::tree::mark(canvas, Rect::new(rows.x, y, rows.width, 1), true);
        }
    }
    let bar = Rect::new(rows.x, rows.y, rows.width + 2, rows.height);
    canvas.scrollbar(bar, trace.top as u64, trace.rows.len() as u64);
    // The notes under the rows, as far as there is room; the first of them always.
    let shown = u16::try_from(trace.rows.len()).unwrap_or(u16::MAX);
    let free = room.saturating_sub(shown);
    let first = area.bottom() - 1 - free.saturating_sub(1).min(notes.saturating_sub(1));
    let place = Rect::new(
        area.x + 1,
        first,
        area.width.saturating_sub(1),
        area.bottom() - first,
    );
    draw_lines(canvas, place, &trace.notes, 0);
}

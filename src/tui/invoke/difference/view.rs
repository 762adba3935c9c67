//! Draws the page.

use super::page::DifferencePage;
use super::seeking::Seeking;
use crate::tui::clock::count;
use crate::tui::theme::Role;
use crate::tui::widgets::draw::Canvas;
use crate::tui::widgets::text::{Ink, Line, draw_line};
use crate::tui::widgets::tree::{Seeker, mark};
use ratatui::layout::Rect;

/// The keys that there are while something is typed.
pub fn keys(page: &DifferencePage) -> Option<Vec<(&'static str, &'static str)>> {
    page.seeking.typing.then(|| {
        vec![
            ("type", "find"),
            ("↑↓", "matches"),
            ("⏎", "keep"),
            ("Esc", "undo"),
        ]
    })
}

/// Draws it into the area of a page.
pub fn draw(page: &DifferencePage, canvas: &mut Canvas, area: Rect) {
    let list = Rect {
        height: page.list_height(area.height),
        ..area
    };
    let seeker = page.seeking.seeker();
    for (y, (place, row)) in (list.y..list.bottom()).zip(page.rows.iter().enumerate().skip(page.top)) {
        match &seeker {
            Some(seeker) => draw_line(canvas, list.x, y, list.width, &lit(&row.line, seeker)),
            None => draw_line(canvas, list.x, y, list.width, &row.line),
        }
        if place == page.cursor {
            let x = list.x.saturating_sub(1);
            mark(canvas, Rect::new(x, y, list.width + list.x - x, 1), true);
        }
    }
    let bar = Rect::new(list.x, list.y, list.width + 2, list.height);
    canvas.scrollbar(bar, page.top as u64, page.rows.len() as u64);
    if page.seeking.is_shown() && area.height > 0 {
        let foot = Rect::new(area.x, area.bottom() - 1, area.width, 1);
        draw_foot(&page.seeking, page.cursor, canvas, foot);
    }
}

/// The line with what was found in it standing out.
fn lit(line: &Line, seeker: &Seeker) -> Line {
    let mut spans: Vec<(String, Ink)> = Vec::new();
    for (text, ink) in &line.spans {
        let mut from = 0;
        while let Some((start, end)) = seeker.first_in(text, from) {
            spans.push((text[from..start].to_owned(), *ink));
            spans.push((text[start..end].to_owned(), Role::Match.into()));
            from = end;
        }
        spans.push((text[from..].to_owned(), *ink));
    }
    Line { spans }
}

fn draw_foot(seeking: &Seeking, cursor: usize, canvas: &mut Canvas, area: Rect) {
    let style = canvas.style(Role::Input);
    canvas.fill(area, style);
    let key = style.patch(canvas.style(Role::Key));
    canvas.put(area.x, area.y, 1, "/", key);
    let news = news(seeking, cursor);
    let taken = canvas.put_right(area.x, area.y, area.width.saturating_sub(1), &news, style);
    let room = area.width.saturating_sub(taken + 4);
    let column = canvas.typed((area.x + 2, area.y), room, &seeking.input, style);
    if seeking.typing {
        canvas.cursor = Some((area.x + 2 + column, area.y));
    }
}

fn news(seeking: &Seeking, cursor: usize) -> String {
    let total = count(seeking.found.len() as u64);
    match seeking.found.binary_search(&cursor) {
        _ if seeking.input.value().is_empty() => String::new(),
        Ok(place) => format!("match {} of {total}", count(place as u64 + 1)),
        Err(_) if seeking.found.is_empty() => "it is not there".to_owned(),
        Err(_) => format!("{total} matches"),
    }
}

//! The foot of the page: where one is, what was found, what is under way, and the line that is typed into.

use super::super::raw;
use super::super::reply::Mode;
use super::super::state::{InvokePage, Tab};
use super::super::typing::{Purpose, Typing};
use crate::tui::clock::{bytes, count};
use crate::tui::theme::Role;
use crate::tui::widgets::draw::{Canvas, width};
use crate::tui::widgets::tree::path_line;
use ratatui::layout::Rect;

pub(super) fn draw(page: &InvokePage, canvas: &mut Canvas, area: Rect) {
    if area.height == 0 || area.width == 0 {
        return;
    }
    let last = Rect::new(area.x, area.bottom() - 1, area.width, 1);
    if area.height > 1 {
        draw_news(page, canvas, Rect::new(area.x, area.y, area.width, 1));
    }
    match (&page.typing, page.tab) {
        (Some(typing), _) => draw_typing(typing, canvas, last),
        (None, Tab::Trace) => {
            let row = page.trace.rows.get(page.trace.cursor);
            let about = row.and_then(|row| row.about.as_deref()).unwrap_or_default();
            let style = canvas.style(Role::Accent);
            canvas.put(last.x, last.y, last.width, about, style);
        }
        (None, _) => draw_place(page, canvas, last),
    }
}

fn draw_typing(typing: &Typing, canvas: &mut Canvas, area: Rect) {
    let sign = match typing.purpose {
        Purpose::Search => "/",
        Purpose::Jq => "|",
    };
    let style = canvas.style(Role::Input);
    canvas.fill(area, style);
    let key = style.patch(canvas.style(Role::Key));
    canvas.put(area.x, area.y, 1, sign, key);
    let room = area.width.saturating_sub(3);
    let column = canvas.typed((area.x + 2, area.y), room, &typing.input, style);
    canvas.cursor = Some((area.x + 2 + column, area.y));
}

/// Where one is.
fn draw_place(page: &InvokePage, canvas: &mut Canvas, area: Rect) {
    let (left, right) = match (page.tab, page.reply.mode, &page.reply.table, &page.reply.text) {
        (Tab::Reply, Mode::Raw, _, Some(text)) => {
            let start = page.reply.raw.top * usize::from(area.width);
            (
                format!("byte {}", count(start as u64)),
                format!(
                    "{} bytes, {} rows",
                    count(text.len() as u64),
                    count(raw::rows(text, area.width) as u64)
                ),
            )
        }
        (Tab::Reply, Mode::Table, Some(table), _) => {
            let row = table.data.rows.get(table.cursor).copied();
            (
                row.map_or_else(String::new, |row| table.document.path(row)),
                format!(
                    "{} of {} rows, {} columns",
                    count((table.cursor + 1) as u64),
                    count(table.data.rows.len() as u64),
                    table.data.columns.len()
                ),
            )
        }
        _ => page.tree().map(path_line).unwrap_or_default(),
    };
    let taken = width(&right);
    let dim = canvas.style(Role::Dim);
    canvas.put_right(area.x, area.y, area.width, &right, dim);
    let style = canvas.style(Role::Accent);
    let room = area.width.saturating_sub(taken + 2);
    canvas.put(area.x, area.y, room, &left, style);
}

/// What is under way, what was found, what an expression came to.
fn draw_news(page: &InvokePage, canvas: &mut Canvas, area: Rect) {
    let reply = &page.reply;
    let under_way = &reply.under_way;
    let mut x = area.x;
    let mut say = |canvas: &mut Canvas, text: &str, role: Role| {
        let style = canvas.style(role);
        let room = area.right().saturating_sub(x);
        x += canvas.put(x, area.y, room, text, style);
        x = x.saturating_add(3).min(area.right());
    };
    if under_way.reading != 0 {
        let size = reply.text.as_ref().map_or(0, |text| text.len() as u64);
        let words = format!("this is its beginning; reading the whole, {}…", bytes(size));
        say(canvas, &words, Role::Changing);
    }
    if under_way.evaluating != 0 {
        say(canvas, "evaluating…", Role::Changing);
    }
    if under_way.finding != 0 {
        say(canvas, "looking for it…", Role::Changing);
    }
    if under_way.folding != 0 {
        say(canvas, "unfolding…", Role::Changing);
    }
    if under_way.tabling != 0 {
        say(canvas, "making the table…", Role::Changing);
    }
    match (&reply.mistake, &reply.jq) {
        (Some(mistake), _) => say(canvas, mistake, Role::Bad),
        (None, Some(made)) if page.tab == Tab::Reply => {
            let counted = match made.count {
                0 => "no result".to_owned(),
                1 => "one result".to_owned(),
                many => format!("{} results", count(many as u64)),
            };
            say(canvas, &format!("{counted} of {}", made.expression), Role::Good);
            if let Some(cut) = &made.cut {
                say(canvas, cut, Role::Warn);
            }
        }
        _ => {}
    }
    let Some(matches) = page.tree().and_then(|tree| tree.matches.as_ref()) else {
        return;
    };
    let number = page.tree().and_then(|tree| matches.number(tree.selected()?));
    let total = count(matches.nodes.len() as u64);
    let (words, role) = match (matches.nodes.is_empty(), number) {
        (true, _) => (format!("{:?} is not in it", matches.needle), Role::Warn),
        (false, Some(number)) => (format!("match {} of {total}", count(number as u64)), Role::Accent),
        (false, None) => (format!("{total} matches"), Role::Accent),
    };
    say(canvas, &words, role);
}

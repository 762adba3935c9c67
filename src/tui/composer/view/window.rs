//! Choices that lie over the composer.

use super::super::filling::Filling;
use super::super::rows::{Take, rows};
use super::super::state::{Asked, Composer};
use super::super::window::{Kind, Window};
use crate::tui::state::State;
use crate::tui::theme::Role;
use crate::tui::widgets::draw::{Canvas, width};
use crate::tui::widgets::text::wrap;
use crate::workspace::Way;
use ratatui::layout::Rect;

pub(super) fn draw(state: &State, composer: &Composer, window: &Window, canvas: &mut Canvas, body: Rect) {
    let wide = body.width.saturating_sub(4).min(110);
    let tall = match window.kind {
        Kind::Name | Kind::Blank => 5,
        Kind::Ways => 16,
        _ => body.height.saturating_sub(4).min(24),
    };
    let tall = tall.min(body.height);
    let area = Rect::new(
        body.x + (body.width - wide) / 2,
        body.y + (body.height - tall) / 3,
        wide,
        tall,
    );
    let overlay = canvas.style(Role::Overlay);
    canvas.fill(area, overlay);
    let border = canvas.style(Role::OverlayBorder);
    canvas.frame(area, border);
    let title = overlay.patch(canvas.style(Role::TitleFocus));
    let text = match window.kind {
        Kind::Templates => " Templates ".to_owned(),
        Kind::History => " Sent before ".to_owned(),
        Kind::Ways => " As whom, and which way ".to_owned(),
        Kind::Name => " Keep this query as ".to_owned(),
        Kind::Blank => blank_title(composer),
    };
    canvas.put(area.x + 2, area.y, area.width.saturating_sub(4), &text, title);
    if area.width < 8 || area.height < 4 {
        return;
    }
    let inner = Rect::new(area.x + 2, area.y + 1, area.width - 4, area.height - 2);
    let empty = match window.kind {
        Kind::Name => "type a name",
        Kind::Blank => "type what goes in",
        Kind::Templates | Kind::History | Kind::Ways => "type to find",
    };
    canvas.input(Rect::new(inner.x, inner.y, inner.width, 1), &window.input, empty);
    let hints = match window.kind {
        Kind::Name => Some(NAME_HINTS.map(str::to_owned)),
        Kind::Blank => Some(blank_hints(composer)),
        Kind::Templates | Kind::History | Kind::Ways => None,
    };
    if let Some(hints) = hints {
        let dim = overlay.patch(canvas.style(Role::Dim));
        for (row, line) in (1..).zip(&hints) {
            canvas.put(inner.x, inner.y + row, inner.width, line, dim);
        }
        return;
    }
    let list = Rect::new(inner.x, inner.y + 2, inner.width, inner.height.saturating_sub(2));
    draw_rows(state, composer, window, canvas, list);
}

/// What is said where a query gets its name.
const NAME_HINTS: [&str; 2] = [
    "a name; it is kept sealed in this home, with the query",
    "texts may have blanks: {{site}} is asked for each time it is sent",
];

/// Which blank is asked for, and how many there are.
fn blank_title(composer: &Composer) -> String {
    match composer.filling.as_ref().and_then(Filling::now) {
        Some((blank, _, 1)) => format!(" {} ", blank.name),
        Some((blank, at, all)) => format!(" {} · {at} of {all} ", blank.name),
        None => String::new(),
    }
}

/// Where the blank stands, and what goes in.
fn blank_hints(composer: &Composer) -> [String; 2] {
    let Some((blank, ..)) = composer.filling.as_ref().and_then(Filling::now) else {
        return [String::new(), String::new()];
    };
    let stands_in = format!("in \"{}\"", blank.stands_in);
    let what = if blank.is_json {
        "JSON: 7, true, \"text\", [1, 2]"
    } else {
        "a text"
    };
    [stands_in, what.to_owned()]
}

fn draw_rows(state: &State, composer: &Composer, window: &Window, canvas: &mut Canvas, area: Rect) {
    let rows = rows(state, composer, window);
    let overlay = canvas.style(Role::Overlay);
    let dim = overlay.patch(canvas.style(Role::Dim));
    let mut list = area;
    if let Some(line) = below(state, composer, window) {
        list.height = list.height.saturating_sub(1);
        canvas.put(area.x, area.bottom().saturating_sub(1), area.width, &line, dim);
    }
    if rows.is_empty() {
        let text = match window.kind {
            Kind::Templates => "nothing is kept yet; ^S keeps the query that is being written",
            Kind::History => "nothing was sent yet that this finds",
            _ => "nothing found",
        };
        for (row, line) in wrap(text, area.width).into_iter().enumerate() {
            canvas.put(
                area.x,
                area.y + u16::try_from(row).unwrap_or(0),
                area.width,
                &line,
                dim,
            );
        }
        return;
    }
    let height = usize::from(list.height).max(1);
    let first = window
        .selected
        .saturating_sub(height - 1)
        .min(rows.len().saturating_sub(1));
    let marks = rows.iter().map(|row| width(row.mark)).max().unwrap_or(0);
    let most = if window.kind == Kind::History {
        list.width * 7 / 10
    } else {
        list.width / 2
    };
    let labels = rows
        .iter()
        .map(|row| width(&row.label))
        .max()
        .unwrap_or(0)
        .min(most);
    for (line, row) in rows.iter().skip(first).take(height).enumerate() {
        let y = list.y + u16::try_from(line).unwrap_or(0);
        let selected = first + line == window.selected;
        let ground = if selected {
            canvas.style(Role::Selected)
        } else {
            overlay
        };
        canvas.fill(Rect::new(list.x, y, list.width, 1), ground);
        let current = is_current(composer, &row.take);
        let faint = ground.patch(canvas.style(if current { Role::Good } else { Role::Faint }));
        let mut x = list.x + 1;
        if window.kind == Kind::Ways {
            let mark = if current { canvas.glyphs.good } else { " " };
            canvas.put(x, y, 1, mark, faint);
            x += 2;
        }
        if marks > 0 {
            canvas.put(x, y, marks, row.mark, ground.patch(canvas.style(Role::Route)));
            x += marks + 2;
        }
        let strong = ground.patch(canvas.style(Role::Strong));
        canvas.put(x, y, labels, &row.label, strong);
        x += labels + 2;
        let dim = ground.patch(canvas.style(Role::Dim));
        canvas.put(x, y, list.right().saturating_sub(x + 1), &row.detail, dim);
    }
    canvas.scrollbar(list, first as u64, rows.len() as u64);
}

fn is_current(composer: &Composer, take: &Take) -> bool {
    match take {
        Take::Text(_) => false,
        Take::Identity(identity) => composer.way == Way::Direct && composer.identity == *identity,
        Take::Way(way) => composer.way == **way,
    }
}

/// What is still to be said under the rows.
fn below(state: &State, composer: &Composer, window: &Window) -> Option<String> {
    if let Some(name) = &window.armed {
        return Some(format!("^X again forgets {name} for good"));
    }
    if window.kind == Kind::Templates {
        let templates = state.composer.templates.as_ref()?;
        return Some(match templates.problems.as_slice() {
            [] => return None,
            [problem] => problem.message.clone(),
            [problem, others @ ..] => format!("{} (and {} more: :doctor)", problem.message, others.len()),
        });
    }
    match (window.kind, &composer.ways) {
        (Kind::Ways, Asked::Waiting(_)) => Some(format!(
            "{} looking for ways through other instances…",
            state.look.glyphs.spinner[state.tick % 4]
        )),
        (Kind::Ways, Asked::Failed(failure)) => {
            Some(format!("other ways could not be had: {}", failure.message))
        }
        (Kind::Ways, Asked::Here(ways)) if ways.is_empty() => {
            Some("no instance of this home that is hosted now has another way to it".to_owned())
        }
        _ => None,
    }
}

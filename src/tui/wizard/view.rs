//! Draws the wizard over the panes: the steps on the left, the question in the middle, and on the right what is
//! about to be shared with whom. Where there is less room, the steps are a line above, and the words stand below.

mod below;
mod place;
mod rows;
mod zoom;

use self::below::draw_below;
use self::place::Place;
pub use self::place::{Comparison, comparison, place};
use self::rows::draw_sheet;
pub use self::zoom::lines_of_text;
use self::zoom::{draw_picture, draw_zoom};
use super::prose;
use super::qr;
use super::state::{Wizard, Zoom};
use crate::handshake::guide::Step;
use crate::model::{Delivery, Side};
use crate::tui::layers::Kind;
use crate::tui::state::State;
use crate::tui::theme::Role;
use crate::tui::widgets::draw::Canvas;
use crate::tui::widgets::text::{Line, draw_line, wrap};
use ratatui::layout::Rect;

/// Said where the words to compare cannot be seen whole.
const TOO_SMALL: &str = "This window is too small to compare the words. Make it larger: nothing is answered until all seven are seen.";

/// Draws it.
pub fn draw(state: &State, wizard: &Wizard, canvas: &mut Canvas, body: Rect) {
    let base = canvas.style(Role::Base);
    if let Some(zoom) = wizard.zoom {
        let screen = *canvas.buffer.area();
        canvas.fill(screen, base);
        draw_zoom(state, wizard, zoom, canvas, screen);
        return;
    }
    canvas.fill(body, base);
    let border = canvas.style(Role::BorderFocus);
    canvas.frame(body, border);
    let title = canvas.style(Role::TitleFocus);
    let text = format!(" {} ", heading(wizard));
    canvas.put(body.x + 2, body.y, body.width.saturating_sub(4), &text, title);
    let Some(place) = place(state, wizard, body) else {
        return;
    };
    if let Some(area) = place.rail {
        draw_rail(wizard, canvas, area);
    }
    if let Some(area) = place.steps {
        draw_line_of_steps(wizard, canvas, area);
    }
    if let Some(area) = place.aside {
        draw_aside(state, wizard, canvas, area);
    }
    let (area, lines) = &place.below;
    draw_below(canvas, *area, lines);
    draw_main(state, wizard, canvas, &place);
}

fn heading(wizard: &Wizard) -> String {
    if wizard.step() == Step::Begin {
        return "Handshake".to_owned();
    }
    match wizard.course.side() {
        Side::Issued => "Handshake: let someone call an instance of yours".to_owned(),
        Side::Held => "Handshake: call someone else's instance".to_owned(),
    }
}

fn draw_main(state: &State, wizard: &Wizard, canvas: &mut Canvas, place: &Place) {
    let strong = canvas.style(Role::Strong);
    for (row, line) in (0..).zip(&place.question) {
        canvas.put(place.head.x, place.head.y + row, place.head.width, line, strong);
    }
    if let (Some(note), Some(at)) = (&wizard.note, place.note) {
        let accent = canvas.style(Role::Accent);
        canvas.put(at.x, at.y, at.width, note, accent);
    }
    let rest = place.rest;
    if !place.has_room_for_words() {
        let warn = canvas.style(Role::Warn);
        for (row, line) in (0..rest.height).zip(wrap(TOO_SMALL, rest.width)) {
            canvas.put(rest.x, rest.y + row, rest.width, &line, warn);
        }
        return;
    }
    let used = u16::try_from(place.sheet.rows.len()).unwrap_or(u16::MAX);
    draw_sheet(state, wizard, canvas, rest, &place.sheet);
    draw_picture(wizard, canvas, rest, used);
}

fn draw_rail(wizard: &Wizard, canvas: &mut Canvas, area: Rect) {
    let faint = canvas.style(Role::Border);
    for y in area.y..area.bottom() {
        let line = canvas.glyphs.vertical;
        canvas.put(area.right() - 1, y, 1, line, faint);
    }
    let steps = wizard.course.steps();
    let at = steps.iter().position(|step| *step == wizard.step()).unwrap_or(0);
    let shown: Vec<(usize, &Step)> = steps.iter().enumerate().skip(1).collect();
    let tall = usize::from(area.height) > shown.len() * 2 + 1;
    let pace = if tall { 2 } else { 1 };
    let mut y = area.y + 1;
    for (index, step) in shown {
        if y >= area.bottom() {
            break;
        }
        let (glyph, role, text) = match index.cmp(&at) {
            std::cmp::Ordering::Less => (canvas.glyphs.good, Role::Good, Role::Dim),
            std::cmp::Ordering::Equal => (canvas.glyphs.up, Role::Accent, Role::Strong),
            std::cmp::Ordering::Greater => (canvas.glyphs.stopped, Role::Faint, Role::Faint),
        };
        let (mark, name) = (canvas.style(role), canvas.style(text));
        canvas.put(area.x + 2, y, 1, glyph, mark);
        canvas.put(area.x + 4, y, area.width.saturating_sub(6), step.title(), name);
        y += pace;
    }
}

/// The steps as a line: how far one is, the step before, this one and the next.
fn draw_line_of_steps(wizard: &Wizard, canvas: &mut Canvas, inner: Rect) {
    let steps = wizard.course.steps();
    let at = steps.iter().position(|step| *step == wizard.step()).unwrap_or(0);
    let (dim, faint, strong, accent, good) = (
        canvas.style(Role::Dim),
        canvas.style(Role::Faint),
        canvas.style(Role::Strong),
        canvas.style(Role::Accent),
        canvas.style(Role::Good),
    );
    let mut spans = vec![(format!("{} of {}  ", at, steps.len() - 1), dim)];
    if let Some(before) = at.checked_sub(1).filter(|before| *before > 0) {
        spans.push((format!("{} ", canvas.glyphs.good), good));
        spans.push((format!("{}  ", steps[before].title()), dim));
    }
    spans.push((format!("{} ", canvas.glyphs.up), accent));
    spans.push((format!("{}  ", steps[at].title()), strong));
    for next in steps.iter().skip(at + 1).take(3) {
        spans.push((format!("{} {}  ", canvas.glyphs.stopped, next.title()), faint));
    }
    canvas.spans(inner.x + 2, inner.y, inner.width.saturating_sub(3), &spans);
    let border = canvas.style(Role::Border);
    canvas.rule(inner.x, inner.y + 1, inner.width, border);
}

fn draw_aside(state: &State, wizard: &Wizard, canvas: &mut Canvas, area: Rect) {
    let border = canvas.style(Role::Border);
    for y in area.y..area.bottom() {
        let line = canvas.glyphs.vertical;
        canvas.put(area.x, y, 1, line, border);
    }
    let room = area.width.saturating_sub(4);
    let mut lines = Vec::new();
    let shared = prose::shared(state, wizard);
    if !shared.is_empty() && wizard.step() != Step::Review {
        lines.push(Line::of("Who may do what", Role::Accent));
        for sentence in shared {
            for (index, part) in wrap(&sentence, room.saturating_sub(2)).into_iter().enumerate() {
                let lead = if index == 0 { canvas.glyphs.dot } else { " " };
                lines.push(Line::of(format!("{lead} "), Role::Accent).and(part, Role::Base));
            }
        }
        lines.push(Line::new());
    }
    lines.push(Line::of("Good to know", Role::Accent));
    for part in wrap(prose::why(wizard), room) {
        lines.push(Line::of(part, Role::Dim));
    }
    let top = area.y + 1;
    for (row, line) in (0..area.height.saturating_sub(1)).zip(&lines) {
        draw_line(canvas, area.x + 2, top + row, room, line);
    }
}

/// The keys that work at the present step, for the last line of the screen.
pub fn keys(wizard: &Wizard) -> Vec<(&'static str, &'static str)> {
    if let Some(zoom) = wizard.zoom {
        return match zoom {
            Zoom::Text(_) => vec![("↑↓", "scroll"), ("Esc", "back")],
            Zoom::Qr => vec![("Esc", "back")],
        };
    }
    if wizard.course.is_over() {
        return vec![("Esc", "close")];
    }
    let first = wizard.step() == wizard.course.first();
    let out = match (wizard.step(), first) {
        (Step::Begin, _) => "leave",
        (_, true) => "leave for now",
        _ => "back",
    };
    let mut pairs: Vec<_> = next(wizard).map(|next| ("⏎", next)).into_iter().collect();
    if wizard.list.many {
        pairs.push(("Space", "pick"));
    }
    if wizard.fields().len() > 1 {
        if wizard.at + 1 == wizard.fields().len() {
            pairs.push(("Tab", "next field"));
        }
        pairs.push(("←→", "choose"));
        if wizard.at + 1 < wizard.fields().len() {
            let last = at_last(wizard);
            pairs.push(("^S", if last == "next" { "next step" } else { last }));
        }
    } else if !wizard.list.items.is_empty() {
        let keys = if wizard.list.current().is_some() {
            "↑↓"
        } else {
            "1 2 ↑↓"
        };
        pairs.push((keys, "choose"));
    }
    let secret = wizard
        .fields()
        .iter()
        .any(|field| matches!(field.kind, Kind::Secret(_)));
    if secret && wizard.step() != Step::Code {
        pairs.push(("^T", "show what is typed"));
    }
    match wizard.step() {
        Step::HandOver => {
            if wizard.shows_secrets() {
                pairs.push(("s", "show"));
            }
            if wizard.course.answers.delivery == Delivery::Code {
                pairs.push(("n", "another code"));
            }
            if qr::text(wizard).is_some() {
                pairs.extend([("y", "copy"), ("t", "text")]);
            }
            if qr::content(wizard).is_some() {
                pairs.push(("Q", "picture"));
            }
        }
        Step::Send if qr::text(wizard).is_some() => {
            pairs.extend([("y", "copy"), ("t", "text"), ("Q", "picture")]);
        }
        Step::Activation if wizard.failure.is_some() => pairs.push(("r", "again")),
        Step::Checks | Step::Call => pairs.push(("r", "again")),
        _ => {}
    }
    pairs.push(("Esc", out));
    pairs
}

/// What Enter does; nothing where only the other side, or only time, turns the page.
fn next(wizard: &Wizard) -> Option<&'static str> {
    if wizard.at + 1 < wizard.fields().len() {
        return Some("next field");
    }
    match wizard.step() {
        Step::Activation => None,
        Step::HandOver if wizard.waits_for_code() => None,
        Step::Words if wizard.list.current().is_none() => None,
        _ => Some(at_last(wizard)),
    }
}

/// What the step ends with.
fn at_last(wizard: &Wizard) -> &'static str {
    match wizard.step() {
        Step::Review => "make it",
        Step::Ask => "make the request",
        Step::Passphrase => "open it",
        Step::Keep => "keep it",
        Step::Words => "answer",
        Step::Done => "close",
        _ => "next",
    }
}

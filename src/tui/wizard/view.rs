//! Draws the wizard over the panes: the steps on the left, the question in the middle, and on the right what is
//! about to be shared with whom. Where there is less room, the steps are a line above, and the words stand below.

mod below;
mod rows;
mod zoom;

use self::below::{below, draw_below};
use self::rows::draw_sheet;
use self::zoom::{draw_picture, draw_zoom};
use super::prose;
use super::qr;
use super::sheet::{Sheet, Space, sheet};
use super::state::Wizard;
use crate::handshake::guide::Step;
use crate::model::{Delivery, Side};
use crate::tui::layers::Kind;
use crate::tui::state::State;
use crate::tui::theme::Role;
use crate::tui::widgets::draw::Canvas;
use crate::tui::widgets::text::{Line, draw_line, wrap};
use ratatui::layout::Rect;

/// From this width on the steps stand on the left.
const RAIL_FROM: u16 = 100;
/// From this width on the words stand on the right.
const ASIDE_FROM: u16 = 112;

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
    if body.width < 8 || body.height < 5 {
        return;
    }
    let mut inner = Rect::new(body.x + 1, body.y + 1, body.width - 2, body.height - 2);
    if body.width >= RAIL_FROM && wizard.step() != Step::Begin {
        let wide = if body.width >= 160 { 28 } else { 22 };
        draw_rail(wizard, canvas, Rect::new(inner.x, inner.y, wide, inner.height));
        inner = Rect::new(inner.x + wide, inner.y, inner.width - wide, inner.height);
    } else if wizard.step() != Step::Begin {
        draw_line_of_steps(wizard, canvas, inner);
        inner = Rect::new(inner.x, inner.y + 2, inner.width, inner.height.saturating_sub(2));
    }
    if body.width >= ASIDE_FROM {
        let wide = (body.width * 3 / 10).clamp(34, 56);
        let aside = Rect::new(inner.right() - wide, inner.y, wide, inner.height);
        draw_aside(state, wizard, canvas, aside);
        inner.width -= wide;
    } else {
        let wanted = wanted(state, wizard, inner);
        let lines = below(state, wizard, inner.width.saturating_sub(4), inner.height, wanted);
        let high = u16::try_from(lines.len()).unwrap_or(0);
        draw_below(canvas, inner, &lines);
        inner.height = inner.height.saturating_sub(if high == 0 { 0 } else { high + 1 });
    }
    draw_main(state, wizard, canvas, inner);
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

fn draw_main(state: &State, wizard: &Wizard, canvas: &mut Canvas, inner: Rect) {
    let area = main_area(inner);
    let roomy = area.height >= 26;
    let strong = canvas.style(Role::Strong);
    let top = area.y + u16::from(roomy);
    let question = question(wizard, area.width);
    for (row, line) in (0..).zip(&question) {
        canvas.put(area.x, top + row, area.width, line, strong);
    }
    let head = u16::from(roomy) + rows_of(&question) + 1;
    let mut rest = Rect::new(
        area.x,
        area.y + head.min(area.height),
        area.width,
        area.height.saturating_sub(head),
    );
    if let Some(note) = &wizard.note {
        let accent = canvas.style(Role::Accent);
        let y = rest.bottom().saturating_sub(1);
        canvas.put(rest.x, y, rest.width, note, accent);
        rest.height = rest.height.saturating_sub(1);
    }
    let sheet = fitting(state, wizard, rest);
    let used = rows_of(&sheet.rows);
    draw_sheet(state, wizard, canvas, rest, &sheet);
    draw_picture(wizard, canvas, rest, used);
}

/// Where the question and its answers stand.
fn main_area(inner: Rect) -> Rect {
    Rect::new(
        inner.x + 2.min(inner.width),
        inner.y,
        inner.width.saturating_sub(4).min(100),
        inner.height,
    )
}

fn question(wizard: &Wizard, room: u16) -> Vec<String> {
    let mut lines = wrap(&prose::question(wizard), room);
    lines.truncate(2);
    lines
}

fn rows_of<T>(lines: &[T]) -> u16 {
    u16::try_from(lines.len()).unwrap_or(u16::MAX)
}

/// How many rows the question and its answers want.
fn wanted(state: &State, wizard: &Wizard, inner: Rect) -> u16 {
    let room = main_area(inner).width;
    let sheet = sheet(state, wizard, room, Space::Usual);
    let note = u16::from(wizard.note.is_some());
    let head = rows_of(&question(wizard, room)) + 1 + note;
    rows_of(&sheet.rows).saturating_add(head)
}

/// The rows as spacious as there is room for. Lists and fields scroll; the words to compare are to be seen whole.
fn fitting(state: &State, wizard: &Wizard, rest: Rect) -> Sheet {
    let tall = rest.height >= 18;
    let usual = if tall { Space::Tall } else { Space::Usual };
    if wizard.step() != Step::Words {
        return sheet(state, wizard, rest.width, usual);
    }
    let spacious = [usual, Space::Usual].map(|space| sheet(state, wizard, rest.width, space));
    let fits = |sheet: &Sheet| sheet.rows.len() <= usize::from(rest.height);
    spacious
        .into_iter()
        .find(fits)
        .unwrap_or_else(|| sheet(state, wizard, rest.width, Space::Tight))
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
    if wizard.zoom.is_some() {
        return vec![("Esc", "back")];
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
            if wizard.loses_by_leaving() {
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
        Step::Send => pairs.extend([("y", "copy"), ("t", "text"), ("Q", "picture")]),
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

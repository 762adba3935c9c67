//! Draws the wizard over the panes: the steps on the left, the question in the middle, and on the right what is
//! about to be shared with whom. Where there is less room, the steps are a line above, and the words stand below.

use super::prose;
use super::qr;
use super::sheet::{Row, Sheet, sheet};
use super::state::{Wizard, Zoom};
use crate::handshake::guide::Step;
use crate::model::{Delivery, Side};
use crate::tui::layers::{Field, Kind};
use crate::tui::state::State;
use crate::tui::theme::{Role, UNICODE};
use crate::tui::widgets::draw::{Canvas, width};
use crate::tui::widgets::text::{Line, draw_line, wrap};
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};

/// Columns for the labels of fields.
const LABELS: u16 = 16;
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
        draw_zoom(wizard, zoom, canvas, screen);
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
        let lines = below(state, wizard, inner.width.saturating_sub(4), inner.height);
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
    let area = Rect::new(
        inner.x + 2.min(inner.width),
        inner.y,
        inner.width.saturating_sub(4).min(100),
        inner.height,
    );
    let roomy = area.height >= 26;
    let strong = canvas.style(Role::Strong);
    let top = area.y + u16::from(roomy);
    for (row, line) in (0..2).zip(wrap(&prose::question(wizard), area.width)) {
        canvas.put(area.x, top + row, area.width, &line, strong);
    }
    let taken = u16::try_from(wrap(&prose::question(wizard), area.width).len().min(2)).unwrap_or(1);
    let head = u16::from(roomy) + taken + 1;
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
    let tall = rest.height >= 18;
    let sheet = sheet(state, wizard, rest.width, tall);
    let used = u16::try_from(sheet.rows.len()).unwrap_or(u16::MAX);
    draw_sheet(state, wizard, canvas, rest, &sheet);
    draw_picture(wizard, canvas, rest, used);
}

/// The picture to scan under the text, or what it would need.
fn draw_picture(wizard: &Wizard, canvas: &mut Canvas, area: Rect, used: u16) {
    let Some(content) = qr::content(wizard) else {
        return;
    };
    let left = area.height.saturating_sub(used + 1);
    let y = area.y + used + 1;
    let dim = canvas.style(Role::Dim);
    if *canvas.glyphs != UNICODE {
        return;
    }
    let Some(picture) = qr::picture(&content) else {
        canvas.put(
            area.x,
            y,
            area.width,
            "It is too long for a picture to scan.",
            dim,
        );
        return;
    };
    let (columns, rows) = picture.size();
    if columns <= area.width && rows <= left {
        put_picture(canvas, &picture, area.x, y);
    } else if left > 0 {
        let text = format!("Q shows it as a picture to scan, which needs {columns}x{rows}");
        canvas.put(area.x, y, area.width, &text, dim);
    }
}

fn put_picture(canvas: &mut Canvas, picture: &qr::Picture, x: u16, y: u16) {
    // Dark on light, whatever the theme: that is what scanners look for.
    let plain = canvas.style(Role::Base).fg.is_none();
    let style = if plain {
        Style::new()
    } else {
        Style::new().fg(Color::Rgb(255, 255, 255)).bg(Color::Rgb(0, 0, 0))
    };
    for (row, line) in (0..).zip(&picture.lines) {
        let room = width(line);
        canvas.put(x, y + row, room, line, style);
    }
}

fn draw_zoom(wizard: &Wizard, zoom: Zoom, canvas: &mut Canvas, screen: Rect) {
    let dim = canvas.style(Role::Dim);
    match zoom {
        Zoom::Qr => {
            let picture = qr::content(wizard).and_then(|content| qr::picture(&content));
            let Some(picture) = picture else {
                canvas.put(
                    0,
                    0,
                    screen.width,
                    "It is too long for a picture to scan. Esc goes back.",
                    dim,
                );
                return;
            };
            let (columns, rows) = picture.size();
            if columns > screen.width || rows > screen.height {
                let text = format!(
                    "The picture needs {columns}x{rows}; this terminal has {}x{}. Make it larger, or its letters smaller. Esc goes back.",
                    screen.width, screen.height
                );
                for (row, line) in (0..).zip(wrap(&text, screen.width.saturating_sub(2))) {
                    canvas.put(1, 1 + row, screen.width, &line, dim);
                }
                return;
            }
            put_picture(
                canvas,
                &picture,
                (screen.width - columns) / 2,
                (screen.height - rows) / 2,
            );
        }
        Zoom::Text => {
            let base = canvas.style(Role::Base);
            let text = qr::text(wizard).unwrap_or_default();
            // Line by line as it is, without a frame, so that the terminal can select it.
            for (row, line) in (0..screen.height.saturating_sub(1)).zip(text.lines()) {
                canvas.put(0, row, screen.width, line, base);
            }
            let y = screen.height.saturating_sub(1);
            canvas.put(
                0,
                y,
                screen.width,
                "m gives the mouse to the terminal; Esc goes back",
                dim,
            );
        }
    }
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

/// The words below, where there is no room beside: what is shared first, then why.
fn below(state: &State, wizard: &Wizard, room: u16, height: u16) -> Vec<Line> {
    let most: u16 = match height {
        0..12 => 0,
        12..16 => 2,
        16..22 => 4,
        _ => 8,
    };
    let shared = prose::shared(state, wizard).join(" ");
    let mut lines = Vec::new();
    if !shared.is_empty() && wizard.step() != Step::Review {
        let parts = wrap(&shared, room);
        let keep = parts.len().min(usize::from(most).saturating_sub(2).max(1));
        for (index, part) in parts.iter().take(keep).enumerate() {
            let cut = index + 1 == keep && parts.len() > keep;
            let text = if cut { format!("{part} …") } else { part.clone() };
            lines.push(Line::of(text, Role::Base));
        }
    }
    for part in wrap(prose::why(wizard), room) {
        lines.push(Line::of(part, Role::Dim));
    }
    lines.truncate(usize::from(most));
    lines
}

fn draw_below(canvas: &mut Canvas, inner: Rect, lines: &[Line]) {
    let high = u16::try_from(lines.len()).unwrap_or(0);
    if high == 0 || high + 1 > inner.height {
        return;
    }
    let y = inner.bottom() - high - 1;
    let border = canvas.style(Role::Border);
    canvas.rule(inner.x, y, inner.width, border);
    for (row, line) in (0..high).zip(lines) {
        draw_line(
            canvas,
            inner.x + 2,
            y + 1 + row,
            inner.width.saturating_sub(4),
            line,
        );
    }
}

fn draw_sheet(state: &State, wizard: &Wizard, canvas: &mut Canvas, area: Rect, sheet: &Sheet) {
    let mut area = area;
    let mut rows = sheet.rows.as_slice();
    if let Some((Row::Search, rest)) = rows.split_first() {
        // What is typed stays in view, however far the list is scrolled.
        draw_row(
            state,
            wizard,
            canvas,
            Rect::new(area.x, area.y, area.width, 1),
            &Row::Search,
        );
        let head = 1.min(area.height);
        area = Rect::new(area.x, area.y + head, area.width, area.height - head);
        rows = rest;
    }
    let pinned = sheet.rows.len() - rows.len();
    let height = usize::from(area.height);
    let most = rows.len().saturating_sub(height);
    let top = match sheet.focus {
        Some((first, last)) => {
            let first = first.saturating_sub(pinned);
            let low = (last + 1).saturating_sub(height + pinned);
            // A little of what follows is in view too.
            (low + 2).min(first).min(most).max(low)
        }
        None => wizard.scroll.min(most),
    };
    let top = if rows.len() <= height { 0 } else { top };
    for (row, line) in (0..area.height).zip(rows.iter().skip(top)) {
        draw_row(
            state,
            wizard,
            canvas,
            Rect::new(area.x, area.y + row, area.width, 1),
            line,
        );
    }
    let bar = Rect::new(area.x, area.y, area.width + 2, area.height);
    canvas.scrollbar(bar, top as u64, rows.len() as u64);
}

fn draw_row(state: &State, wizard: &Wizard, canvas: &mut Canvas, line: Rect, row: &Row) {
    let card = line.width.min(76);
    match row {
        Row::Text(text) => draw_line(canvas, line.x, line.y, line.width, text),
        Row::Loud(text) => {
            let style = canvas.style(Role::Danger);
            canvas.fill(line, style);
            canvas.put(line.x + 1, line.y, line.width.saturating_sub(2), text, style);
        }
        Row::Item(text, selected) => {
            draw_line(canvas, line.x, line.y, line.width, text);
            if *selected {
                let ground = Style {
                    fg: None,
                    ..canvas.style(Role::Selected)
                };
                canvas.tint(line, ground);
                let accent = canvas.style(Role::Accent).patch(ground);
                let mark = canvas.glyphs.mark;
                canvas.put(line.x, line.y, 1, mark, accent);
            }
        }
        Row::Field(index) => draw_field(state, wizard, canvas, line, *index),
        Row::Hint(index) => draw_hint(wizard, canvas, line, *index),
        Row::Search => {
            let style = canvas.style(Role::Input);
            canvas.fill(line, style);
            let input = &wizard.list.filter;
            if input.value().is_empty() {
                let hint = style.patch(canvas.style(Role::Dim));
                canvas.put(line.x + 1, line.y, line.width, "type to find", hint);
            }
            canvas.put(
                line.x + 1,
                line.y,
                line.width.saturating_sub(1),
                input.value(),
                style,
            );
            let column = u16::try_from(input.visual_cursor()).unwrap_or(0);
            canvas.cursor = Some((line.x + 1 + column.min(line.width.saturating_sub(2)), line.y));
        }
        Row::Card(text) => {
            let border = canvas.style(Role::BorderFocus);
            let side = canvas.glyphs.vertical;
            canvas.put(line.x, line.y, 1, side, border);
            draw_line(canvas, line.x + 3, line.y, card.saturating_sub(5), text);
            canvas.put(line.x + card.saturating_sub(1), line.y, 1, side, border);
        }
        Row::Edge(upper) => {
            let border = canvas.style(Role::BorderFocus);
            let [top_left, top_right, bottom_left, bottom_right] = canvas.glyphs.corners;
            let (left, right) = if *upper {
                (top_left, top_right)
            } else {
                (bottom_left, bottom_right)
            };
            canvas.rule(line.x, line.y, card, border);
            canvas.put(line.x, line.y, 1, left, border);
            canvas.put(line.x + card.saturating_sub(1), line.y, 1, right, border);
        }
    }
}

fn draw_field(state: &State, wizard: &Wizard, canvas: &mut Canvas, line: Rect, index: usize) {
    let Some(field) = wizard.fields().get(index) else {
        return;
    };
    let here = index == wizard.at;
    let label = canvas.style(if here { Role::Strong } else { Role::Dim });
    canvas.put(line.x, line.y, LABELS, field.label, label);
    let room = line.width.saturating_sub(LABELS);
    let x = line.x + LABELS;
    if let Kind::Choice(options, at) = &field.kind {
        let mut used = 0;
        for (place, option) in options.iter().enumerate() {
            let style = match (place == *at, here) {
                (true, true) => canvas.style(Role::Brand),
                (true, false) => canvas.style(Role::Input),
                (false, _) => canvas.style(Role::Dim),
            };
            let rest = room.saturating_sub(used);
            used += canvas.put(x + used, line.y, rest, &format!(" {option} "), style);
        }
        return;
    }
    let style = if here {
        canvas.style(Role::Input)
    } else {
        canvas.style(Role::SelectedIdle)
    };
    canvas.fill(Rect::new(x, line.y, room, 1), style);
    let inner = room.saturating_sub(2);
    let cursor = draw_content(state, wizard, canvas, field, (x + 1, line.y, inner), style);
    if here && wizard.ticket.is_none() {
        canvas.cursor = Some((x + 1 + cursor.min(inner), line.y));
    }
}

/// What is in a field; returns where the cursor is. A code is shown as it is typed: a mistake would burn it.
fn draw_content(
    state: &State,
    wizard: &Wizard,
    canvas: &mut Canvas,
    field: &Field,
    (x, y, room): (u16, u16, u16),
    style: Style,
) -> u16 {
    match &field.kind {
        Kind::Text(input) => {
            let scroll = input.visual_scroll(usize::from(room));
            let visible: String = input.value().chars().skip(scroll).collect();
            canvas.put(x, y, room + 1, &visible, style);
            u16::try_from(input.visual_cursor().saturating_sub(scroll)).unwrap_or(room)
        }
        Kind::Secret(secret) => {
            let shown = field.id == "code" || wizard.is_revealed(state.clock.now());
            let skip = secret.count().saturating_sub(usize::from(room));
            let text: String = if shown {
                secret.expose().chars().skip(skip).collect()
            } else {
                "•".repeat(secret.count() - skip)
            };
            canvas.put(x, y, room + 1, &text, style);
            width(&text)
        }
        Kind::Choice(..) => 0,
    }
}

fn draw_hint(wizard: &Wizard, canvas: &mut Canvas, line: Rect, index: usize) {
    let Some(field) = wizard.fields().get(index) else {
        return;
    };
    let here = index == wizard.at;
    let empty = field.value().is_empty();
    let (text, role) = match &field.error {
        Some(error) if field.touched => (error.as_str(), Role::Bad),
        // While one types, a mistake is more of a hint.
        Some(error) if !empty => (error.as_str(), Role::Warn),
        _ if here => (field.hint.as_str(), Role::Dim),
        _ => return,
    };
    let style = canvas.style(role);
    let room = line.width.saturating_sub(LABELS + 1);
    canvas.put(line.x + LABELS + 1, line.y, room, text, style);
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
    let mut pairs = vec![("⏎", next(wizard))];
    if wizard.list.many {
        pairs.push(("Space", "pick"));
    }
    if wizard.fields().len() > 1 {
        pairs.push(("Tab", "next field"));
        pairs.push(("←→", "choose"));
        pairs.push(("^S", "next step"));
    } else if !wizard.list.items.is_empty() {
        pairs.push(("↑↓", "choose"));
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

fn next(wizard: &Wizard) -> &'static str {
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

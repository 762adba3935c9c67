//! Draws rows and fields.

use super::super::sheet::{LABELS, Row, Sheet};
use super::super::state::Wizard;
use crate::tui::layers::{Field, Kind};
use crate::tui::state::State;
use crate::tui::theme::Role;
use crate::tui::widgets::draw::Canvas;
use crate::tui::widgets::options::draw_options;
use crate::tui::widgets::text::draw_line;
use crate::tui::widgets::typed::end_of;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// How many rows stay where they are in an area of this height, and which of the others is the first in view.
pub fn in_view(wizard: &Wizard, sheet: &Sheet, height: u16) -> (usize, usize) {
    let pinned = usize::from(matches!(sheet.rows.first(), Some(Row::Search)));
    let rows = sheet.rows.len() - pinned;
    let height = usize::from(height).saturating_sub(pinned);
    let most = rows.saturating_sub(height);
    let top = match sheet.focus {
        _ if rows <= height => 0,
        Some((first, last)) => {
            let first = first.saturating_sub(pinned);
            let low = (last + 1).saturating_sub(height + pinned);
            // A little of what follows is in view too.
            (low + 2).min(first).min(most).max(low)
        }
        None => wizard.scroll.min(most),
    };
    (pinned, top)
}

/// Draws the rows of a step, from what must be in view on.
pub fn draw_sheet(state: &State, wizard: &Wizard, canvas: &mut Canvas, area: Rect, sheet: &Sheet) {
    let (pinned, top) = in_view(wizard, sheet, area.height);
    let mut area = area;
    let rows = &sheet.rows[pinned..];
    if pinned > 0 {
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
    }
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
        Row::Item(text, _, selected) => {
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
        Row::Search => canvas.search(line, &wizard.list.filter),
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
        let chosen = canvas.style(if here { Role::Brand } else { Role::Input });
        let other = canvas.style(Role::Dim);
        draw_options(canvas, (x, line.y, room), options, *at, (chosen, other));
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
        canvas.cursor = Some((x + 1 + cursor, line.y));
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
        Kind::Text(input) => canvas.typed((x, y), room, input, style),
        Kind::Secret(secret) => {
            let shown = field.id == "code" || wizard.is_revealed(state.clock.now());
            if !shown {
                let dots = secret.count().min(usize::from(room));
                return canvas.put(x, y, room + 1, &"•".repeat(dots), style);
            }
            let (from, columns) = end_of(secret.expose(), room);
            canvas.put(x, y, room + 1, &secret.expose()[from..], style);
            columns
        }
        Kind::Choice(..) | Kind::Circuit(_) => 0,
    }
}

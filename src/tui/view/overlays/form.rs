//! Fields to fill in.

use super::frame::{frame, keys};
use crate::model::CIRCUIT_PREFIX;
use crate::tui::content::FormLayout;
use crate::tui::layers::{Field, Form, Kind};
use crate::tui::state::{Phase, State};
use crate::tui::theme::Role;
use crate::tui::widgets::draw::{Canvas, on_overlay};
use crate::tui::widgets::options::draw_options;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Columns for the labels of a form.
const LABELS: u16 = 16;

pub(super) fn draw_form(state: &State, form: &Form, canvas: &mut Canvas) {
    let layout = FormLayout::of(state, form);
    let (area, inner) = (layout.area, layout.inner);
    frame(canvas, area, &form.title, Role::OverlayBorder);
    let dim = on_overlay(canvas, Role::Dim);
    for (number, line) in layout.intro.iter().enumerate() {
        if let Some(y) = layout.place(number) {
            canvas.put(inner.x, y, inner.width, line, dim);
        }
    }
    for (index, field) in form.fields.iter().enumerate() {
        draw_block(canvas, &layout, form, index, field);
    }
    draw_below(canvas, &layout, form);
    if layout.scrolling > layout.seen {
        let bar = Rect {
            width: inner.width + 3,
            height: u16::try_from(layout.seen).unwrap_or(inner.height),
            ..inner
        };
        canvas.scrollbar(bar, layout.scroll as u64, layout.scrolling as u64);
        let ground = Style {
            fg: None,
            ..canvas.style(Role::Overlay)
        };
        canvas.tint(Rect::new(inner.right() + 2, bar.y, 1, bar.height), ground);
    }
    if form.ticket.is_some() || state.phase == Phase::Opening {
        let text = format!("{} one moment…", canvas.glyphs.spinner[state.tick % 4]);
        let changing = on_overlay(canvas, Role::Changing);
        canvas.put(
            inner.x,
            area.bottom().saturating_sub(2),
            inner.width,
            &text,
            changing,
        );
        canvas.cursor = None;
        return;
    }
    let last = form.at + 1 == form.fields.len();
    let kind = form.fields.get(form.at).map(|field| &field.kind);
    let mut pairs = match (form.is_writing_circuit(), last) {
        (true, _) => vec![("⏎", "new line"), ("Tab", "next"), ("^S", form.verb)],
        (false, true) => vec![("⏎", form.verb)],
        (false, false) => vec![("⏎", "next"), ("^S", form.verb)],
    };
    if matches!(kind, Some(Kind::Choice(..))) {
        pairs.push(("←→", "choose"));
    }
    pairs.push(if form.is_leaving {
        ("Esc", "again throws the circuit away")
    } else {
        ("Esc", "close")
    });
    keys(canvas, area, &pairs);
}

/// A field with what is said about it.
fn draw_block(canvas: &mut Canvas, layout: &FormLayout, form: &Form, index: usize, field: &Field) {
    let Some(&(begin, lines)) = layout.fields.get(index) else {
        return;
    };
    let here = index == form.at;
    let line = |y| Rect::new(layout.inner.x, y, layout.inner.width, 1);
    if let Some(y) = layout.place(begin) {
        draw_field(canvas, line(y), field, here, form.ticket.is_some());
    }
    if let Kind::Circuit(circuit) = &field.kind {
        // What is said about it stands above it: that is seen however long it is.
        if let Some(y) = layout.place(begin + 1) {
            let (text, role) = match &field.error {
                Some(error) => (error.as_str(), Role::Bad),
                None => (field.hint.as_str(), Role::Dim),
            };
            let style = on_overlay(canvas, role);
            canvas.put(layout.inner.x, y, layout.inner.width, text, style);
        }
        super::circuit::draw(canvas, layout.circuit(index), circuit, here);
        return;
    }
    if lines > 1
        && let Some(y) = layout.place(begin + 1)
    {
        draw_hint(canvas, line(y), field, here);
    }
}

/// What stays below the fields: in a tight form what is said about the one with the cursor, and what went wrong.
fn draw_below(canvas: &mut Canvas, layout: &FormLayout, form: &Form) {
    let inner = layout.inner;
    let shown = layout.scrolling.min(layout.seen);
    let mut y = inner.y + u16::try_from(shown).unwrap_or(inner.height);
    if layout.is_tight {
        if let Some(field) = form.fields.get(form.at)
            && !matches!(field.kind, Kind::Circuit(_))
            && y < inner.bottom()
        {
            draw_hint(canvas, Rect::new(inner.x, y, inner.width, 1), field, true);
        }
        y += 1;
    }
    let bad = on_overlay(canvas, Role::Bad);
    for line in &layout.failure {
        if y < inner.bottom() {
            canvas.put(inner.x, y, inner.width, line, bad);
            y += 1;
        }
    }
}

fn draw_field(canvas: &mut Canvas, line: Rect, field: &Field, here: bool, waiting: bool) {
    let label = on_overlay(canvas, if here { Role::Strong } else { Role::Dim });
    canvas.put(line.x, line.y, LABELS.min(line.width), field.label, label);
    if matches!(field.kind, Kind::Circuit(_)) {
        let (room, dim) = (line.width.saturating_sub(LABELS), on_overlay(canvas, Role::Dim));
        canvas.put(line.x + LABELS, line.y, room, CIRCUIT_PREFIX, dim);
        return;
    }
    let room = line.width.saturating_sub(LABELS);
    let x = line.x + LABELS;
    if let Kind::Choice(options, at) = &field.kind {
        let chosen = canvas.style(if here { Role::Brand } else { Role::Input });
        let other = on_overlay(canvas, Role::Dim);
        draw_options(canvas, (x, line.y, room), options, *at, (chosen, other));
        return;
    }
    let style = if here {
        canvas.style(Role::Input)
    } else {
        on_overlay(canvas, Role::Base).patch(Style {
            bg: canvas.style(Role::Base).bg,
            ..Style::default()
        })
    };
    canvas.fill(Rect::new(x, line.y, room, 1), style);
    let inner = room.saturating_sub(2);
    let cursor = match &field.kind {
        Kind::Text(input) => canvas.typed((x + 1, line.y), inner, input, style),
        Kind::Secret(secret) => {
            let dots = secret.count().min(usize::from(inner));
            canvas.put(x + 1, line.y, inner, &"•".repeat(dots), style)
        }
        Kind::Choice(..) | Kind::Circuit(_) => 0,
    };
    if here && !waiting {
        canvas.cursor = Some((x + 1 + cursor, line.y));
    }
}

/// Under a field: what is wrong with it once it was left, or else what to write there.
fn draw_hint(canvas: &mut Canvas, line: Rect, field: &Field, here: bool) {
    let room = line.width.saturating_sub(LABELS + 1);
    let empty = field.value().is_empty();
    let (text, role) = match &field.error {
        Some(error) if field.touched || !empty => (error.as_str(), Role::Bad),
        _ if here => (field.hint.as_str(), Role::Dim),
        _ => return,
    };
    let style = on_overlay(canvas, role);
    canvas.put(line.x + LABELS + 1, line.y, room, text, style);
}

//! Fields to fill in.

use super::{frame, keys, on_overlay};
use crate::tui::content::{inside, window};
use crate::tui::layers::{Field, Form, Kind};
use crate::tui::state::{Phase, State};
use crate::tui::theme::Role;
use crate::tui::widgets::draw::Canvas;
use crate::tui::widgets::text::wrap;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Columns for the labels of a form.
const LABELS: u16 = 16;

pub(super) fn draw_form(state: &State, form: &Form, canvas: &mut Canvas) {
    let room = 78u16.min(state.size.0.saturating_sub(6)).max(20);
    let intro = wrap(&form.intro, room);
    let failure: Vec<String> = form.failure.as_ref().map_or_else(Vec::new, |failure| {
        let mut lines = wrap(&failure.message, room);
        lines.extend(wrap(&failure.remedy, room));
        lines
    });
    let tight = usize::from(state.size.1) < intro.len() + form.fields.len() * 2 + failure.len() + 10;
    let step: u16 = if tight { 1 } else { 2 };
    let gap = usize::from(!failure.is_empty());
    let lines =
        intro.len() + 1 + form.fields.len() * usize::from(step) + gap + failure.len() + usize::from(tight);
    let area = window(state, room, lines);
    frame(canvas, area, &form.title, Role::OverlayBorder);
    let inner = inside(area);
    let bottom = area.bottom().saturating_sub(2);
    let mut y = inner.y;
    let dim = on_overlay(canvas, Role::Dim);
    if !tight || inner.height as usize > form.fields.len() + intro.len() {
        for line in &intro {
            canvas.put(inner.x, y, inner.width, line, dim);
            y += 1;
        }
        y += 1;
    }
    for (index, field) in form.fields.iter().enumerate() {
        if y >= bottom {
            break;
        }
        let here = index == form.at;
        draw_field(
            canvas,
            Rect::new(inner.x, y, inner.width, 1),
            field,
            here,
            form.ticket.is_some(),
        );
        if !tight && y + 1 < bottom {
            draw_hint(canvas, Rect::new(inner.x, y + 1, inner.width, 1), field, here);
        }
        y += step;
    }
    if tight && y < bottom {
        if let Some(field) = form.fields.get(form.at) {
            draw_hint(canvas, Rect::new(inner.x, y, inner.width, 1), field, true);
        }
        y += 1;
    }
    let bad = on_overlay(canvas, Role::Bad);
    for line in failure {
        if y < bottom {
            canvas.put(inner.x, y, inner.width, &line, bad);
            y += 1;
        }
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
    let enter = if last { form.verb } else { "next" };
    let mut pairs = vec![("⏎", enter)];
    if !last {
        pairs.push(("^S", form.verb));
    }
    if matches!(
        form.fields.get(form.at).map(|field| &field.kind),
        Some(Kind::Choice(..))
    ) {
        pairs.push(("←→", "choose"));
    }
    pairs.push(("Esc", "close"));
    keys(canvas, area, &pairs);
}

fn draw_field(canvas: &mut Canvas, line: Rect, field: &Field, here: bool, waiting: bool) {
    let label = on_overlay(canvas, if here { Role::Strong } else { Role::Dim });
    canvas.put(line.x, line.y, LABELS, field.label, label);
    let room = line.width.saturating_sub(LABELS);
    let x = line.x + LABELS;
    if let Kind::Choice(options, at) = &field.kind {
        let mut used = 0;
        for (index, option) in options.iter().enumerate() {
            let style = match (index == *at, here) {
                (true, true) => canvas.style(Role::Brand),
                (true, false) => canvas.style(Role::Input),
                (false, _) => on_overlay(canvas, Role::Dim),
            };
            used += canvas.put(
                x + used,
                line.y,
                room.saturating_sub(used),
                &format!(" {option} "),
                style,
            );
        }
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
        Kind::Text(input) => {
            let scroll = input.visual_scroll(usize::from(inner));
            let visible: String = input.value().chars().skip(scroll).collect();
            canvas.put(x + 1, line.y, inner + 1, &visible, style);
            input.visual_cursor().saturating_sub(scroll)
        }
        Kind::Secret(secret) => {
            let dots = secret.count().min(usize::from(inner));
            canvas.put(x + 1, line.y, inner, &"•".repeat(dots), style);
            dots
        }
        Kind::Choice(..) => 0,
    };
    if here && !waiting {
        let column = u16::try_from(cursor).unwrap_or(inner).min(inner);
        canvas.cursor = Some((x + 1 + column, line.y));
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

//! The top line: the program, the home, and the instance that keys will act on.

use crate::model::InstanceKind;
use crate::tui::content::{health, state_glyph, state_role};
use crate::tui::state::State;
use crate::tui::theme::Role;
use crate::tui::widgets::draw::{Canvas, width};
use ratatui::layout::Rect;

/// Draws it.
pub fn draw(state: &State, canvas: &mut Canvas, area: Rect) {
    if area.height == 0 {
        return;
    }
    let bar = canvas.style(Role::Bar);
    canvas.fill(area, bar);
    let brand = canvas.style(Role::Brand);
    let mut x = area.x + canvas.put(area.x, area.y, area.width, " butterfly ", brand);
    let right = draw_instance(state, canvas, area);
    let room = right.saturating_sub(x + 2);
    x += 1;
    let mut text = String::new();
    if !state.instances.rows.is_empty() {
        text = format!(" {}", state.instances.how_many_are_up());
    }
    if state.read_only {
        text.push_str("   read-only");
    }
    let used = canvas.put(x, area.y, room, &text, bar);
    let rest = room.saturating_sub(used + 3);
    if rest > 12 {
        canvas.put(x + used + 3, area.y, rest, &shortened(&state.home, rest), bar);
    }
}

/// The end of a path says more than its beginning.
fn shortened(path: &str, room: u16) -> String {
    let length = path.chars().count();
    if length <= usize::from(room) {
        return path.to_owned();
    }
    let tail: String = path
        .chars()
        .skip(length - usize::from(room.saturating_sub(1)))
        .collect();
    format!("…{tail}")
}

/// The instance that keys act on, at the right, in its colour, marked for what it is. Returns where it begins.
fn draw_instance(state: &State, canvas: &mut Canvas, area: Rect) -> u16 {
    let Some(instance) = state.instance() else {
        return area.right();
    };
    let row = &instance.row;
    let colour = state.instances.colour(row.name.as_str()).unwrap_or_default();
    let bar = canvas.style(Role::Bar);
    let (mark, role) = match row.kind {
        InstanceKind::Local => (" LOCAL ", Role::Local),
        InstanceKind::Remote => (" REMOTE ", Role::Remote),
    };
    let glyph = state_glyph(row.state, canvas.glyphs);
    let mut spans = vec![
        (format!("{glyph} "), bar.patch(canvas.style(state_role(instance)))),
        (
            row.name.to_string(),
            bar.patch(canvas.theme.instance(colour))
                .add_modifier(ratatui::style::Modifier::BOLD),
        ),
        (format!("  {}  ", health(instance)), bar),
        (mark.to_owned(), canvas.style(role)),
    ];
    if row.read_only || state.read_only {
        spans.push((" READ-ONLY ".to_owned(), canvas.style(Role::Readonly)));
    }
    let wide: u16 = spans.iter().map(|(text, _)| width(text)).sum();
    let wide = wide.min(area.width.saturating_sub(12));
    let x = area.right() - wide;
    canvas.spans(x, area.y, wide, &spans);
    x
}

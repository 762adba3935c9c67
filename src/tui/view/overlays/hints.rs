//! What may follow the keys begun with.

use super::frame::frame;
use crate::command::Sequence;
use crate::tui::state::State;
use crate::tui::theme::Role;
use crate::tui::view::key_text::shown;
use crate::tui::widgets::draw::{Canvas, on_overlay, width};
use ratatui::layout::Rect;

/// Columns of one hint: key, label, a gap.
const COLUMN: u16 = 26;

/// Draws the window at the foot of the body, at the right, where it covers least.
pub fn draw_hints(state: &State, canvas: &mut Canvas, body: Rect) {
    let hints = state
        .keymap
        .hints(&state.begun.keys, state.scopes(), &state.situation());
    if hints.is_empty() || body.height < 3 || body.width < 8 {
        return;
    }
    let count = u16::try_from(hints.len()).unwrap_or(u16::MAX);
    let most_columns = ((body.width - 4) / COLUMN).clamp(1, 3);
    let rows_at_most = body.height - 2;
    let columns = count.div_ceil(6).clamp(1, most_columns);
    let rows = count.div_ceil(columns).min(rows_at_most);
    let wide = (columns * COLUMN + 3).min(body.width);
    let area = Rect::new(body.right() - wide, body.bottom() - rows - 2, wide, rows + 2);
    let begun: Vec<String> = state.begun.keys.iter().map(|key| shown(key, canvas)).collect();
    let title = format!("{} {}", begun.join(" "), canvas.glyphs.ellipsis);
    frame(canvas, area, &title, Role::OverlayBorder);
    let (key_style, label_style, dim) = (
        on_overlay(canvas, Role::Key),
        on_overlay(canvas, Role::Overlay),
        on_overlay(canvas, Role::Dim),
    );
    for (place, hint) in (0..columns * rows).zip(&hints) {
        let x = area.x + 2 + place / rows * COLUMN;
        let y = area.y + 1 + place % rows;
        let room = (area.right() - 1).saturating_sub(x).min(COLUMN - 1);
        let key = shown(&hint.key, canvas);
        let used = canvas.put(x, y, room, &key, key_style).max(2) + 1;
        let (text, style) = match hint.more {
            0 => (hint.binding.line_label(), label_style),
            more => (format!("+{more}"), dim),
        };
        canvas.put(x + used, y, room.saturating_sub(used), &text, style);
    }
    let escape = format!(
        " {} cancel ",
        Sequence::parse("esc")
            .map(|keys| keys.to_string())
            .unwrap_or_default()
    );
    if area.width > width(&escape) + 4 {
        canvas.put_right(area.x, area.bottom() - 1, area.width - 2, &escape, dim);
    }
}

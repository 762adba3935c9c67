//! What every window has: a frame with a title, lines that can be moved through, and its keys.

use crate::tui::theme::Role;
use crate::tui::view::key_text::shown;
use crate::tui::widgets::draw::{Canvas, on_overlay, width};
use crate::tui::widgets::text::{Line, draw_lines};
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Its ground, its border, and its title in it.
pub fn frame(canvas: &mut Canvas, area: Rect, title: &str, border: Role) {
    let ground = canvas.style(Role::Overlay);
    canvas.fill(area, ground);
    let style = on_overlay(canvas, border);
    canvas.frame(area, style);
    let strong = on_overlay(canvas, Role::TitleFocus);
    canvas.put(
        area.x + 2,
        area.y,
        area.width.saturating_sub(4),
        &format!(" {title} "),
        strong,
    );
}

/// Lines on it, and where one is among them.
pub fn overlay_lines(canvas: &mut Canvas, area: Rect, lines: &[Line], top: usize) {
    let ground = Style {
        fg: None,
        ..canvas.style(Role::Overlay)
    };
    draw_lines(canvas, area, lines, top);
    canvas.tint(area, ground);
    let bar = Rect::new(area.x, area.y, area.width + 3, area.height);
    canvas.scrollbar(bar, top as u64, lines.len() as u64);
    canvas.tint(Rect::new(area.right() + 2, area.y, 1, area.height), ground);
}

/// The keys of a window in its last line.
pub fn keys(canvas: &mut Canvas, area: Rect, pairs: &[(&str, &str)]) {
    if area.height < 4 {
        return;
    }
    let y = area.bottom() - 2;
    let mut x = area.x + 3;
    for (key, label) in pairs {
        let key = &shown(key, canvas);
        let (strong, dim) = (on_overlay(canvas, Role::Key), on_overlay(canvas, Role::Dim));
        let room = (area.right() - 1).saturating_sub(x);
        if width(key) + 1 + width(label) > room {
            break;
        }
        x += canvas.put(x, y, room, key, strong) + 1;
        x += canvas.put(x, y, (area.right() - 1).saturating_sub(x), label, dim) + 3;
    }
}

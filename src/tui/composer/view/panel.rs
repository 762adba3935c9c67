//! Draws what stands beside the query, or below it: its tabs, and the lines of the one that is shown.

use super::super::state::{Asked, Composer, Panel};
use super::panel_lines::{lines, text_room};
use crate::tui::state::State;
use crate::tui::theme::{ASCII, Role};
use crate::tui::widgets::draw::{Canvas, width};
use crate::tui::widgets::text::draw_lines;
use ratatui::layout::Rect;

pub(super) fn draw(state: &State, composer: &Composer, canvas: &mut Canvas, area: Rect) {
    if area.height < 2 || area.width < 4 {
        return;
    }
    draw_tabs(composer, canvas, area);
    let body = Rect::new(
        area.x,
        area.y + 2.min(area.height),
        area.width,
        area.height.saturating_sub(2),
    );
    let top = composer.scroll[composer.panel.index()];
    if composer.panel == Panel::Reply
        && let Asked::Here(_) = composer.reply
    {
        draw_lines(canvas, body, &composer.reply_lines.1, top);
        canvas.scrollbar(body, top as u64, composer.reply_lines.1.len() as u64);
        return;
    }
    let lines = lines(state, composer, text_room(state, composer));
    draw_lines(canvas, body, &lines, top);
    canvas.scrollbar(body, top as u64, lines.len() as u64);
}

fn draw_tabs(composer: &Composer, canvas: &mut Canvas, area: Rect) {
    let mut x = area.x;
    for panel in Panel::ALL {
        let chosen = panel == composer.panel;
        let role = match (chosen, composer.in_panel) {
            (true, true) => Role::Selected,
            (true, false) => Role::TitleFocus,
            (false, _) => Role::Dim,
        };
        let style = canvas.style(role);
        let text = format!(" {} ", panel.title());
        x += canvas.put(x, area.y, area.right().saturating_sub(x), &text, style) + 1;
    }
    let faint = canvas.style(Role::Border);
    let hint = if *canvas.glyphs == ASCII {
        "S-Tab"
    } else {
        "⇧Tab"
    };
    if !composer.in_panel && area.right().saturating_sub(x) > width(hint) + 2 {
        canvas.put_right(area.x, area.y, area.width, hint, faint);
    }
    canvas.rule(area.x, area.y + 1, area.width, faint);
}

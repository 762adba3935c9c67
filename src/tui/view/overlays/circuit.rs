//! A circuit as it is written in a form: numbered lines in the colours of JSON, the faulty one marked.

use crate::protocol::json_text::{Token, TokenKind, tokens};
use crate::tui::content::{CIRCUIT_NUMBERS, circuit_numbers, circuit_room};
use crate::tui::layers::CircuitField;
use crate::tui::theme::Role;
use crate::tui::widgets::draw::{Canvas, on_overlay};
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

pub(super) fn draw(canvas: &mut Canvas, area: Rect, field: &CircuitField, here: bool) {
    if area.height == 0 {
        return;
    }
    let editor = &field.editor;
    let ground = canvas.style(if here { Role::Input } else { Role::Base });
    let gutter = circuit_numbers(area.width);
    let text = Rect {
        x: area.x + gutter,
        width: area.width.saturating_sub(gutter),
        ..area
    };
    canvas.fill(text, ground);
    let tokens = tokens(editor.text());
    let room = circuit_room(area.width);
    let faulty = field.faulty_line();
    let spans = editor.spans().enumerate().skip(editor.top);
    for ((number, span), y) in spans.zip(area.y..area.bottom()) {
        if gutter > 0 {
            draw_number(canvas, (area.x, y), number, faulty);
        }
        let line = &editor.text()[span.clone()];
        let mut column = 0;
        for (offset, part) in line.grapheme_indices(true) {
            let wide = part.width().max(1);
            if column >= editor.left + room {
                break;
            }
            if column >= editor.left && column + wide <= editor.left + room {
                let style = ground.patch(foreground(canvas, &tokens, span.start + offset));
                canvas.put(text.x + small(column - editor.left), y, small(wide), part, style);
            }
            column += wide;
        }
    }
    canvas.scrollbar(text, editor.top as u64, editor.lines() as u64);
    if here {
        let (line, column) = editor.place(editor.cursor());
        let row = small(line.saturating_sub(editor.top)).min(area.height - 1);
        let column = column.saturating_sub(editor.left).min(room);
        canvas.cursor = Some((text.x + small(column), area.y + row));
    }
}

fn draw_number(canvas: &mut Canvas, (x, y): (u16, u16), number: usize, faulty: Option<(usize, bool)>) {
    let dim = on_overlay(canvas, Role::Dim);
    canvas.put_right(x, y, CIRCUIT_NUMBERS - 2, &(number + 1).to_string(), dim);
    if let Some((line, refused)) = faulty
        && line == number
    {
        let (glyph, role) = match refused {
            true => (canvas.glyphs.bad, Role::Bad),
            false => (canvas.glyphs.warn, Role::Warn),
        };
        let style = on_overlay(canvas, role);
        canvas.put(x + CIRCUIT_NUMBERS - 2, y, 1, glyph, style);
    }
}

/// The colour of what stands at this byte.
fn foreground(canvas: &Canvas, tokens: &[Token], at: usize) -> Style {
    let index = tokens.partition_point(|token| token.span.end <= at);
    let token = tokens.get(index).filter(|token| token.span.contains(&at));
    let is_name = tokens
        .get(index + 1)
        .is_some_and(|next| next.kind == TokenKind::Colon);
    let role = match token.map(|token| token.kind) {
        None => return Style::default(),
        Some(TokenKind::Text { .. }) if is_name => Role::JsonKey,
        Some(TokenKind::Text { .. }) => Role::JsonText,
        Some(TokenKind::Number) => Role::JsonNumber,
        Some(TokenKind::Word) => Role::JsonWord,
        Some(TokenKind::Junk) => Role::Bad,
        Some(_) => return Style::default(),
    };
    Style {
        bg: None,
        ..canvas.style(role)
    }
}

fn small(number: usize) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}

//! The query: line numbers, colours, what is wrong underlined, brackets that belong together.

use super::super::layout::Areas;
use super::super::state::Composer;
use crate::protocol::json_text::{TokenKind, matching};
use crate::tui::theme::Role;
use crate::tui::widgets::draw::Canvas;
use crate::tui::widgets::editor::columns;
use crate::workspace::Weight;
use ratatui::style::{Modifier, Style};
use std::ops::Range;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

pub(super) fn draw(composer: &Composer, canvas: &mut Canvas, areas: &Areas) {
    let editor = &composer.editor;
    let area = areas.editor;
    let (room, height) = areas.room();
    let x = area.x + areas.numbers + 1;
    let (here, column) = editor.place(editor.cursor());
    let faint = canvas.style(Role::Faint);
    let strong = canvas.style(Role::Dim);
    for (row, (number, span)) in editor
        .spans()
        .enumerate()
        .skip(editor.top)
        .take(height)
        .enumerate()
    {
        let y = area.y + u16::try_from(row).unwrap_or(0);
        if areas.numbers > 0 {
            let style = if number == here { strong } else { faint };
            let digits = (number + 1).to_string();
            canvas.put_right(area.x, y, areas.numbers - 1, &digits, style);
        }
        draw_line(composer, canvas, (x, y), room, span);
    }
    draw_brackets(composer, canvas, areas, x);
    let total = editor.lines() as u64;
    canvas.scrollbar(area, editor.top as u64, total);
    let (row, left) = (
        here.saturating_sub(editor.top),
        column.saturating_sub(editor.left),
    );
    if row < height {
        let place = |number: usize| u16::try_from(number).unwrap_or(u16::MAX);
        canvas.cursor = Some((x + place(left.min(room)), area.y + place(row)));
    }
}

fn draw_line(composer: &Composer, canvas: &mut Canvas, (x, y): (u16, u16), room: usize, span: Range<usize>) {
    let editor = &composer.editor;
    let line = &editor.text()[span.clone()];
    let mut column = 0;
    let base = canvas.style(Role::Base);
    for (offset, part) in line.grapheme_indices(true) {
        let wide = part.width().max(1);
        if column >= editor.left + room {
            break;
        }
        if column >= editor.left && column + wide <= editor.left + room {
            let at = span.start + offset;
            let style = base.patch(style(composer, canvas, at));
            let place = x + u16::try_from(column - editor.left).unwrap_or(u16::MAX);
            canvas.put(place, y, u16::try_from(wide).unwrap_or(1), part, style);
        }
        column += wide;
    }
    mark_end(composer, canvas, (x, y), room, &span);
}

/// What is wrong at the very end of a line has no letter to stand under.
fn mark_end(composer: &Composer, canvas: &mut Canvas, (x, y): (u16, u16), room: usize, span: &Range<usize>) {
    let is_here =
        |finding: &&crate::workspace::Finding| finding.span.is_empty() && finding.span.start == span.end;
    if !composer.findings.iter().any(|finding| is_here(&finding)) {
        return;
    }
    let column = columns(&composer.editor.text()[span.clone()]);
    if (composer.editor.left..composer.editor.left + room).contains(&column) {
        let style = canvas.style(Role::Bad).add_modifier(Modifier::UNDERLINED);
        let place = x + u16::try_from(column - composer.editor.left).unwrap_or(u16::MAX);
        canvas.put(place, y, 1, " ", style);
    }
}

fn style(composer: &Composer, canvas: &Canvas, at: usize) -> Style {
    let tokens = &composer.tree.tokens;
    let index = tokens.partition_point(|token| token.span.end <= at);
    let kind = tokens
        .get(index)
        .filter(|token| token.span.contains(&at))
        .map(|token| token.kind);
    let role = match kind {
        None => Role::Base,
        Some(_) if composer.blanks.iter().any(|blank| blank.contains(&at)) => Role::Accent,
        Some(TokenKind::Text { .. }) if is_name(composer, index) => Role::JsonKey,
        Some(TokenKind::Text { .. }) => Role::JsonText,
        Some(TokenKind::Number) => Role::JsonNumber,
        Some(TokenKind::Word) => Role::JsonWord,
        Some(TokenKind::Junk) => Role::Bad,
        Some(_) => Role::Dim,
    };
    let wrong = composer
        .findings
        .iter()
        .find(|finding| finding.span.contains(&at));
    let style = canvas.style(role);
    match wrong.map(|finding| finding.weight) {
        None => style,
        Some(weight) => {
            let role = if weight == Weight::Stopper {
                Role::Bad
            } else {
                Role::Warn
            };
            style.patch(canvas.style(role)).add_modifier(Modifier::UNDERLINED)
        }
    }
}

/// Whether a string is the name of a member: a colon follows it.
fn is_name(composer: &Composer, index: usize) -> bool {
    let next = composer.tree.tokens.get(index + 1);
    next.is_some_and(|token| token.kind == TokenKind::Colon)
}

fn draw_brackets(composer: &Composer, canvas: &mut Canvas, areas: &Areas, x: u16) {
    let editor = &composer.editor;
    let Some(pair) = matching(&composer.tree.tokens, editor.cursor()) else {
        return;
    };
    let (room, height) = areas.room();
    let style = canvas.style(Role::Match);
    for offset in [pair.0, pair.1] {
        let Some(bracket) = editor.text().get(offset..=offset) else {
            continue;
        };
        let (line, column) = editor.place(offset);
        let seen = (editor.top..editor.top + height).contains(&line)
            && (editor.left..editor.left + room).contains(&column);
        if seen {
            let place = |number: usize| u16::try_from(number).unwrap_or(u16::MAX);
            let (px, py) = (
                x + place(column - editor.left),
                areas.editor.y + place(line - editor.top),
            );
            canvas.put(px, py, 1, bracket, style);
        }
    }
}

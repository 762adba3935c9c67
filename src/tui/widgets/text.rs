//! Styled lines that a page scrolls over, and the wrapping of prose.

use crate::tui::theme::Role;
use crate::tui::widgets::draw::{Canvas, spans_width, width};
use ratatui::layout::Rect;
use unicode_segmentation::UnicodeSegmentation;

/// Text without line breaks and the blanks that go with them.
pub fn in_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A line of spans with their roles. An instance's own colour is asked for by its place in the list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Line {
    /// The spans.
    pub spans: Vec<(String, Ink)>,
}

/// What a span looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    /// Like everything of this role.
    Role(Role),
    /// In an instance's colour.
    Instance(usize),
}

impl From<Role> for Ink {
    fn from(role: Role) -> Self {
        Self::Role(role)
    }
}

impl Line {
    /// An empty line.
    pub fn new() -> Self {
        Self::default()
    }

    /// A line of one span.
    pub fn of(text: impl Into<String>, ink: impl Into<Ink>) -> Self {
        Self::new().and(text, ink)
    }

    /// The line with one more span.
    pub fn and(mut self, text: impl Into<String>, ink: impl Into<Ink>) -> Self {
        self.spans.push((text.into(), ink.into()));
        self
    }
}

/// Columns that words need beside what stands before them; where there are fewer, they stand below it.
const LEAST_BESIDE: u16 = 12;

/// The lines in at most `room` columns: of one that is wider, the last span goes on below where it begins.
pub fn wrapped(lines: &[Line], room: u16) -> Vec<Line> {
    let mut parts = Vec::with_capacity(lines.len());
    for line in lines {
        match line.spans.split_last() {
            Some(((text, ink), lead)) if spans_width(&line.spans) > room => {
                wrap_line(lead, text, *ink, room, &mut parts)
            }
            _ => parts.push(line.clone()),
        }
    }
    parts
}

fn wrap_line(lead: &[(String, Ink)], text: &str, ink: Ink, room: u16, parts: &mut Vec<Line>) {
    let words = text.trim_start();
    let mut lead = Line { spans: lead.to_vec() };
    let indent = &text[..text.len() - words.len()];
    if !indent.is_empty() {
        lead = lead.and(indent, ink);
    }
    let taken = spans_width(&lead.spans);
    if taken + LEAST_BESIDE > room {
        let spans = lead.spans.into_iter().chain([(words.to_owned(), ink)]);
        parts.extend(spans.flat_map(|(text, ink)| {
            let texts = wrap(text.trim(), room)
                .into_iter()
                .filter(|text| !text.is_empty());
            texts.map(move |text| Line::of(text, ink))
        }));
        return;
    }
    let below = Line::of(" ".repeat(usize::from(taken)), ink);
    for text in wrap(words, room - taken) {
        let before = std::mem::replace(&mut lead, below.clone());
        parts.push(before.and(text, ink));
    }
}

/// Draws the lines from `top` on that fit.
pub fn draw_lines(canvas: &mut Canvas, area: Rect, lines: &[Line], top: usize) {
    for (row, line) in (0..area.height).zip(lines.iter().skip(top)) {
        draw_line(canvas, area.x, area.y + row, area.width, line);
    }
}

/// Draws one line.
pub fn draw_line(canvas: &mut Canvas, x: u16, y: u16, room: u16, line: &Line) {
    let mut used = 0;
    for (text, ink) in &line.spans {
        let style = match ink {
            Ink::Role(role) => canvas.style(*role),
            Ink::Instance(index) => canvas.theme.instance(*index),
        };
        used += canvas.put(x + used, y, room.saturating_sub(used), text, style);
    }
}

/// Breaks prose at spaces into lines of at most `room` columns; words that are too long behind their hyphens, and what
/// is still too long anywhere.
pub fn wrap(text: &str, room: u16) -> Vec<String> {
    let room = room.max(1);
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let mut line = String::new();
        for word in paragraph.split(' ') {
            let gap = u16::from(!line.is_empty());
            if width(&line) + gap + width(word) <= room {
                if gap == 1 {
                    line.push(' ');
                }
                line.push_str(word);
                continue;
            }
            if !line.is_empty() {
                lines.push(std::mem::take(&mut line));
            }
            for part in word.split_inclusive('-') {
                if !line.is_empty() && width(&line) + width(part) > room {
                    lines.push(std::mem::take(&mut line));
                }
                for grapheme in part.graphemes(true) {
                    if width(&line) + width(grapheme) > room {
                        lines.push(std::mem::take(&mut line));
                    }
                    line.push_str(grapheme);
                }
            }
        }
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_wraps_at_spaces_and_long_words_behind_hyphens_or_anywhere() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrap("ab-cdef-g", 7), ["ab-", "cdef-g"]);
        assert_eq!(wrap("abcdef-gh", 4), ["abcd", "ef-", "gh"]);
        assert_eq!(wrap("a\n\nb", 4), ["a", "", "b"]);
        assert_eq!(wrap("日本語", 4), ["日本", "語"]);
    }

    #[test]
    fn what_is_wider_than_its_window_goes_on_below_where_it_begins() {
        let shown = |line: Line, room| -> Vec<String> {
            let text = |line: Line| line.spans.into_iter().map(|(text, _)| text).collect();
            wrapped(&[line], room).into_iter().map(text).collect()
        };
        let warning = || Line::of("secret  ", Role::Dim).and("hand it over by a safe way", Role::Base);
        assert_eq!(shown(warning(), 40), ["secret  hand it over by a safe way"]);
        assert_eq!(
            shown(warning(), 22),
            ["secret  hand it over", "        by a safe way"]
        );
        assert_eq!(shown(warning(), 14), ["secret", "hand it over", "by a safe way"]);
        assert_eq!(
            shown(Line::of("  one two three four", Role::Base), 16),
            ["  one two three", "  four"]
        );
        assert_eq!(shown(Line::new(), 4), [""]);
    }
}

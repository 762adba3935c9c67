//! Labels and values in two columns, and headings.

use crate::tui::theme::Role;
use crate::tui::widgets::text::{Ink, Line, wrap};

/// Columns that labels take.
pub const LABEL: usize = 15;

/// A label and its value, which goes on in further lines where it is long.
pub fn field(lines: &mut Vec<Line>, label: &str, value: &str, ink: impl Into<Ink>, room: u16) {
    let ink = ink.into();
    let room = room.saturating_sub(LABEL as u16).max(8);
    for (index, part) in wrap(value, room).into_iter().enumerate() {
        let label = if index == 0 { label } else { "" };
        // A label that is too long moves its value rather than touching it.
        let column = format!("{label:<width$} ", width = LABEL - 1);
        lines.push(Line::of(column, Role::Dim).and(part, ink));
    }
}

/// A heading over what follows.
pub fn heading(lines: &mut Vec<Line>, text: &str) {
    if !lines.is_empty() {
        lines.push(Line::new());
    }
    lines.push(Line::of(text.to_owned(), Role::TitleFocus));
}

/// A blank label before a line that continues a value.
pub fn continued(line: Line) -> Line {
    let mut whole = Line::of(" ".repeat(LABEL), Role::Dim);
    whole.spans.extend(line.spans);
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_never_touches_its_value() {
        let text = |label: &str| {
            let mut lines = Vec::new();
            field(&mut lines, label, "16 MiB", Role::Base, 80);
            lines[0]
                .spans
                .iter()
                .map(|(text, _)| text.as_str())
                .collect::<String>()
        };
        assert_eq!(text("name"), "name           16 MiB");
        assert_eq!(text("a label of all"), "a label of all 16 MiB");
        assert_eq!(text("a label of too many"), "a label of too many 16 MiB");
    }
}

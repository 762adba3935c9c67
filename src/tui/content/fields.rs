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
        lines.push(Line::of(format!("{label:<LABEL$}"), Role::Dim).and(part, ink));
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

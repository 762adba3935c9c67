//! What is looked for in the lines of the page.

use super::row::Row;
use crate::tui::widgets::tree::Seeker;
use tui_input::Input;

/// What is looked for, and where it was found.
#[derive(Debug, Clone, Default)]
pub struct Seeking {
    /// What.
    pub input: Input,
    /// Whether it is being typed.
    pub typing: bool,
    /// The rows that have it.
    pub found: Vec<usize>,
}

impl Seeking {
    /// What finds it in a text; none if nothing is looked for.
    pub fn seeker(&self) -> Option<Seeker> {
        let needle = self.input.value();
        (!needle.is_empty()).then(|| Seeker::new(needle))
    }

    /// Looks through these rows.
    pub fn look(&mut self, rows: &[Row]) {
        let seeker = self.seeker();
        let has_it = |row: &Row| {
            seeker.as_ref().is_some_and(|seeker| {
                let mut spans = row.line.spans.iter();
                spans.any(|(text, _)| seeker.first_in(text, 0).is_some())
            })
        };
        let found = rows.iter().enumerate().filter(|(_, row)| has_it(row));
        self.found = found.map(|(place, _)| place).collect();
    }

    /// The next row after this one that has it, or the one before; behind the last comes the first.
    pub fn next(&self, from: usize, forward: bool) -> Option<usize> {
        let found = &self.found;
        let next = if forward {
            let next = found.partition_point(|place| *place <= from);
            found.get(next).or_else(|| found.first())
        } else {
            let next = found.partition_point(|place| *place < from);
            next.checked_sub(1)
                .and_then(|place| found.get(place))
                .or_else(|| found.last())
        };
        next.copied()
    }

    /// Whether a line of the page is for it.
    pub fn is_shown(&self) -> bool {
        self.typing || !self.input.value().is_empty()
    }
}

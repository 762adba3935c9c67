//! Where the time of a call went: a waterfall over hops and phases.

mod lines;
mod notes;
mod places;

use crate::protocol::DONE;
use crate::tui::theme::{Glyphs, Role};
use crate::tui::widgets::text::Line;
use crate::workspace::LogEntry;
use places::Span;

/// The sign and role of how an invoke ended.
pub fn status_glyph(status: &str, glyphs: &Glyphs) -> (&'static str, Role) {
    match status {
        done if DONE.contains(&done) => (glyphs.good, Role::Good),
        "interpretation_rendered" => (glyphs.warn, Role::Warn),
        _ => (glyphs.bad, Role::Bad),
    }
}

/// A row of the waterfall.
#[derive(Debug, Clone)]
pub struct Row {
    /// What is drawn.
    pub line: Line,
    /// Its figures in words, for the foot; none for rows that cannot be selected.
    pub about: Option<String>,
}

/// The waterfall, and where one is in it.
#[derive(Debug, Clone, Default)]
pub struct TraceView {
    /// The ruler over the bars.
    pub ruler: Line,
    /// The rows, made once for a width.
    pub rows: Vec<Row>,
    /// What the signs mean, and what is to be known about the clocks.
    pub notes: Vec<Line>,
    /// The width that they were made for; 0 to have them made anew.
    pub made_for: u16,
    /// The row that is selected.
    pub cursor: usize,
    /// The first row that is visible.
    pub top: usize,
}

impl TraceView {
    /// Makes the rows for this width, unless they are made.
    pub fn prepare(&mut self, entry: &LogEntry, glyphs: &Glyphs, width: u16) {
        if self.made_for == width {
            return;
        }
        self.made_for = width;
        let spans = Span::all(&entry.hops, entry.row.route, entry.row.elapsed_us);
        let made = lines::make(&spans, glyphs, width);
        (self.ruler, self.rows, self.notes) = (made.ruler, made.rows, made.notes);
        self.notes.extend(notes::of(entry, width));
        self.settle(usize::MAX);
    }

    /// Moves the selection over the rows that can be selected.
    pub fn step(&mut self, rows: i64) {
        let places: Vec<usize> = (0..self.rows.len())
            .filter(|row| self.rows[*row].about.is_some())
            .collect();
        let now = places.partition_point(|row| *row < self.cursor);
        let wanted = i64::try_from(now).unwrap_or(0).saturating_add(rows).max(0);
        let wanted = usize::try_from(wanted).unwrap_or(usize::MAX);
        if let Some(row) = places.get(wanted.min(places.len().saturating_sub(1))) {
            self.cursor = *row;
        }
    }

    /// Keeps the selection in sight.
    pub fn settle(&mut self, height: usize) {
        let height = height.max(1);
        self.cursor = self.cursor.min(self.rows.len().saturating_sub(1));
        self.top = self.top.min(self.cursor);
        if self.cursor >= self.top.saturating_add(height) {
            self.top = self.cursor + 1 - height;
        }
    }
}

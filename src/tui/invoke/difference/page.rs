//! What the page knows, and how one moves over it.

use super::lines::{Room, lines};
use super::row::Row;
use super::seeking::Seeking;
use crate::command::{Key, KeyCode};
use crate::tui::clock::Clock;
use crate::tui::layers::{paste, type_into};
use crate::tui::theme::Glyphs;
use crate::workspace::Comparison;

/// Two lines of the log beside each other.
pub struct DifferencePage {
    /// What is shown.
    pub comparison: Comparison,
    /// For a direct call against one through another instance: what the way there added, microseconds.
    pub added_us: Option<i64>,
    /// The rows, as they were made last.
    pub rows: Vec<Row>,
    /// The width that they were made for.
    made_for: u16,
    /// The row that is selected.
    pub cursor: usize,
    /// The first row that is visible.
    pub top: usize,
    /// What is looked for.
    pub seeking: Seeking,
}

impl DifferencePage {
    /// A page about these two.
    pub fn new(comparison: Comparison, added_us: Option<i64>) -> Self {
        Self {
            comparison,
            added_us,
            rows: Vec::new(),
            made_for: 0,
            cursor: 0,
            top: 0,
            seeking: Seeking::default(),
        }
    }

    /// What it is called.
    pub fn title(&self) -> String {
        format!("#{} and #{}", self.comparison.one.id, self.comparison.other.id)
    }

    /// Makes the rows for this width, unless they are made, and keeps the selected one in sight.
    pub fn prepare(&mut self, clock: &Clock, glyphs: &Glyphs, width: u16, height: u16) {
        if self.made_for != width {
            let number = self.selected().map(|row| row.number);
            self.rows = lines(&self.comparison, self.added_us, clock, glyphs, Room::of(width));
            self.made_for = width;
            // Rows have moved: the line that was selected stays so.
            let place = self.rows.iter().position(|row| Some(row.number) == number);
            self.cursor = place.unwrap_or(self.cursor);
            self.seeking.look(&self.rows);
        }
        let height = usize::from(self.list_height(height)).max(1);
        self.cursor = self.cursor.min(self.rows.len().saturating_sub(1));
        self.top = self
            .top
            .min(self.cursor)
            .max((self.cursor + 1).saturating_sub(height))
            .min(self.rows.len().saturating_sub(height));
    }

    /// The row that is selected.
    pub fn selected(&self) -> Option<&Row> {
        self.rows.get(self.cursor)
    }

    /// Moves the selection; where it ends is settled with the rows.
    pub fn step(&mut self, rows: i64) {
        let wanted = i64::try_from(self.cursor)
            .unwrap_or(i64::MAX)
            .saturating_add(rows);
        self.cursor = usize::try_from(wanted.max(0)).unwrap_or(0);
    }

    /// All of it as text, no line broken, and the line of it that is selected.
    pub fn texts(&self, clock: &Clock, glyphs: &Glyphs) -> (String, String) {
        let room = Room::for_all_of(&self.comparison);
        let rows = lines(&self.comparison, self.added_us, clock, glyphs, room);
        let number = self.selected().map(|row| row.number);
        let text = |row: &Row| -> String { row.line.spans.iter().map(|(text, _)| text.as_str()).collect() };
        let selected = rows.iter().find(|row| Some(row.number) == number);
        let all: Vec<String> = rows.iter().map(|row| text(row).trim_end().to_owned()).collect();
        let selected = selected.map_or_else(String::new, |row| text(row).trim().to_owned());
        (all.join("\n"), selected)
    }

    /// How much of a height the rows have: something that is looked for has a line too.
    pub fn list_height(&self, height: u16) -> u16 {
        height.saturating_sub(u16::from(self.seeking.is_shown()))
    }

    /// Lets something to look for be typed.
    pub fn seek(&mut self) {
        self.seeking = Seeking {
            typing: true,
            ..Seeking::default()
        };
    }

    /// A key while that is typed.
    pub fn on_key(&mut self, key: Key) {
        match key.code {
            KeyCode::Down => self.go_to_match(true),
            KeyCode::Up => self.go_to_match(false),
            KeyCode::PageDown => self.step(10),
            KeyCode::PageUp => self.step(-10),
            _ => {
                let seeking = &mut self.seeking;
                type_into(&mut seeking.input, &mut seeking.typing, key);
                self.find();
            }
        }
    }

    /// Text was pasted while it is typed. False if only the beginning was taken.
    pub fn on_paste(&mut self, text: &str) -> bool {
        if !self.seeking.typing {
            return true;
        }
        let whole = paste(&mut self.seeking.input, text);
        self.find();
        whole
    }

    /// Looks for what is typed, and selects the first row from the selected one on that has it.
    fn find(&mut self) {
        self.seeking.look(&self.rows);
        if !self.seeking.found.contains(&self.cursor) {
            self.go_to_match(true);
        }
    }

    /// Selects the next row that has it, or the one before.
    pub fn go_to_match(&mut self, forward: bool) {
        self.cursor = self.seeking.next(self.cursor, forward).unwrap_or(self.cursor);
    }
}

//! The invoke log: lines come in at the top, older ones are fetched when one goes there.

use super::{Cursor, Load};
use crate::workspace::{LogFilter, LogRow};

/// How many lines are fetched at once.
const BATCH: u64 = 200;

/// The invoke log.
#[derive(Debug, Clone, Default)]
pub struct Log {
    /// Newest first.
    pub rows: Vec<LogRow>,
    /// How many there are in all, unfiltered.
    pub total: u64,
    /// Whether they are there.
    pub load: Load,
    /// Where one is in the list.
    pub cursor: Cursor,
    /// Only lines that contain this.
    pub text: String,
    /// Counts the filters.
    pub generation: u64,
    /// Whether older lines were asked for and did not come yet.
    pub fetching: bool,
    /// Whether there are no older ones.
    pub complete: bool,
}

impl Log {
    /// The selected line.
    pub fn selected(&self) -> Option<&LogRow> {
        self.rows.get(self.cursor.selected)
    }

    /// What to ask for the newest lines.
    pub fn newest(&self) -> LogFilter {
        LogFilter {
            instance: None,
            text: (!self.text.is_empty()).then(|| self.text.clone()),
            before: None,
            limit: BATCH,
        }
    }

    /// What to ask for older lines, if that is called for by where one is.
    pub fn older(&mut self, height: usize) -> Option<LogFilter> {
        let near_the_end = self.cursor.top + 2 * height >= self.rows.len();
        if !near_the_end || self.complete || self.fetching || self.rows.is_empty() {
            return None;
        }
        self.fetching = true;
        Some(LogFilter {
            before: self.rows.last().map(|row| row.id),
            ..self.newest()
        })
    }

    /// Another filter: what is there stays until the answer comes.
    pub fn set_filter(&mut self, text: &str) {
        text.clone_into(&mut self.text);
        self.generation += 1;
        self.complete = false;
        self.fetching = false;
    }

    /// Takes the newest lines. Someone who is on the newest line stays on the newest; anyone else stays where he is.
    pub fn take_newest(&mut self, rows: Vec<LogRow>, total: u64) {
        let selected = self.selected().map(|row| row.id);
        let at_top = self.cursor.selected == 0;
        let few = (rows.len() as u64) < BATCH;
        match rows.last().map(|row| row.id) {
            // Older lines that were fetched before stay, if they join on.
            Some(oldest) if !few && self.rows.iter().any(|row| row.id >= oldest) => {
                self.rows.retain(|row| row.id < oldest);
                self.rows.splice(0..0, rows);
            }
            _ => {
                self.complete = few;
                self.rows = rows;
            }
        }
        self.total = total;
        self.load = Load::Ready;
        let place = selected.and_then(|id| self.rows.iter().position(|row| row.id == id));
        let shift = place.unwrap_or(0).saturating_sub(self.cursor.selected);
        match place {
            Some(place) if !at_top => {
                self.cursor.selected = place;
                self.cursor.top += shift;
            }
            _ => self.cursor.select(0, self.rows.len()),
        }
    }

    /// Takes older lines.
    pub fn take_older(&mut self, rows: Vec<LogRow>) {
        self.fetching = false;
        self.complete = (rows.len() as u64) < BATCH;
        let last = self.rows.last().map_or(u64::MAX, |row| row.id);
        self.rows.extend(rows.into_iter().filter(|row| row.id < last));
    }
}

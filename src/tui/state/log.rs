//! The invoke log as a window on a list of any length, newest on top.
//!
//! Lines are kept by their place counted from the oldest, so that what was fetched stays where it is while new ones
//! come in. Whoever is on the newest line follows; whoever leaves it, or says so, has the view frozen: then the new
//! ones are counted and nothing moves. In another order than newest first the view is always frozen: what is new would
//! come in anywhere.

use super::Load;
use crate::model::Timestamp;
use crate::model::filter::{Filter, FilterError};
use crate::workspace::{Failure, LOG_FIELDS, LogAsk, LogColumn, LogPlace, LogRow, LogWindow, Sorting};
use std::collections::BTreeMap;

/// How many lines are fetched around those that are visible, on either side.
const MARGIN: u64 = 100;
/// Lines that are kept; twice as many are let grow.
const KEPT: u64 = 3_000;

#[derive(Debug, Clone)]
struct Held {
    row: LogRow,
    /// In which epoch of the log it was fetched.
    epoch: u64,
}

/// The invoke log.
#[derive(Debug, Clone, Default)]
pub struct Log {
    /// The filter as typed.
    pub text: String,
    /// What of it can be understood.
    pub filter: Filter,
    /// What of it cannot.
    pub problem: Option<FilterError>,
    /// In which order; none is newest first.
    pub sorting: Option<Sorting<LogColumn>>,
    /// Counts the filters: an answer to an older one is dropped.
    pub generation: u64,
    /// How many lines there are in all.
    pub total: u64,
    /// How many the filter leaves.
    pub matched: u64,
    /// Whether they are there.
    pub load: Load,
    /// The selected line, counted from the top.
    pub selected: u64,
    /// The first visible line, counted from the top.
    pub top: u64,
    /// When the filter was set.
    as_of: Option<Timestamp>,
    /// How many lines are in view, while new ones are not let in.
    frozen: Option<u64>,
    /// The newest of them: lines are counted up to it, so that the view stays when old ones go.
    frozen_on: Option<u64>,
    /// The newest line that there was at the last answer.
    newest: Option<u64>,
    rows: BTreeMap<u64, Held>,
    epoch: u64,
    answered: bool,
    /// The line that was selected under the filter before.
    stay_on: Option<u64>,
    /// Lines that were asked for and did not come yet.
    asked: Option<u64>,
    /// What was asked for last: an answer that left a gap is not asked for again.
    tried: Option<(u64, u64, u64)>,
    height: u64,
}

impl Log {
    /// How many lines are in view.
    pub fn shown(&self) -> u64 {
        self.frozen
            .map_or(self.matched, |frozen| frozen.min(self.matched))
    }

    /// Whether nothing new is let in.
    pub fn is_frozen(&self) -> bool {
        self.frozen.is_some()
    }

    /// How many lines came since then.
    pub fn waiting(&self) -> u64 {
        self.matched - self.shown()
    }

    /// The line at this place counted from the top, if it was fetched.
    pub fn row(&self, index: u64) -> Option<&LogRow> {
        let place = self.shown().checked_sub(index + 1)?;
        self.rows.get(&place).map(|held| &held.row)
    }

    /// The selected line.
    pub fn selected(&self) -> Option<&LogRow> {
        self.row(self.selected)
    }

    /// What to ask to find out what is new.
    pub fn newest(&self) -> LogAsk {
        let place = match (self.frozen, self.stay_on) {
            _ if !self.answered => self.stay_on.map_or(LogPlace::Newest, LogPlace::Around),
            (Some(_), _) => {
                LogPlace::From((self.shown() - self.top.min(self.shown())).saturating_sub(self.height))
            }
            (None, _) => LogPlace::Newest,
        };
        self.ask(place, self.height.max(20) + MARGIN)
    }

    fn ask(&self, place: LogPlace, limit: u64) -> LogAsk {
        LogAsk {
            filter: self.filter.to_string(),
            as_of: self.as_of.unwrap_or(Timestamp::from_micros(0)),
            place,
            limit,
            anchor: self.frozen_on.filter(|_| self.answered),
            sorting: self.sorting,
        }
    }

    /// What to ask for so that everything in view is there, unless it is, or was asked for already.
    pub fn wanted(&mut self) -> Option<LogAsk> {
        if !self.answered || self.asked.is_some() {
            return None;
        }
        let end = self.shown().saturating_sub(self.top);
        let first = end.saturating_sub(self.height);
        let is_there = |place: u64| self.rows.get(&place).is_some_and(|held| held.epoch == self.epoch);
        if (first..end).all(is_there) {
            return None;
        }
        let first = first.saturating_sub(MARGIN);
        let tried = (first, self.matched, self.epoch);
        if self.tried == Some(tried) {
            return None;
        }
        self.tried = Some(tried);
        self.asked = Some(self.generation);
        Some(self.ask(LogPlace::From(first), self.height + 2 * MARGIN))
    }

    /// Another filter; what is there stays until the answer comes, and so does the selected line, if the filter leaves
    /// it. False if it means what the one before meant.
    pub fn set_filter(&mut self, text: &str, now: Timestamp) -> bool {
        text.clone_into(&mut self.text);
        let (filter, problem) = Filter::parse_typed(text, LOG_FIELDS);
        self.problem = problem;
        let is_same = filter.means_the_same(&self.filter);
        self.filter = filter;
        if is_same {
            return false;
        }
        self.as_of = Some(now);
        self.ask_again();
        true
    }

    /// Another order, from its first line. What is there stays until the answer comes.
    pub fn set_sorting(&mut self, sorting: Option<Sorting<LogColumn>>) {
        self.sorting = sorting;
        self.follow();
        self.ask_again();
    }

    /// Everything is asked for anew.
    pub fn ask_again(&mut self) {
        if self.answered {
            self.stay_on = self.frozen.and(self.selected()).map(|row| row.id);
        }
        self.generation += 1;
        self.answered = false;
        self.asked = None;
        self.tried = None;
    }

    /// Moves the selection. The newest line is followed; whoever leaves it wants to read.
    pub fn step(&mut self, rows: i64) {
        self.selected = self.selected.saturating_add_signed(rows);
        self.clamp();
        self.follow_at_the_top();
    }

    /// Selects a line that is visible.
    pub fn select(&mut self, index: u64) {
        self.selected = index;
        self.clamp();
        self.follow_at_the_top();
    }

    /// Whether this line was fetched.
    pub fn has(&self, id: u64) -> bool {
        self.rows.values().any(|held| held.row.id == id)
    }

    /// Selects this line, if it was fetched.
    pub fn select_id(&mut self, id: u64) {
        let found = self.rows.iter().rev().find(|(_, held)| held.row.id == id);
        if let Some(index) = found.and_then(|(place, _)| self.shown().checked_sub(place + 1)) {
            self.select(index);
        }
    }

    /// Scrolls, keeping the selection visible.
    pub fn scroll(&mut self, rows: i64, height: u64) {
        let height = height.max(1);
        self.top = self
            .top
            .saturating_add_signed(rows)
            .min(self.shown().saturating_sub(height));
        self.selected = self.selected.clamp(self.top, self.top + height - 1);
        self.clamp();
        self.follow_at_the_top();
    }

    /// Follows what is new, from the newest line on.
    pub fn follow(&mut self) {
        self.frozen = None;
        self.frozen_on = None;
        self.selected = 0;
        self.top = 0;
    }

    /// Lets nothing new in.
    pub fn freeze(&mut self) {
        if self.frozen.is_none() && self.matched > 0 {
            self.frozen = Some(self.matched);
            self.frozen_on = self.newest;
        }
    }

    fn follow_at_the_top(&mut self) {
        if self.selected == 0 && self.sorting.is_none() {
            self.follow();
        } else {
            self.freeze();
        }
    }

    fn clamp(&mut self) {
        self.selected = self.selected.min(self.shown().saturating_sub(1));
    }

    /// Brings the selection into a view of this height.
    pub fn settle(&mut self, height: u64) {
        self.height = height;
        let height = height.max(1);
        self.clamp();
        self.top = self
            .top
            .min(self.selected)
            .max((self.selected + 1).saturating_sub(height))
            .min(self.shown().saturating_sub(height));
    }

    /// Takes lines, unless they answer another filter. True if there are more in all than it knew of before.
    pub fn take(&mut self, generation: u64, window: LogWindow) -> bool {
        if generation != self.generation {
            return false;
        }
        if self.asked.take().is_none() {
            // What is new may fill a gap.
            self.tried = None;
        }
        if self.answered && self.frozen.is_some() && window.is_moved(self.epoch) {
            // It was asked before the view was frozen: where that is now has to be asked.
            self.epoch = window.epoch;
            self.tried = None;
            return false;
        }
        let selected = self.selected().map(|row| row.id);
        let moved = self.sorting.is_some() && window.epoch != self.epoch;
        let grown = self.load == Load::Ready && window.total > self.total;
        self.total = window.total;
        self.matched = window.matched;
        self.newest = window.newest;
        if window.epoch != self.epoch {
            self.epoch = window.epoch;
            self.tried = None;
        }
        let is_unordered = self.sorting.is_some() && self.frozen.is_none();
        if !self.answered || is_unordered {
            self.begin_with(&window);
        } else if let (Some(_), Some(left)) = (self.frozen, window.up_to_anchor) {
            // Places move when old lines go: the view stays with its lines, while any is left.
            self.frozen = Some(left);
        }
        if moved {
            self.rows.clear();
        }
        for (place, row) in (window.first..).zip(window.rows) {
            let epoch = window.epoch;
            self.rows.insert(place, Held { row, epoch });
        }
        if moved && let Some(id) = selected {
            self.stay_with(id);
        }
        self.let_go();
        self.load = Load::Ready;
        if self.shown() == 0 {
            self.follow();
        }
        self.clamp();
        grown
    }

    /// Lines that went have moved the others, in an order that says nothing of by how much: the selection and the view
    /// stay with their line, if it is there.
    fn stay_with(&mut self, id: u64) {
        let found = self.rows.iter().find(|(_, held)| held.row.id == id);
        if let Some(index) = found.and_then(|(place, _)| self.shown().checked_sub(place + 1)) {
            self.top = (self.top + index).saturating_sub(self.selected);
            self.selected = index;
        }
    }

    /// The first answer to a filter: rows of the one before would only mislead.
    fn begin_with(&mut self, window: &LogWindow) {
        self.answered = true;
        self.rows.clear();
        let stay_on = self.stay_on.take();
        let found = window.rows.iter().position(|row| Some(row.id) == stay_on);
        match found.map(|place| window.first + place as u64) {
            Some(place) if place + 1 < window.matched => {
                self.frozen = Some(window.matched);
                self.frozen_on = window.newest;
                self.selected = window.matched - 1 - place;
                self.top = self.selected.saturating_sub(self.height / 2);
            }
            _ => self.follow(),
        }
        if self.sorting.is_some() && window.matched > 0 {
            self.frozen = Some(window.matched);
            self.frozen_on = window.newest;
        }
    }

    /// Notes that lines could not be had.
    pub fn note_failure(&mut self, generation: u64, failure: Failure) {
        if generation == self.generation {
            // `tried` keeps what was asked for: it is asked for again once something is new, or on refresh.
            self.asked = None;
            self.load = Load::Failed(failure);
        }
    }

    /// Lets go of lines far from the view.
    fn let_go(&mut self) {
        if (self.rows.len() as u64) <= 2 * KEPT {
            return;
        }
        let middle = self.shown().saturating_sub(self.top);
        let near = middle.saturating_sub(KEPT / 2)..middle + KEPT / 2;
        let newest = self.matched.saturating_sub(MARGIN);
        self.rows
            .retain(|place, _| near.contains(place) || *place >= newest);
    }

    /// Shows at once what is being changed: whether lines are marked.
    pub fn show_mark(&mut self, id: u64, marked: bool) {
        if let Some(held) = self.rows.values_mut().find(|held| held.row.id == id) {
            held.row.marked = marked;
        }
    }
}

#[cfg(test)]
mod tests;

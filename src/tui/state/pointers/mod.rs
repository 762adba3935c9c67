//! The pointers of one instance, or of several merged, as a window on a list of any length: pages are fetched
//! around where one is, and what is on the screen stays there until something newer has come.
//!
//! `source` holds the pages of an instance, `merge` reads several as one, `marks` what is marked, `columns`
//! what is shown of each and how they are sorted, `naming` says in words which are marked.

mod columns;
mod marks;
mod merge;
mod naming;
mod source;

pub use columns::Columns;
pub use marks::Marks;
pub use source::{PAGE, Source};

use super::Load;
use crate::model::filter::{Filter, FilterError};
use crate::model::{InstanceName, POINTER_FIELDS, Pointer, Timestamp, includes_instance, without_instances};
use crate::store::{PointerQuery, Start};
use crate::workspace::{BulkTarget, Failure, PointerList};
use merge::{Merge, Place};

/// The pointers, filtered and sorted.
#[derive(Debug, Clone, Default)]
pub struct Pointers {
    /// The instance that is selected: of which they are, unless they are those of all.
    pub instance: Option<InstanceName>,
    /// Whether they are those of all instances.
    pub merged: bool,
    /// The filter as typed.
    pub filter: String,
    /// The same as it is understood.
    pub terms: Filter,
    /// What is not understood of it.
    pub filter_error: Option<FilterError>,
    /// Only those that lead to another instance.
    pub federated_only: bool,
    /// What is shown of each, and how they are sorted.
    pub columns: Columns,
    /// Counts the filters, instances and refreshes: an answer to an older question is dropped.
    pub generation: u64,
    /// How many there are, as far as is known.
    pub total: u64,
    /// Whether that is exact.
    pub total_known: bool,
    /// The selected row.
    pub selected: u64,
    /// The first visible row.
    pub top: u64,
    /// Whether anything is there.
    pub load: Load,
    /// Whether the filter is still being typed: nothing is asked until it rests.
    pub typing: bool,
    /// What is marked.
    pub marks: Marks,
    /// Counts the filters and orders alone.
    question: u64,
    sources: Vec<Source>,
    merge: Merge,
    missing: Vec<Place>,
    /// The selected row as it was last seen: by this a pointer is found again whose row has moved.
    seen: Option<(u64, BulkTarget)>,
}

impl Pointers {
    /// Whether not everything is shown.
    pub fn is_filtered(&self) -> bool {
        !self.filter.is_empty() || self.federated_only
    }

    /// Shows the pointers of the selected instance, or of all of them, as far as the filter includes them.
    pub fn show(&mut self, all: &[InstanceName], selected: Option<InstanceName>) {
        let is_other = self.instance != selected;
        self.instance.clone_from(&selected);
        let candidates: Vec<InstanceName> = match self.merged {
            true => all.to_vec(),
            false => selected.into_iter().collect(),
        };
        let terms = &self.terms;
        let meant = |name: &InstanceName| includes_instance(terms, name.as_str());
        let wanted: Vec<InstanceName> = candidates.into_iter().filter(meant).collect();
        if wanted.iter().eq(self.sources.iter().map(|source| &source.name)) {
            return;
        }
        if !self.merged && is_other {
            self.sources.clear();
            self.ask_anew();
        }
        let mut before = std::mem::take(&mut self.sources);
        for name in wanted {
            let known = before.iter().position(|source| source.name == name);
            let source = known.map(|place| before.swap_remove(place));
            self.sources.push(source.unwrap_or_else(|| Source::new(name)));
        }
        self.merge.reset();
        self.recount();
    }

    /// Shows those of all instances, or of the selected one.
    pub fn set_merged(&mut self, merged: bool) {
        if self.merged != merged {
            self.merged = merged;
            self.ask_anew();
        }
    }

    /// Another filter. What is there stays on the screen, stale, until the answer comes. One that means the same
    /// asks nothing anew.
    pub fn set_filter(&mut self, filter: &str) {
        filter.clone_into(&mut self.filter);
        let (terms, error) = Filter::parse_typed(filter, POINTER_FIELDS);
        self.filter_error = error;
        let same = terms.means_the_same(&self.terms);
        self.terms = terms;
        if !same {
            self.ask_anew();
        }
    }

    /// Only those that lead to another instance, or all.
    pub fn set_federated_only(&mut self, federated_only: bool) {
        if self.federated_only != federated_only {
            self.federated_only = federated_only;
            self.ask_anew();
        }
    }

    /// Another question, or another order: from the first row.
    pub fn ask_anew(&mut self) {
        self.question += 1;
        self.ask_again();
        self.selected = 0;
        self.top = 0;
        self.seen = None;
        self.marks.forget_anchor();
        self.merge.reset();
    }

    /// Everything may have changed.
    pub fn ask_again(&mut self) {
        self.generation += 1;
        self.sources.iter_mut().for_each(Source::forget_asked);
        self.merge.keep_anchor();
    }

    /// What this instance could not tell is asked for anew; what the others told stays.
    pub fn ask_of(&mut self, name: &str) {
        let sources = self.sources.iter_mut();
        sources
            .filter(|source| source.name.as_str() == name)
            .for_each(Source::forget_asked);
    }

    fn place(&self, index: u64) -> Option<Place> {
        match self.sources.as_slice() {
            [_] => Some((0, index)),
            _ => self.merge.place(index),
        }
    }

    /// The row at this place, if it was fetched.
    pub fn row(&self, index: u64) -> Option<&Pointer> {
        let (source, row) = self.place(index)?;
        self.sources.get(source)?.row(row)
    }

    /// The instance that the row at this place is on.
    pub fn instance_of(&self, index: u64) -> Option<&InstanceName> {
        let (source, _) = self.place(index)?;
        Some(&self.sources.get(source)?.name)
    }

    /// Whether what is shown at this place answers an older question.
    pub fn is_stale(&self, index: u64) -> bool {
        self.place(index)
            .is_some_and(|(source, row)| self.sources[source].is_stale(row, self.generation))
    }

    /// The selected pointer, if it was fetched.
    pub fn selected(&self) -> Option<&Pointer> {
        self.row(self.selected)
    }

    /// The pointer in this row with its instance, if it was fetched.
    pub fn target(&self, index: u64) -> Option<BulkTarget> {
        Some(BulkTarget {
            instance: self.instance_of(index)?.clone(),
            address: self.row(index)?.address.clone(),
        })
    }

    /// The instances whose pointers are shown.
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// Whether an instance owes an answer.
    pub fn is_waiting(&self) -> bool {
        self.sources.iter().any(|source| source.asked_at.is_some())
    }

    /// Moves the selection.
    pub fn step(&mut self, rows: i64) {
        self.selected = self
            .selected
            .saturating_add_signed(rows)
            .min(self.total.saturating_sub(1));
    }

    /// Scrolls, keeping the selection visible.
    pub fn scroll(&mut self, rows: i64, height: u64) {
        let height = height.max(1);
        self.top = self
            .top
            .saturating_add_signed(rows)
            .min(self.total.saturating_sub(height));
        self.selected = self.selected.clamp(self.top, self.top + height - 1);
        self.step(0);
    }

    /// Brings the selection into a view of this height, and finds the rows that are visible then. A pointer that is
    /// selected stays so where a reload moved it to another row: one in view, or one not far from it, which is then where
    /// on the screen the old one was.
    pub fn settle(&mut self, height: u64) {
        let height = height.max(1);
        self.lay_out(height);
        let Some(now) = self.target(self.selected) else {
            return;
        };
        if let Some((row, before)) = self.seen.take()
            && row == self.selected
            && before != now
        {
            if let Some(found) = self.find_near(row, &before) {
                let view = self.top..self.top + height;
                if !view.contains(&found) {
                    let above = row - self.top;
                    self.top = found.saturating_sub(above);
                }
                self.selected = found;
                self.seen = Some((found, before));
                return self.lay_out(height);
            }
            if self.sources.len() == 1 && self.is_waiting() {
                // It may be on the page that is still on its way.
                self.seen = Some((row, before));
                return;
            }
        }
        self.seen = Some((self.selected, now));
    }

    /// The row of a pointer that was in this one: the nearest that is known.
    fn find_near(&self, row: u64, wanted: &BulkTarget) -> Option<u64> {
        let has = |row: &u64| self.target(*row).as_ref() == Some(wanted);
        (1..=PAGE)
            .flat_map(|step| [row.checked_sub(step), row.checked_add(step)])
            .flatten()
            .find(has)
    }

    fn lay_out(&mut self, height: u64) {
        self.step(0);
        self.top = self
            .top
            .min(self.selected)
            .max((self.selected + 1).saturating_sub(height))
            .min(self.total.saturating_sub(height));
        if self.sources.len() == 1 {
            return;
        }
        if self.top == 0 && self.sources.iter().any(|source| source.held) {
            self.sources.iter_mut().for_each(|source| source.held = false);
            self.merge.reset();
            self.recount();
        }
        let joined = self.joined();
        let order = self.columns.order;
        self.missing = self
            .merge
            .lay_out(&self.sources, &joined, order, self.top, height);
    }

    /// The sources whose rows are shown: those that have answered the present question, or while none has,
    /// those that have answered an older one.
    fn joined(&self) -> Vec<usize> {
        let is_fresh = |source: &Source| source.answered == Some(self.question);
        let any_fresh = self.sources.iter().any(is_fresh);
        let joins = |source: &Source| match any_fresh {
            true => is_fresh(source) && !source.held,
            false => source.answered.is_some(),
        };
        let numbered = self.sources.iter().enumerate();
        numbered
            .filter(|(_, source)| joins(source))
            .map(|(place, _)| place)
            .collect()
    }

    fn recount(&mut self) {
        let joined = self.joined();
        self.total = joined.iter().map(|place| self.sources[*place].total).sum();
        self.total_known = joined.iter().all(|place| self.sources[*place].total_known);
        self.step(0);
    }

    /// The pages to ask for now, of each instance on its own: those in view first, then their neighbours.
    pub fn wanted(&mut self, height: u64, now: Timestamp) -> Vec<(InstanceName, u64, PointerQuery)> {
        if self.typing {
            return Vec::new();
        }
        let mut asked = Vec::new();
        let query = self.query();
        for place in 0..self.sources.len() {
            let (first, last) = self.rows_near(place, height);
            let source = &mut self.sources[place];
            for page in source.wanted(first / PAGE, last / PAGE, self.generation, now) {
                let start = match page {
                    0 => Start::First,
                    page => Start::Offset(page * PAGE),
                };
                let query = PointerQuery {
                    start,
                    ..query.clone()
                };
                asked.push((source.name.clone(), page, query));
            }
        }
        asked
    }

    /// The rows of a source that are visible, or that have to be known to tell which are.
    fn rows_near(&self, place: usize, height: u64) -> (u64, u64) {
        let height = height.max(1);
        if self.sources.len() == 1 {
            return (self.top, self.top + height);
        }
        if let Some((_, row)) = self.missing.iter().find(|(source, _)| *source == place) {
            return (*row, *row);
        }
        let (first, last) = self.merge.rows_of(place).unwrap_or_default();
        (first, last)
    }

    /// Everything that the filter shows, as a query.
    pub fn everything(&self) -> PointerQuery {
        PointerQuery {
            limit: None,
            ..self.query()
        }
    }

    /// What every instance is asked.
    pub fn query(&self) -> PointerQuery {
        PointerQuery {
            federated_only: self.federated_only,
            filter: without_instances(&self.terms),
            order: self.columns.order,
            limit: Some(PAGE),
            ..PointerQuery::default()
        }
    }

    /// Takes a page, unless it answers an older question.
    pub fn take(&mut self, instance: &InstanceName, generation: u64, number: u64, list: PointerList) {
        if generation != self.generation {
            return;
        }
        let question = self.question;
        let others = self
            .sources
            .iter()
            .any(|source| source.answered == Some(question));
        let is_late = self.top > 0 && others;
        let Some(source) = self.sources.iter_mut().find(|source| source.name == *instance) else {
            return;
        };
        let is_new = source.answered != Some(question);
        source.take(question, generation, number, list);
        if is_new {
            source.held = is_late;
        }
        if is_new && self.selected == 0 {
            // Who has not moved yet is at the top, whoever answers first.
            self.seen = None;
        }
        if is_new && !is_late {
            self.merge.reset();
        }
        self.load = Load::Ready;
        self.recount();
    }

    /// Notes that a page could not be had.
    pub fn note_failure(&mut self, instance: &InstanceName, generation: u64, page: u64, failure: Failure) {
        if generation != self.generation {
            return;
        }
        if let Some(source) = self.sources.iter_mut().find(|source| source.name == *instance) {
            source.note_failure(page, failure);
        }
        // The whole list has failed only when all of it has.
        if self.sources.iter().all(Source::has_failed)
            && let Some(source) = self.sources.first()
        {
            self.load = source.load.clone();
        }
    }
}

#[cfg(test)]
mod tests;

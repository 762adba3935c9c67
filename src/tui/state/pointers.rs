//! The pointers of an instance as a window on a list of any length: pages are fetched around where one is,
//! a few are kept, and what is on the screen stays there until something newer has come.

use super::Load;
use crate::model::{InstanceName, Pointer};
use crate::store::{PointerPage, PointerQuery, Start, TagMatch};
use std::collections::{BTreeMap, BTreeSet};

/// Rows to a page.
pub const PAGE: u64 = 200;
/// Pages that are kept.
const KEPT: usize = 24;
/// Pages that are asked for at once.
const AT_ONCE: usize = 3;

#[derive(Debug, Clone)]
struct Page {
    rows: Vec<Pointer>,
    generation: u64,
    used: u64,
}

/// The pointers of an instance, filtered.
#[derive(Debug, Clone, Default)]
pub struct Pointers {
    /// Of which instance.
    pub instance: Option<InstanceName>,
    /// The filter as typed.
    pub filter: String,
    /// Only those that lead to another instance.
    pub federated_only: bool,
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
    pages: BTreeMap<u64, Page>,
    asked: BTreeSet<u64>,
    uses: u64,
    /// Whether the filter is still being typed: nothing is asked until it rests.
    pub typing: bool,
}

impl Pointers {
    /// Whether not everything is shown.
    pub fn is_filtered(&self) -> bool {
        !self.filter.is_empty() || self.federated_only
    }

    /// Shows another instance, from its first row.
    pub fn show(&mut self, instance: Option<InstanceName>) {
        if self.instance == instance {
            return;
        }
        *self = Self {
            instance,
            generation: self.generation + 1,
            filter: std::mem::take(&mut self.filter),
            federated_only: self.federated_only,
            ..Self::default()
        };
    }

    /// Another filter. What is there stays on the screen, stale, until the answer comes.
    pub fn set_filter(&mut self, filter: &str) {
        filter.clone_into(&mut self.filter);
        self.ask_again();
        self.selected = 0;
        self.top = 0;
    }

    /// Everything may have changed.
    pub fn ask_again(&mut self) {
        self.generation += 1;
        self.asked.clear();
    }

    /// The row at this place, if it was fetched.
    pub fn row(&self, index: u64) -> Option<&Pointer> {
        let row = usize::try_from(index % PAGE).ok()?;
        self.pages.get(&(index / PAGE))?.rows.get(row)
    }

    /// Whether what is shown at this place answers an older question.
    pub fn is_stale(&self, index: u64) -> bool {
        self.pages
            .get(&(index / PAGE))
            .is_some_and(|page| page.generation != self.generation)
    }

    /// The selected pointer, if it was fetched.
    pub fn selected(&self) -> Option<&Pointer> {
        self.row(self.selected)
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

    /// Brings the selection into a view of this height.
    pub fn settle(&mut self, height: u64) {
        let height = height.max(1);
        self.step(0);
        self.top = self
            .top
            .min(self.selected)
            .max((self.selected + 1).saturating_sub(height))
            .min(self.total.saturating_sub(height));
    }

    /// The pages to ask for now: those in view first, then their neighbours.
    pub fn wanted(&mut self, height: u64) -> Vec<(u64, PointerQuery)> {
        if self.instance.is_none() || self.typing {
            return Vec::new();
        }
        let first = self.top / PAGE;
        let last = (self.top + height.max(1)) / PAGE;
        let last_page = self.total.saturating_sub(1) / PAGE;
        let near = [first, last.min(last_page), last + 1, first.saturating_sub(1)];
        let mut pages = Vec::new();
        // What is next to it is worth asking once it is known that there is something.
        let answered = self.pages.values().any(|page| page.generation == self.generation);
        let near = if answered { &near[..] } else { &near[..2] };
        for page in near.iter().copied() {
            let fresh = self
                .pages
                .get(&page)
                .is_some_and(|page| page.generation == self.generation);
            let beyond = page > last_page && page > 0;
            if fresh || beyond || self.asked.contains(&page) || self.asked.len() >= AT_ONCE {
                continue;
            }
            self.asked.insert(page);
            pages.push((page, self.query(page)));
        }
        self.uses += 1;
        for page in first..=last {
            if let Some(page) = self.pages.get_mut(&page) {
                page.used = self.uses;
            }
        }
        pages
    }

    /// Everything that the filter shows, as a query.
    pub fn everything(&self) -> PointerQuery {
        PointerQuery {
            limit: None,
            ..self.query(0)
        }
    }

    /// What exactly is asked for a page: `#tag` and `tag:x` are tags, everything else is looked for in descriptions.
    fn query(&self, page: u64) -> PointerQuery {
        let mut tags = Vec::new();
        let mut exclude_tags = Vec::new();
        let mut words = Vec::new();
        for word in self.filter.split_whitespace() {
            let tag = |word: &str| {
                word.strip_prefix('#')
                    .or_else(|| word.strip_prefix("tag:"))
                    .filter(|tag| !tag.is_empty())
                    .map(ToOwned::to_owned)
            };
            match (tag(word), word.strip_prefix('!').and_then(tag)) {
                (Some(tag), _) => tags.push(tag),
                (None, Some(tag)) => exclude_tags.push(tag),
                (None, None) if matches!(word, "#" | "!" | "!#" | "tag:") => {}
                (None, None) => words.push(word),
            }
        }
        PointerQuery {
            term: (!words.is_empty()).then(|| words.join(" ")),
            tags,
            exclude_tags,
            tag_match: TagMatch::All,
            connection: None,
            federated_only: self.federated_only,
            start: if page == 0 {
                Start::First
            } else {
                Start::Offset(page * PAGE)
            },
            limit: Some(PAGE),
        }
    }

    /// Takes a page, unless it answers an older question.
    pub fn take(&mut self, generation: u64, number: u64, page: PointerPage) {
        if generation != self.generation {
            return;
        }
        self.asked.remove(&number);
        let fetched = page.pointers.len() as u64;
        let end = number * PAGE + fetched;
        // The first answer to a new question: rows of older ones would only mislead.
        let first_answer = !self.pages.values().any(|page| page.generation == generation);
        match (page.total, page.next.is_some()) {
            (Some(total), _) => (self.total, self.total_known) = (total, true),
            (None, false) if fetched > 0 || number == 0 => (self.total, self.total_known) = (end, true),
            (None, _) if first_answer => (self.total, self.total_known) = (end + 1, false),
            (None, _) => self.total = self.total.max(end + 1),
        }
        if first_answer {
            let total = self.total;
            self.pages.retain(|number, _| number * PAGE < total);
        }
        self.uses += 1;
        self.pages.insert(
            number,
            Page {
                rows: page.pointers,
                generation,
                used: self.uses,
            },
        );
        while self.pages.len() > KEPT {
            let Some(oldest) = self
                .pages
                .iter()
                .min_by_key(|(_, page)| page.used)
                .map(|(number, _)| *number)
            else {
                break;
            };
            self.pages.remove(&oldest);
        }
        self.load = Load::Ready;
        self.step(0);
    }

    /// Notes that a page could not be had.
    pub fn note_failure(&mut self, generation: u64, failure: crate::workspace::Failure) {
        if generation == self.generation {
            // `asked` keeps the page: it is asked for again on refresh, or when the instance is back.
            self.load = Load::Failed(failure);
        }
    }
}

#[cfg(test)]
mod tests;

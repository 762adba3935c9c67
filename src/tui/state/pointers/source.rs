//! The pages of one instance: fetched around where one is, a few of them kept, each instance failing or
//! slow by itself.

use crate::model::{InstanceName, Pointer, Timestamp};
use crate::tui::state::Load;
use crate::workspace::{Failure, ListRemark, PointerList};
use std::collections::{BTreeMap, BTreeSet};

/// Rows to a page.
pub const PAGE: u64 = 200;
/// Pages that are kept.
pub(super) const KEPT: usize = 24;
/// Pages that are asked for at once.
const AT_ONCE: usize = 3;

#[derive(Debug, Clone)]
struct Page {
    rows: Vec<Pointer>,
    generation: u64,
    used: u64,
}

/// What is known of an instance's pointers.
#[derive(Debug, Clone)]
pub struct Source {
    /// The instance.
    pub name: InstanceName,
    /// How many there are, as far as is known.
    pub total: u64,
    /// Whether that is exact.
    pub total_known: bool,
    /// Whether anything is there.
    pub load: Load,
    /// What keeps its rows from being all that was asked for.
    pub remark: Option<ListRemark>,
    /// Since when it owes an answer.
    pub asked_at: Option<Timestamp>,
    /// Which question its rows answer.
    pub(super) answered: Option<u64>,
    /// Whether its rows came when others were being read further down: they join in at the top.
    pub held: bool,
    pages: BTreeMap<u64, Page>,
    asked: BTreeSet<u64>,
    /// Pages that could not be had: still owed, and asked for again with everything that is.
    failed: BTreeSet<u64>,
    uses: u64,
}

impl Source {
    pub(super) fn new(name: InstanceName) -> Self {
        Self {
            name,
            total: 0,
            total_known: false,
            load: Load::Waiting,
            remark: None,
            asked_at: None,
            answered: None,
            held: false,
            pages: BTreeMap::new(),
            asked: BTreeSet::new(),
            failed: BTreeSet::new(),
            uses: 0,
        }
    }

    /// The row at this place, if it was fetched.
    pub(super) fn row(&self, index: u64) -> Option<&Pointer> {
        let row = usize::try_from(index % PAGE).ok()?;
        self.pages.get(&(index / PAGE))?.rows.get(row)
    }

    /// All rows that are kept.
    pub(super) fn rows(&self) -> impl Iterator<Item = &Pointer> {
        self.pages.values().flat_map(|page| &page.rows)
    }

    /// Whether what is shown at this place answers an older question.
    pub(super) fn is_stale(&self, index: u64, generation: u64) -> bool {
        self.pages
            .get(&(index / PAGE))
            .is_some_and(|page| page.generation != generation)
    }

    /// Whether it cannot be had at the moment.
    pub fn has_failed(&self) -> bool {
        self.load.has_failed()
    }

    /// Everything is asked for anew.
    pub(super) fn forget_asked(&mut self) {
        self.asked.clear();
        self.failed.clear();
        self.asked_at = None;
    }

    /// Which of these pages to ask for now: those in view first, then their neighbours.
    pub(super) fn wanted(&mut self, first: u64, last: u64, generation: u64, now: Timestamp) -> Vec<u64> {
        let last_page = self.total.saturating_sub(1) / PAGE;
        let near = [first, last.min(last_page), last + 1, first.saturating_sub(1)];
        // What is next to it is worth asking once it is known that there is something.
        let answered = self.pages.values().any(|page| page.generation == generation);
        let near = if answered { &near[..] } else { &near[..2] };
        let mut pages = Vec::new();
        for page in near.iter().copied() {
            if self.is_wanted(page, generation) {
                self.asked.insert(page);
                pages.push(page);
            }
        }
        if !pages.is_empty() && self.asked_at.is_none() {
            self.asked_at = Some(now);
        }
        if answered && self.has_failed() && self.failed.is_empty() && self.asked.is_empty() {
            // What could not be had is not wanted any more, and everything that is wanted is there.
            self.load = Load::Ready;
        }
        self.uses += 1;
        for page in first..=last {
            if let Some(page) = self.pages.get_mut(&page) {
                page.used = self.uses;
            }
        }
        pages
    }

    fn is_wanted(&self, page: u64, generation: u64) -> bool {
        let fresh = self
            .pages
            .get(&page)
            .is_some_and(|page| page.generation == generation);
        let beyond = page > self.total.saturating_sub(1) / PAGE && page > 0;
        let is_owed = self.asked.contains(&page) || self.failed.contains(&page);
        !fresh && !beyond && !is_owed && self.asked.len() < AT_ONCE
    }

    /// Takes a page that answers this generation of this question.
    pub(super) fn take(&mut self, question: u64, generation: u64, number: u64, list: PointerList) {
        self.settle_asked(number);
        self.failed.remove(&number);
        self.remark = list.remark;
        let page = list.page;
        let fetched = page.pointers.len() as u64;
        let end = number * PAGE + fetched;
        if self.answered != Some(question) {
            // Rows of another question would only mislead.
            self.pages.clear();
            self.answered = Some(question);
        }
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
        let page = Page {
            rows: page.pointers,
            generation,
            used: self.uses,
        };
        self.pages.insert(number, page);
        self.forget_oldest();
        if self.failed.is_empty() {
            self.load = Load::Ready;
        }
    }

    /// It owes this page no more, or at least is not waited for.
    fn settle_asked(&mut self, number: u64) {
        self.asked.remove(&number);
        if self.asked.is_empty() {
            self.asked_at = None;
        }
    }

    fn forget_oldest(&mut self) {
        while self.pages.len() > KEPT {
            let oldest = self.pages.iter().min_by_key(|(_, page)| page.used);
            let Some(oldest) = oldest.map(|(number, _)| *number) else {
                break;
            };
            self.pages.remove(&oldest);
        }
    }

    /// Notes that a page could not be had. It is owed, whatever other pages come: it is asked for again on refresh, when the
    /// instance is back, or in a while where that may help.
    pub(super) fn note_failure(&mut self, number: u64, failure: Failure) {
        self.settle_asked(number);
        self.failed.insert(number);
        self.load = Load::Failed(failure);
    }

    #[cfg(test)]
    pub(super) fn pages_kept(&self) -> usize {
        self.pages.len()
    }
}

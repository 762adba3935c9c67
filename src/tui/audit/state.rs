//! What was fetched of the trail, what of it is shown, and what a walk over all of it found.

use super::errand::Errand;
use crate::model::filter::{Filter, FilterError};
use crate::model::{InstanceName, Timestamp};
use crate::store::{AUDIT_FIELDS, AuditFilter, AuditOutcome, AuditPage, AuditRecord};
use crate::tui::state::{Cursor, Load};
use crate::workspace::{AuditReport, Failure, only_reads};
use jiff::tz::TimeZone;
use std::collections::HashSet;

/// Pages that are fetched by themselves, before somebody has to go on at the end of the list for more.
const AT_ONCE: u32 = 25;

/// Whether the trail is whole.
#[derive(Debug, Clone, PartialEq)]
pub enum Walk {
    /// Nobody asked.
    No,
    /// It is under way.
    Walking,
    /// What was found.
    Found(Box<AuditReport>),
    /// It could not be walked.
    Failed(Failure),
}

/// Which records are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Only {
    /// All of them.
    Everything,
    /// What was refused or failed.
    Worse,
    /// What changes something, or might: reading is left out, and that something was about to be done where it is on
    /// record how it ended.
    Changes,
}

impl Only {
    /// The next one.
    pub const fn next(self) -> Self {
        match self {
            Self::Everything => Self::Worse,
            Self::Worse => Self::Changes,
            Self::Changes => Self::Everything,
        }
    }
}

/// The page.
pub struct AuditTrail {
    /// The instance.
    pub instance: InstanceName,
    /// What was fetched, newest first: all that `asked` leaves.
    pub records: Vec<AuditRecord>,
    /// What the instance was asked for.
    asked: Filter,
    /// Whether the newest are there.
    pub load: Load,
    /// Below which record there may be older ones that fit.
    pub next: Option<u64>,
    /// Whether some were asked for.
    pub fetching: bool,
    /// How many pages are still fetched without anybody going to the end of the list.
    budget: u32,
    /// The filter, as it was typed.
    pub text: String,
    /// What is wrong with it.
    pub problem: Option<FilterError>,
    /// Which of them.
    pub only: Only,
    /// What both come to.
    wanted: Filter,
    /// The same, ready for records.
    ready: AuditFilter,
    /// Changes with the filter.
    pub generation: u64,
    /// The places of the records that are shown.
    pub shown: Vec<usize>,
    /// Where one is among them.
    pub cursor: Cursor,
    /// Whether the trail is whole.
    pub walk: Walk,
}

impl AuditTrail {
    /// The page of an instance, of which nothing is known yet.
    pub fn new(instance: InstanceName) -> Self {
        Self {
            instance,
            records: Vec::new(),
            asked: Filter::default(),
            load: Load::Waiting,
            next: None,
            fetching: false,
            budget: AT_ONCE,
            text: String::new(),
            problem: None,
            only: Only::Everything,
            wanted: Filter::default(),
            ready: AuditFilter::default(),
            generation: 0,
            shown: Vec::new(),
            cursor: Cursor::default(),
            walk: Walk::No,
        }
    }

    /// The record that is selected.
    pub fn selected(&self) -> Option<&AuditRecord> {
        self.records.get(*self.shown.get(self.cursor.selected)?)
    }

    /// Asks for the newest records.
    pub fn newest(&mut self) -> Errand {
        self.fetching = true;
        self.errand(None)
    }

    fn errand(&self, before: Option<u64>) -> Errand {
        Errand::Records(self.instance.clone(), self.wanted.clone(), before)
    }

    /// Whether the instance was not yet asked for what is wanted.
    pub fn is_unasked(&self) -> bool {
        !self.wanted.means_the_same(&self.asked)
    }

    /// Takes the newest records that a filter leaves. What was there stays behind them if nothing is missing between.
    pub fn take_newest(&mut self, filter: Filter, page: AuditPage) {
        self.fetching = false;
        if !filter.means_the_same(&self.wanted) {
            // It was asked before the filter became what it is.
            return;
        }
        self.load = Load::Ready;
        let selected = self.sequence();
        let known = self.records.first().map_or(0, |record| record.sequence);
        let goes_on = known > 0
            && page.next.unwrap_or(0) <= known + 1
            && !self.is_unasked()
            && self.is_of_the_same_trail(&page);
        if goes_on {
            let more = page
                .records
                .into_iter()
                .take_while(|record| record.sequence > known);
            self.records.splice(0..0, more.collect::<Vec<_>>());
        } else {
            self.next = page.next;
            self.records = page.records;
        }
        self.asked = filter;
        self.arrange(selected);
    }

    /// A cleared trail begins anew: what was known is not in it any more, or has another hash under the same number.
    fn is_of_the_same_trail(&self, newest: &AuditPage) -> bool {
        let Some(known) = self.records.first() else {
            return false;
        };
        let reaches_it = newest.next.unwrap_or(0) <= known.sequence;
        newest
            .records
            .iter()
            .find(|record| record.sequence == known.sequence)
            .map_or(!reaches_it, |record| record.hash == known.hash)
    }

    /// Takes records that are older than all others.
    pub fn take_older(&mut self, filter: &Filter, before: u64, older: AuditPage) {
        if !filter.means_the_same(&self.asked) || self.next != Some(before) {
            // They were asked for before the list began anew.
            return;
        }
        self.fetching = false;
        let selected = self.sequence();
        self.next = older.next;
        self.records.extend(older.records);
        self.arrange(selected);
    }

    /// What was asked for did not come. Older ones are asked for again by whoever goes to the end of the list again.
    pub fn note_failure(&mut self, filter: &Filter, before: Option<u64>, failure: Failure) {
        self.fetching = false;
        match before {
            Some(_) => self.budget = 0,
            None if filter.means_the_same(&self.wanted) => self.load = Load::Failed(failure),
            None => {}
        }
    }

    /// Another filter, as of a moment. False if it means the same as the one before.
    pub fn choose(&mut self, text: &str, only: Only, now: Timestamp) -> bool {
        let selected = self.sequence();
        let (typed, problem) = Filter::parse_typed(text, AUDIT_FIELDS);
        text.clone_into(&mut self.text);
        self.problem = problem;
        let mut wanted = typed;
        if only == Only::Worse {
            wanted.terms.extend(worse().terms);
        }
        if only == self.only && wanted.means_the_same(&self.wanted) {
            return false;
        }
        self.only = only;
        self.ready = AuditFilter::new(&wanted, now, &TimeZone::system());
        self.wanted = wanted;
        self.generation += 1;
        self.budget = AT_ONCE;
        // Until the instance has answered, what fits of what is there.
        self.arrange(selected);
        true
    }

    fn sequence(&self) -> Option<u64> {
        self.selected().map(|record| record.sequence)
    }

    fn arrange(&mut self, selected: Option<u64>) {
        let mut ended: HashSet<&str> = HashSet::new();
        self.shown = Vec::new();
        // Newest first: how something ended comes before that it was begun.
        for (place, record) in self.records.iter().enumerate() {
            let jti = record.jti.as_deref().unwrap_or_default();
            let is_intent = record.outcome == AuditOutcome::Intent;
            if !is_intent && !jti.is_empty() {
                ended.insert(jti);
            }
            let is_left_out =
                self.only == Only::Changes && (only_read(record) || is_intent && ended.contains(jti));
            if !is_left_out && self.ready.fits(record) {
                self.shown.push(place);
            }
        }
        let place = selected.and_then(|sequence| {
            self.shown
                .iter()
                .position(|place| self.records[*place].sequence == sequence)
        });
        if let Some(place) = place {
            // Whoever reads the newest goes on reading the newest.
            let stays_on_top = self.cursor.selected == 0 && self.cursor.top == 0;
            self.cursor.selected = if stays_on_top { 0 } else { place };
        } else {
            self.cursor = Cursor::default();
        }
    }

    /// Moves the selection. Going on at the end of what was looked through has more looked through.
    pub fn step(&mut self, rows: i64) {
        let last = self.shown.len().saturating_sub(1);
        if rows > 0 && self.cursor.selected == last && self.budget == 0 {
            self.budget = AT_ONCE;
        }
        self.cursor.step(rows, self.shown.len());
    }

    /// Whether there is something that is not shown.
    pub fn is_filtered(&self) -> bool {
        !self.wanted.is_empty() || self.only != Only::Everything
    }

    /// Whether older records are not looked for by themselves any more.
    pub fn rests(&self) -> bool {
        self.next.is_some() && !self.fetching && self.budget == 0
    }

    /// Keeps the selection in view, and asks for older records where the view has room for them.
    pub fn settle(&mut self, height: usize) -> Option<Errand> {
        self.cursor.settle(self.shown.len(), height);
        let is_near_the_end = self.cursor.top + 2 * height.max(1) >= self.shown.len();
        if !is_near_the_end || self.fetching || self.budget == 0 || self.is_unasked() {
            return None;
        }
        let before = self.next?;
        self.budget -= 1;
        self.fetching = true;
        Some(self.errand(Some(before)))
    }
}

/// What was refused or failed: an instance can be asked for that.
fn worse() -> Filter {
    Filter::parse("!outcome:done !outcome:intent", AUDIT_FIELDS).unwrap_or_default()
}

/// What could not be opened changed nothing, like what only reads.
fn only_read(record: &AuditRecord) -> bool {
    record.action.is_empty() || only_reads(&record.action)
}

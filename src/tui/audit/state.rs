//! What was fetched of the trail, what of it is shown, and what a walk over all of it found.

use super::errand::{Errand, PAGE};
use crate::model::InstanceName;
use crate::store::{AuditOutcome, AuditRecord};
use crate::tui::state::{Cursor, Load};
use crate::workspace::{AuditReport, Failure, only_reads};
use std::collections::HashSet;
use tui_input::Input;

/// Records that are looked through for a filter before somebody has to go on to the end of the list for more.
const AT_ONCE: usize = 5_000;

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
    /// What was fetched, newest first, without gaps.
    pub records: Vec<AuditRecord>,
    /// Whether the newest are there.
    pub load: Load,
    /// Whether there are older ones.
    pub has_older: bool,
    /// Whether older ones were asked for.
    pub fetching: bool,
    /// How many records are fetched without anybody going to the end of the list.
    wanted: usize,
    /// Only records that contain this.
    pub text: Input,
    /// Whether that is being typed.
    pub typing: bool,
    /// Which of them.
    pub only: Only,
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
            load: Load::Waiting,
            has_older: false,
            fetching: false,
            wanted: AT_ONCE,
            text: Input::default(),
            typing: false,
            only: Only::Everything,
            shown: Vec::new(),
            cursor: Cursor::default(),
            walk: Walk::No,
        }
    }

    /// The record that is selected.
    pub fn selected(&self) -> Option<&AuditRecord> {
        self.records.get(*self.shown.get(self.cursor.selected)?)
    }

    /// Takes the newest records. What was there stays behind them if nothing is missing between.
    pub fn take_newest(&mut self, newest: Vec<AuditRecord>) {
        let selected = self.sequence();
        let known = self.records.first().map_or(0, |record| record.sequence);
        let oldest = newest.last().map_or(0, |record| record.sequence);
        let goes_on = oldest <= known + 1 && self.is_of_the_same_trail(&newest);
        self.load = Load::Ready;
        if !goes_on || self.records.is_empty() {
            self.has_older = newest.len() >= PAGE as usize;
            self.records = newest;
        } else {
            let more: Vec<AuditRecord> = newest
                .into_iter()
                .take_while(|record| record.sequence > known)
                .collect();
            self.records.splice(0..0, more);
        }
        self.arrange(selected);
    }

    /// A cleared trail begins anew: what comes then has other hashes under the same numbers.
    fn is_of_the_same_trail(&self, newest: &[AuditRecord]) -> bool {
        let Some(known) = self.records.first() else {
            return false;
        };
        newest
            .iter()
            .find(|record| record.sequence == known.sequence)
            .is_none_or(|record| record.hash == known.hash)
    }

    /// Takes records that are older than all others.
    pub fn take_older(&mut self, before: u64, older: Vec<AuditRecord>) {
        self.fetching = false;
        if self.records.last().is_none_or(|last| last.sequence != before) {
            // They were asked for before the list began anew.
            return;
        }
        let selected = self.sequence();
        self.has_older = older.len() >= PAGE as usize;
        self.records.extend(older);
        self.arrange(selected);
    }

    /// Older ones did not come; whoever goes to the end of the list again asks again.
    pub fn older_failed(&mut self) {
        self.fetching = false;
        self.wanted = self.records.len();
    }

    /// Chooses anew what is shown; the selected record stays selected.
    pub fn choose(&mut self) {
        let selected = self.sequence();
        self.wanted = self.wanted.max(AT_ONCE);
        self.arrange(selected);
    }

    fn sequence(&self) -> Option<u64> {
        self.selected().map(|record| record.sequence)
    }

    fn arrange(&mut self, selected: Option<u64>) {
        let text = self.text.value().trim().to_lowercase();
        let words: Vec<&str> = text.split_whitespace().collect();
        let mut ended: HashSet<&str> = HashSet::new();
        self.shown = Vec::new();
        // Newest first: how something ended comes before that it was begun.
        for (place, record) in self.records.iter().enumerate() {
            let jti = record.jti.as_deref().unwrap_or_default();
            let is_intent = record.outcome == AuditOutcome::Intent;
            if !is_intent && !jti.is_empty() {
                ended.insert(jti);
            }
            let is_told_already = self.only == Only::Changes && is_intent && ended.contains(jti);
            if !is_told_already && fits(record, &words, self.only) {
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
        if rows > 0 && self.cursor.selected == last && self.has_older {
            self.wanted = self.wanted.max(self.records.len() + AT_ONCE);
        }
        self.cursor.step(rows, self.shown.len());
    }

    /// Whether older records are not looked for by themselves any more.
    pub fn rests(&self) -> bool {
        self.has_older && !self.fetching && self.records.len() >= self.wanted
    }

    /// Keeps the selection in view, and asks for older records where the view has room for them.
    pub fn settle(&mut self, height: usize) -> Option<Errand> {
        self.cursor.settle(self.shown.len(), height);
        let is_near_the_end = self.cursor.top + 2 * height.max(1) >= self.shown.len();
        if !is_near_the_end || !self.has_older || self.fetching || self.records.len() >= self.wanted {
            return None;
        }
        let before = self.records.last()?.sequence;
        self.fetching = true;
        Some(Errand::Records(self.instance.clone(), Some(before)))
    }
}

/// Whether a record is shown: all words are in it, wherever, and those after a `!` are not.
fn fits(record: &AuditRecord, words: &[&str], only: Only) -> bool {
    let is_worse = matches!(record.outcome, AuditOutcome::Denied | AuditOutcome::Failed);
    let is_wanted = match only {
        Only::Everything => true,
        Only::Worse => is_worse,
        // What could not be opened changed nothing.
        Only::Changes => !record.action.is_empty() && !only_reads(&record.action),
    };
    if !is_wanted {
        return false;
    }
    if words.is_empty() {
        return true;
    }
    let part = |text: Option<&str>| text.unwrap_or_default().to_lowercase();
    let parts = [
        part(record.app_id.as_ref().map(|app_id| app_id.as_str())),
        part(record.kid.as_ref().map(|kid| kid.as_str())),
        part(record.jti.as_deref()),
        part(Some(&record.action)),
        part(record.subject.as_deref()),
        part(record.reason.as_deref()),
        record.outcome.as_str().to_owned(),
    ];
    let has = |word: &str| parts.iter().any(|part| part.contains(word));
    words.iter().all(|word| match word.strip_prefix('!') {
        Some("") => true,
        Some(unwanted) => !has(unwanted),
        None => has(word),
    })
}

//! What is worth keeping while the composer is closed. It goes when the vault is locked.

use crate::model::{AppId, InstanceName, Timestamp};
use crate::workspace::{Answers, Failure, Knowledge, SentQuery, Template, Templates};
use std::collections::{BTreeMap, HashMap};

/// After how many seconds an instance is asked again what it knows.
const STALE: i64 = 300;

/// What an instance told, and when.
#[derive(Debug, Clone)]
pub struct Known {
    /// What it told.
    pub knowledge: Knowledge,
    /// When.
    pub at: Timestamp,
}

/// What the composer remembers.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    /// What instances told, by instance and identity.
    pub known: HashMap<(InstanceName, Option<AppId>), Known>,
    /// Why one could not be asked.
    pub unasked: HashMap<InstanceName, Failure>,
    /// What was being written, by instance, the newest text first.
    pub drafts: HashMap<InstanceName, Vec<String>>,
    /// What was sent last, by instance: that stands in the log.
    pub sent: HashMap<InstanceName, String>,
    /// What the vault keeps of what was being written.
    pub kept: BTreeMap<InstanceName, Vec<String>>,
    /// Queries that have a name; none before they were asked for.
    pub templates: Option<Templates>,
    /// The errand that fetches the query of a name, to open the composer with it.
    pub fetching: Option<u64>,
    /// The errand that keeps a query under this name.
    pub keeping: Option<(u64, String)>,
    /// Queries that were sent.
    pub history: Vec<SentQuery>,
    /// What went into blanks last, by name.
    pub answers: Answers,
    /// The errand that asks by which pointer a call went that is to be edited.
    pub following: Option<u64>,
}

impl Memory {
    /// The queries that have a name.
    pub fn templates(&self) -> &[Template] {
        self.templates.as_ref().map_or(&[], |known| known.list.as_slice())
    }

    /// What is known of an instance, under this identity or else under another.
    pub fn of(&self, instance: &InstanceName, identity: Option<&AppId>) -> Option<&Knowledge> {
        let exactly = self.known.get(&(instance.clone(), identity.cloned()));
        let any = || {
            self.known
                .iter()
                .find(|((name, _), _)| name == instance)
                .map(|(_, known)| known)
        };
        exactly.or_else(any).map(|known| &known.knowledge)
    }

    /// Takes what is being sent: what was sent before it stands in the log, and is offered no more.
    pub fn take_sent(&mut self, instance: &InstanceName, text: String) {
        let before = self.sent.insert(instance.clone(), text);
        if let (Some(drafts), Some(before)) = (self.drafts.get_mut(instance), before) {
            drafts.retain(|kept| *kept != before);
        }
    }

    /// Whether an instance is to be asked, or asked again.
    pub fn is_stale(&self, instance: &InstanceName, identity: Option<&AppId>, now: Timestamp) -> bool {
        let known = self.known.get(&(instance.clone(), identity.cloned()));
        known.is_none_or(|known| known.at.plus_seconds(STALE) < now)
    }
}

//! What original Python instances have told, kept for a moment.

use super::original_rows::Rows;
use super::owners::Owners;
use crate::model::InstanceName;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long an answer is good for.
const FRESH: Duration = Duration::from_secs(10);

/// What is known of original instances.
#[derive(Default)]
pub(super) struct Originals(Mutex<State>);

#[derive(Default)]
struct State {
    known: HashSet<InstanceName>,
    pointers: HashMap<(InstanceName, String), Kept<Rows>>,
    owners: HashMap<InstanceName, Kept<Owners>>,
}

/// Something that was told, and when.
struct Kept<T> {
    at: Instant,
    told: Arc<T>,
}

impl<T> Kept<T> {
    fn now(told: T) -> Self {
        Self {
            at: Instant::now(),
            told: Arc::new(told),
        }
    }

    fn is_fresh(&self) -> bool {
        self.at.elapsed() < FRESH
    }
}

impl Originals {
    pub(super) fn is_known(&self, name: &InstanceName) -> bool {
        self.state().known.contains(name)
    }

    pub(super) fn note(&self, name: &InstanceName) {
        self.state().known.insert(name.clone());
    }

    /// What was found is not what is there any more.
    pub(super) fn forget(&self, name: &InstanceName) {
        let mut state = self.state();
        state.pointers.retain(|(kept, _), _| kept != name);
        state.owners.remove(name);
    }

    /// Keeps what was found for a while.
    pub(super) fn keep(&self, key: (InstanceName, String), rows: Rows) -> Arc<Rows> {
        let kept = Kept::now(rows);
        let rows = Arc::clone(&kept.told);
        self.state().pointers.insert(key, kept);
        rows
    }

    pub(super) fn fresh(&self, key: &(InstanceName, String)) -> Option<Arc<Rows>> {
        let mut state = self.state();
        state.pointers.retain(|_, kept| kept.is_fresh());
        state.pointers.get(key).map(|kept| Arc::clone(&kept.told))
    }

    /// Whose the connections of an instance are, if that was told a moment ago.
    pub(super) fn fresh_owners(&self, name: &InstanceName) -> Option<Arc<Owners>> {
        let state = self.state();
        let kept = state.owners.get(name).filter(|kept| kept.is_fresh())?;
        Some(Arc::clone(&kept.told))
    }

    /// Keeps that for a while.
    pub(super) fn keep_owners(&self, name: InstanceName, owners: Owners) -> Arc<Owners> {
        let kept = Kept::now(owners);
        let owners = Arc::clone(&kept.told);
        self.state().owners.insert(name, kept);
        owners
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

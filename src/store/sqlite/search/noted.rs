//! Pointers that were changed since what is kept of them in memory was read.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Of more changes than these everything is read anew.
pub(super) const FEW_CHANGES: usize = if cfg!(test) { 3 } else { 1_000 };

/// Changes, from when something is kept on.
#[derive(Default)]
pub(super) struct Noted {
    is_kept: bool,
    ids: Vec<i64>,
}

impl Noted {
    /// These were changed, after they were made, and that is committed.
    pub(super) fn note(&mut self, ids: &[i64]) {
        // What is beyond a few has everything read anew, whatever it was.
        if self.is_kept && self.ids.len() <= FEW_CHANGES {
            self.ids.extend(ids);
        }
    }

    /// From now on changes are noted.
    pub(super) fn keep(&mut self) {
        self.is_kept = true;
    }

    /// What was changed since this was asked last.
    pub(super) fn take(&mut self) -> Vec<i64> {
        std::mem::take(&mut self.ids)
    }
}

/// A panic in between leaves what is read anew.
pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

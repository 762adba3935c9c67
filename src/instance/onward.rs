//! The calls that this instance made of its peers while it answered one, for the trace of that reply and its record.

use crate::protocol::Hop;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// The hops of one call, in the order in which they ended.
pub struct Onward {
    began: Instant,
    hops: Mutex<Vec<Hop>>,
}

impl Onward {
    /// None yet, of a call that began at a moment.
    pub(super) fn since(began: Instant) -> Self {
        Self {
            began,
            hops: Mutex::default(),
        }
    }

    /// Microseconds since the call began.
    pub(super) fn elapsed_us(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.hops.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Keeps one.
    pub(super) fn note(&self, hop: Hop) {
        self.hops.lock().unwrap_or_else(PoisonError::into_inner).push(hop);
    }

    /// All of them.
    pub(super) fn into_hops(self) -> Vec<Hop> {
        self.hops.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

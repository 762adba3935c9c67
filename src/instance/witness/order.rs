//! What keeps the exchanges of heads in order: who goes first, and what was said already.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use tokio::sync::{Notify, watch};

/// What keeps the exchanges of an instance in order.
pub(in crate::instance) struct Witness {
    /// One round at a time: a head that was read earlier must not be shown later.
    pub(super) round: tokio::sync::Mutex<()>,
    /// One caller's head is compared and kept at a time.
    pub(super) hearing: tokio::sync::Mutex<()>,
    /// Whom an alarm was raised for since this process began: once is enough.
    alarmed: Mutex<HashSet<(String, &'static str)>>,
    pub(super) wanted: Notify,
    pub(super) rounds: watch::Sender<u64>,
}

impl Default for Witness {
    fn default() -> Self {
        Self {
            round: tokio::sync::Mutex::default(),
            hearing: tokio::sync::Mutex::default(),
            alarmed: Mutex::default(),
            wanted: Notify::new(),
            rounds: watch::Sender::new(0),
        }
    }
}

impl Witness {
    /// A new peer can be asked: heads are exchanged soon.
    pub(in crate::instance) fn wake(&self) {
        self.wanted.notify_one();
    }

    /// How many rounds were made.
    pub(in crate::instance) fn rounds(&self) -> watch::Receiver<u64> {
        self.rounds.subscribe()
    }

    /// Whether this is said of this peer for the first time.
    pub(super) fn is_new_alarm(&self, peer: &str, reason: &'static str) -> bool {
        let mut alarmed = self.alarmed.lock().unwrap_or_else(PoisonError::into_inner);
        alarmed.insert((peer.to_owned(), reason))
    }

    /// It is no longer so; if it is again, it is said again.
    pub(super) fn forget_alarm(&self, peer: &str, reason: &'static str) {
        let mut alarmed = self.alarmed.lock().unwrap_or_else(PoisonError::into_inner);
        alarmed.remove(&(peer.to_owned(), reason));
    }

    /// All of it was explained; if it is so again, it is said again.
    pub(super) fn forget_alarms(&self) {
        let mut alarmed = self.alarmed.lock().unwrap_or_else(PoisonError::into_inner);
        alarmed.clear();
    }
}

//! What covers everything while the vault is locked, and asks for what opens it.

use super::Secret;
use crate::model::Timestamp;

/// The lock screen.
pub struct LockScreen {
    /// Minutes without a key that led to it; none if a person asked for it.
    pub idle_minutes: Option<u64>,
    /// Whether a passphrase is asked for; otherwise a key lies ready, and Enter is enough.
    pub asks: bool,
    /// What was typed so far.
    pub typed: Secret,
    /// Why the last try failed.
    pub failure: Option<String>,
    /// How many tries failed.
    pub failures: u32,
    /// No try is made before this.
    pub not_before: Option<Timestamp>,
    /// Whether a try is under way.
    pub opening: bool,
}

impl LockScreen {
    /// A fresh one: it asks until it is known that nothing needs to be asked.
    pub fn new(idle_minutes: Option<u64>) -> Self {
        Self {
            idle_minutes,
            asks: true,
            typed: Secret::default(),
            failure: None,
            failures: 0,
            not_before: None,
            opening: false,
        }
    }

    /// Seconds to wait before another try: none after the first mistake, then ever more, half a minute at most.
    pub fn penance(&self) -> i64 {
        match self.failures {
            0 | 1 => 0,
            2..=5 => 1 << (self.failures - 2),
            _ => 30,
        }
    }

    /// Whether a try has to wait.
    pub fn waits(&self, now: Timestamp) -> bool {
        self.not_before.is_some_and(|moment| now < moment)
    }
}

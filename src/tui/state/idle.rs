//! How long nobody has touched the console, and when that is too long.

use crate::model::Timestamp;
use std::time::Duration;

/// When somebody last touched the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Idle {
    /// After how long the vault is locked; none for never.
    pub after: Option<Duration>,
    /// When there was a key, a click or a paste.
    pub touched: Timestamp,
    /// The number of the look that is waited for: an older one is none.
    pub look: u64,
}

impl Idle {
    /// Nothing is known yet of when to lock.
    pub const fn since(touched: Timestamp) -> Self {
        Self {
            after: None,
            touched,
            look: 0,
        }
    }

    /// How long there still is; none where the vault is never locked.
    pub fn remaining(&self, now: Timestamp) -> Option<Duration> {
        // A clock that was set back makes nobody older.
        let idle = now.as_micros().saturating_sub(self.touched.as_micros()).max(0);
        let after = self.after?;
        Some(after.saturating_sub(Duration::from_micros(idle.unsigned_abs())))
    }

    /// Whether it was too long.
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.remaining(now).is_some_and(|remaining| remaining.is_zero())
    }
}

//! How long nobody has touched the console, and when that is too long.

use crate::model::Timestamp;
use std::time::Duration;

/// After how long without a key nobody is taken to be there.
const AWAY: Duration = Duration::from_secs(60);

/// When somebody last touched the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Idle {
    /// After how long the vault is locked; none for never.
    pub after: Option<Duration>,
    /// When there was a key, a click or a paste.
    pub touched: Timestamp,
    /// The number of the look that is waited for: an older one is none.
    pub look: u64,
    /// Whether nobody is taken to be there.
    pub is_away: bool,
}

impl Idle {
    /// Nothing is known yet of when to lock.
    pub const fn since(touched: Timestamp) -> Self {
        Self {
            after: None,
            touched,
            look: 0,
            is_away: false,
        }
    }

    /// Notes a touch, or that there was none for long; tells when that makes a difference: whether somebody is there now.
    pub fn notice(&mut self, is_touch: bool, now: Timestamp) -> Option<bool> {
        if is_touch {
            self.touched = now;
        }
        let was_away = self.is_away;
        self.is_away = self.untouched(now) >= AWAY;
        (was_away != self.is_away).then_some(was_away)
    }

    fn untouched(&self, now: Timestamp) -> Duration {
        // A clock that was set back makes nobody older.
        let idle = now.as_micros().saturating_sub(self.touched.as_micros()).max(0);
        Duration::from_micros(idle.unsigned_abs())
    }

    /// How long there still is; none where the vault is never locked.
    pub fn remaining(&self, now: Timestamp) -> Option<Duration> {
        Some(self.after?.saturating_sub(self.untouched(now)))
    }

    /// Whether it was too long.
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.remaining(now).is_some_and(|remaining| remaining.is_zero())
    }
}

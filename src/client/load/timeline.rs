//! The time of a run, which stands still while the run is paused. Pure.

use std::time::Duration;
use tokio::time::Instant;

/// When a run began and how long it was paused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeline {
    began: Instant,
    paused: Duration,
    paused_since: Option<Instant>,
    /// Whether it was stopped before its end.
    pub stopped: bool,
}

impl Timeline {
    /// Begins now.
    pub fn begin(now: Instant) -> Self {
        Self {
            began: now,
            paused: Duration::ZERO,
            paused_since: None,
            stopped: false,
        }
    }

    /// Stands still from now on.
    pub fn pause(&mut self, now: Instant) {
        self.paused_since.get_or_insert(now);
    }

    /// Goes on.
    pub fn resume(&mut self, now: Instant) {
        if let Some(since) = self.paused_since.take() {
            self.paused += now.saturating_duration_since(since);
        }
    }

    /// Whether it stands still.
    pub fn is_paused(&self) -> bool {
        self.paused_since.is_some()
    }

    /// How long it has run, pauses left out.
    pub fn active(&self, now: Instant) -> Duration {
        let now = self.paused_since.map_or(now, |since| since.min(now));
        now.saturating_duration_since(self.began)
            .saturating_sub(self.paused)
    }

    /// When it will have run so long, if it is not paused until then.
    pub fn instant_of(&self, active: Duration) -> Instant {
        let far = Duration::from_secs(86_400 * 365);
        self.began + (active + self.paused).min(far)
    }
}

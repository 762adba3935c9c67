//! A sign to stop long work where it can be stopped: between two steps, so that what was done by then is known
//! exactly, and what was begun is cleaned up.

use std::sync::atomic::{AtomicBool, Ordering};

/// The sign. It is shown once, by whoever waits, and looked for by whoever works.
#[derive(Debug, Default)]
pub struct StopSign(AtomicBool);

impl StopSign {
    /// Shows it.
    pub fn show(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it is shown.
    pub fn is_shown(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

//! A sign to stop long work where it can be stopped: between two steps, so that what was done by then is known
//! exactly, and what was begun is cleaned up.

use tokio_util::sync::CancellationToken;

/// The sign. It is shown once, by whoever waits, and looked for by whoever works.
#[derive(Debug, Default)]
pub struct StopSign(CancellationToken);

impl StopSign {
    /// Shows it.
    pub fn show(&self) {
        self.0.cancel();
    }

    /// Whether it is shown.
    pub fn is_shown(&self) -> bool {
        self.0.is_cancelled()
    }

    /// Until it is shown: for work that would wait for something else meanwhile.
    pub async fn shown(&self) {
        self.0.cancelled().await;
    }
}

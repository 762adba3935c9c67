//! A sign to stop long work where it can be stopped: between two steps, so that what was done by then is known
//! exactly, and what was begun is cleaned up.

use super::Failure;
use crate::protocol::Code;
use std::path::Path;
use tokio_util::sync::CancellationToken;

/// The sign. It is shown once, by whoever waits, and looked for by whoever works, each with a clone of it if need be.
#[derive(Debug, Clone, Default)]
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

    /// Refuses to go on with a file once it is shown.
    pub fn check(&self, file: &Path) -> Result<(), Failure> {
        match self.is_shown() {
            false => Ok(()),
            true => Err(Self::unwritten(file)),
        }
    }

    /// What is said of a file that was not written because somebody wanted that to end.
    pub fn unwritten(file: &Path) -> Failure {
        Failure::new(
            Code::FileFailed,
            format!("stopped, as was asked: {} was not written", file.display()),
            "do it again when there is time for it",
        )
    }

    /// Until it is shown: for work that would wait for something else meanwhile.
    pub async fn shown(&self) {
        self.0.cancelled().await;
    }
}

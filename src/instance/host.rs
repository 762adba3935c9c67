//! Hosting in the background: an instance on a runtime of its own, so that load on it never costs the console a frame.

use super::InstanceError;
use super::settings::{LegacyStandIn, Settings};
use std::path::PathBuf;
use tokio::sync::watch;

/// A hosted instance. Dropping it stops the instance and waits for what was accepted.
pub struct Host {}

impl Host {
    /// Opens the instance in `folder` on a thread and runtime of its own; ready when it listens.
    pub async fn start(_folder: PathBuf, _stand_in: Option<LegacyStandIn>) -> Result<Self, InstanceError> {
        todo!()
    }

    /// Its settings, with the port that it really listens on.
    pub fn settings(&self) -> &Settings {
        todo!()
    }

    /// Turns true when the instance ended, whoever ended it.
    pub fn ended(&self) -> watch::Receiver<bool> {
        todo!()
    }

    /// Stops gracefully: nothing acknowledged is lost.
    pub async fn stop(self) -> Result<(), InstanceError> {
        todo!()
    }
}

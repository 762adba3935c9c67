//! Looking at an instance: does it answer, what does it say of itself, does it accept our credential?

use super::Client;
use crate::model::{Endpoint, InstanceState};
use crate::protocol::{Discovery, HeldCredential};
use serde::Serialize;

/// What a probe found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Probe {
    /// What it comes to.
    pub state: InstanceState,
    /// Round trip of the sealed invoke (or of the liveness call where that was all), microseconds.
    pub latency_us: Option<u64>,
    /// The discovery document, where there is one.
    pub discovery: Option<Discovery>,
    /// Pointers on the instance, if it told.
    pub pointers: Option<u64>,
    /// What went wrong, with the remedy.
    pub error: Option<String>,
}

impl Client {
    /// Liveness, discovery, then a sealed `get_graph_stats` with the credential if there is one. Never fails: failure is a finding.
    pub async fn probe(&self, _endpoint: &Endpoint, _credential: Option<&HeldCredential>) -> Probe {
        todo!()
    }
}

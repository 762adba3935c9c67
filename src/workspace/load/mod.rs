//! Load runs: what may be loaded by which route, the run itself, and runs that were kept.
//!
//! A run has a runtime of its own with a few threads, and connections of its own, so that neither the console nor the
//! instances that it hosts wait for it. Its calls are real ones: the same client, a fresh token and nonce each. They do
//! not go into the invoke log one by one: a few that were traced do, and one line sums up the run.

mod caller;
mod prospects;
mod run;
mod samples;
mod saved;
mod summary;

pub use prospects::{Prospect, Prospects};
pub use run::{LoadControl, LoadLane, LoadReport, LoadRun};
pub use saved::SavedLoad;

use crate::client::load::Plan;
use crate::model::{InstanceName, PointerAddress, Route};
use crate::protocol::Query;

/// Seconds that a single call of a load may take.
pub(super) const PATIENCE: u64 = 10;

/// What is called.
#[derive(Clone)]
pub enum LoadTarget {
    /// A query.
    Query(Query),
    /// A pointer: the federated call that it stands for, or else through its connection.
    Pointer(PointerAddress),
}

/// A load to be made.
#[derive(Clone)]
pub struct LoadRequest {
    /// On this instance.
    pub instance: InstanceName,
    /// What is called.
    pub target: LoadTarget,
    /// By these routes, all at the same time; the pointer's own if none are named.
    pub routes: Vec<Route>,
    /// How.
    pub plan: Plan,
}

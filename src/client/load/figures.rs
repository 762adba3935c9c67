//! What is known of a run at a moment: what is shown, printed and kept.

use super::plan::{Pace, Plan};
use super::recorder::{PhaseTotal, Recorder, Share};
use super::{Distribution, Windows};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Its calls are not counted yet.
    WarmUp,
    /// They are.
    Running,
    /// Nothing is begun until somebody says so.
    Paused,
    /// It came to its end.
    Finished,
    /// It was stopped before that.
    Stopped,
}

impl Stage {
    /// Whether nothing more comes.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Finished | Self::Stopped)
    }
}

/// What is known of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// How far it is.
    pub stage: Stage,
    /// How calls followed each other.
    pub pace: Pace,
    /// How long calls were counted, pauses left out.
    pub elapsed_us: u64,
    /// Calls that ended.
    pub requests: u64,
    /// Those that ended in an error or failure, by code.
    pub errors: BTreeMap<String, u64>,
    /// Latencies, corrected: of an open load from the moment at which each call was due; of a closed one with the
    /// calls added that others would have made while one was slow.
    pub latency: Distribution,
    /// Latencies as each call by itself took, which flatters a server that stalls.
    pub service: Distribution,
    /// Calls that began later than they were due.
    pub late: u64,
    /// Calls that were due and never began.
    pub not_started: u64,
    /// Calls that had begun when the run was stopped.
    pub unfinished: u64,
    /// Calls that are due now and wait for one of those under way to end.
    pub behind: u64,
    /// Calls that are under way now.
    pub in_flight: u64,
    /// The caller's own phases.
    pub phases: Vec<PhaseTotal>,
    /// Who took the time, by the calls that were traced.
    pub shares: Vec<Share>,
    /// How many were traced.
    pub traced: u64,
    /// The course of it.
    pub windows: Windows,
}

impl Figures {
    /// Nothing yet.
    pub fn nothing(plan: &Plan, width: Duration) -> Self {
        Self {
            stage: Stage::WarmUp,
            pace: plan.pace,
            elapsed_us: 0,
            requests: 0,
            errors: BTreeMap::new(),
            latency: Distribution::default(),
            service: Distribution::default(),
            late: 0,
            not_started: 0,
            unfinished: 0,
            behind: 0,
            in_flight: 0,
            phases: Vec::new(),
            shares: Vec::new(),
            traced: 0,
            windows: Windows::of(width),
        }
    }

    /// Takes what was recorded so far.
    pub fn take(&mut self, total: &Recorder) {
        self.requests = total.requests;
        self.errors.clone_from(&total.errors);
        self.service = Distribution::of(&total.service);
        self.latency = match self.pace {
            Pace::Open { .. } => Distribution::of(&total.latency),
            // The usual answer time stands for the distance at which each caller would call.
            Pace::Closed { .. } => {
                let usual = total.service.value_at_quantile(0.5).max(1);
                Distribution::of(&total.service.clone_correct(usual))
            }
        };
        self.late = total.late;
        self.not_started = total.not_started;
        self.unfinished = total.unfinished;
        self.phases.clone_from(&total.phases);
        self.shares.clone_from(&total.shares);
        self.traced = total.traced;
    }

    /// Calls that ended a second.
    pub fn rate(&self) -> f64 {
        self.requests as f64 / (self.elapsed_us.max(1) as f64 / 1e6)
    }

    /// How many ended in an error or failure.
    pub fn failed(&self) -> u64 {
        self.errors.values().sum()
    }
}

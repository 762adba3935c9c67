//! What kind of load, and for how long.

use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How calls follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pace {
    /// So many a second, whatever the answers do.
    Open {
        /// Calls a second.
        rate: f64,
        /// How they are spread.
        arrivals: Arrivals,
    },
    /// So many callers, each waiting for its answer.
    Closed {
        /// How many.
        callers: usize,
    },
}

/// How the calls of an open load are spread over time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Arrivals {
    /// At equal distances.
    Constant,
    /// As callers come who know nothing of each other.
    Poisson {
        /// The same seed gives the same moments.
        seed: u64,
    },
}

/// A load to be made.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// How calls follow each other.
    pub pace: Pace,
    /// Calls of this first while are made but not counted.
    pub warm_up: Duration,
    /// For how long after that.
    pub duration: Option<Duration>,
    /// How many calls, warm-up not counted.
    pub count: Option<u64>,
    /// Calls that may be under way at once under an open load.
    pub in_flight: usize,
    /// Every so many calls one asks all hops for their phases; 0 for none.
    pub trace_every: u64,
}

impl Plan {
    /// How many calls can be under way at once.
    pub fn workers(&self) -> usize {
        match self.pace {
            Pace::Open { .. } => self.in_flight.max(1),
            Pace::Closed { callers } => callers.max(1),
        }
    }

    /// Whether calls come on a schedule.
    pub fn is_open(&self) -> bool {
        matches!(self.pace, Pace::Open { .. })
    }

    /// When no more calls are begun, from the start.
    pub fn end(&self) -> Option<Duration> {
        self.duration.map(|duration| self.warm_up + duration)
    }

    /// Whether the call of this number asks for a trace. The first does not: it makes the connection.
    pub fn traces(&self, sequence: u64) -> bool {
        self.trace_every > 0 && sequence % self.trace_every == self.trace_every / 2
    }
}

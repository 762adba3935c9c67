//! The course of a run in stretches of equal length. When there are too many, each two become one. Pure.

use super::{Distribution, Recorder};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Stretches at most; when they are reached there are half as many, twice as long.
const MOST: usize = 64;

/// A stretch of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// Calls that ended in it.
    pub requests: u64,
    /// Those of them that failed.
    pub errors: u64,
    /// Their latencies.
    pub latency: Distribution,
}

/// The stretches of a run, the first one first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Windows {
    /// How long each is, microseconds.
    pub width_us: u64,
    /// The stretches.
    pub points: Vec<Window>,
}

impl Windows {
    /// None yet, each to be so long.
    pub fn of(width: Duration) -> Self {
        Self {
            width_us: u64::try_from(width.as_micros()).unwrap_or(u64::MAX).max(1),
            points: Vec::new(),
        }
    }

    /// Adds what was recorded up to `at` (microseconds from the start), since it was last asked.
    pub fn add(&mut self, at_us: u64, recorded: &Recorder) {
        // What happened up to a border belongs before it.
        while at_us.saturating_sub(1) / self.width_us >= MOST as u64 {
            self.halve();
        }
        let place = usize::try_from(at_us.saturating_sub(1) / self.width_us).unwrap_or(0);
        if self.points.len() <= place {
            self.points.resize_with(place + 1, Window::default);
        }
        let point = &mut self.points[place];
        point.requests += recorded.requests;
        point.errors += recorded.failed();
        point.latency.merge(&Distribution::of(&recorded.latency));
    }

    fn halve(&mut self) {
        self.width_us *= 2;
        let pairs = std::mem::take(&mut self.points);
        for pair in pairs.chunks(2) {
            let mut both = pair[0].clone();
            if let Some(second) = pair.get(1) {
                both.requests += second.requests;
                both.errors += second.errors;
                both.latency.merge(&second.latency);
            }
            self.points.push(both);
        }
    }

    /// Calls a second in each stretch.
    pub fn rates(&self) -> Vec<f64> {
        let seconds = self.width_us as f64 / 1e6;
        self.points
            .iter()
            .map(|point| point.requests as f64 / seconds)
            .collect()
    }

    /// The whole in so many parts of about equal length.
    pub fn blocks(&self, many: usize) -> Vec<Window> {
        let size = self.points.len().div_ceil(many.max(1)).max(1);
        let blocks = self.points.chunks(size).map(|chunk| {
            let mut block = Window::default();
            for point in chunk {
                block.requests += point.requests;
                block.errors += point.errors;
                block.latency.merge(&point.latency);
            }
            block
        });
        blocks.collect()
    }
}

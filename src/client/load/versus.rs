//! Whether two runs differ by more than noise.
//!
//! Calls that follow each other are not independent, so a test over single calls would find a difference everywhere.
//! Each run is cut into eight stretches instead; what is asked is whether the means of the stretches lie further
//! apart than three standard errors of what stretches of one and the same run differ by (Welch).

use super::{Figures, Window};
use serde::{Deserialize, Serialize};

/// Stretches of a run.
const STRETCHES: usize = 8;
/// Fewer say nothing.
const LEAST: usize = 4;
/// Standard errors.
const ERRORS: f64 = 3.0;

/// What is said of a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It is more than noise.
    Differs,
    /// It is not.
    Noise,
    /// There is too little to tell.
    TooFew,
}

/// One figure of two runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// `rate`, `p50`, `p90`, `p99`, `p999`, `max` or `errors`.
    pub what: String,
    /// What it was, microseconds or a number.
    pub before: f64,
    /// What it is.
    pub after: f64,
    /// Whether that is more than noise.
    pub verdict: Verdict,
}

/// Every figure of two runs beside each other.
pub fn compare(before: &Figures, after: &Figures) -> Vec<Change> {
    let seconds =
        |figures: &Figures, blocks: &[Window]| figures.elapsed_us as f64 / 1e6 / blocks.len().max(1) as f64;
    let (old, new) = (whole_blocks(before), whole_blocks(after));
    let (old_seconds, new_seconds) = (seconds(before, &old), seconds(after, &new));
    let rates = |blocks: &[Window], seconds: f64| -> Vec<f64> {
        blocks
            .iter()
            .map(|block| block.requests as f64 / seconds)
            .collect()
    };
    let mut changes = vec![Change {
        what: "rate".to_owned(),
        before: before.rate(),
        after: after.rate(),
        verdict: verdict(&rates(&old, old_seconds), &rates(&new, new_seconds)),
    }];
    for (what, share) in [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p999", 0.999)] {
        let values = |blocks: &[Window]| -> Vec<f64> {
            let enough = |block: &&Window| block.latency.count() as f64 * (1.0 - share) >= 1.0;
            let told = blocks.iter().filter(enough);
            told.map(|block| block.latency.percentile(share) as f64).collect()
        };
        changes.push(Change {
            what: what.to_owned(),
            before: before.latency.percentile(share) as f64,
            after: after.latency.percentile(share) as f64,
            verdict: verdict(&values(&old), &values(&new)),
        });
    }
    changes.push(Change {
        what: "max".to_owned(),
        before: before.latency.max() as f64,
        after: after.latency.max() as f64,
        // One single call decides it.
        verdict: Verdict::TooFew,
    });
    let errors = |blocks: &[Window]| -> Vec<f64> { blocks.iter().map(|block| block.errors as f64).collect() };
    changes.push(Change {
        what: "errors".to_owned(),
        before: before.failed() as f64,
        after: after.failed() as f64,
        verdict: verdict(&errors(&old), &errors(&new)),
    });
    changes
}

/// The stretches of a run. The last window, which may be shorter than the others, is left out.
fn whole_blocks(figures: &Figures) -> Vec<Window> {
    let mut windows = figures.windows.clone();
    let whole = usize::try_from(figures.elapsed_us / windows.width_us).unwrap_or(0);
    windows.points.truncate(whole);
    windows.blocks(STRETCHES)
}

fn verdict(before: &[f64], after: &[f64]) -> Verdict {
    if before.len() < LEAST || after.len() < LEAST {
        return Verdict::TooFew;
    }
    let ((old, old_error), (new, new_error)) = (mean_and_error(before), mean_and_error(after));
    let error = (old_error + new_error).sqrt();
    if (old - new).abs() > ERRORS * error && (old - new).abs() > f64::EPSILON {
        Verdict::Differs
    } else {
        Verdict::Noise
    }
}

/// The mean, and its squared standard error.
fn mean_and_error(values: &[f64]) -> (f64, f64) {
    let many = values.len() as f64;
    let mean = values.iter().sum::<f64>() / many;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (many - 1.0).max(1.0);
    (mean, variance / many)
}

//! What became of calls, counted. Several recorders, merged, are one. Pure.

use crate::protocol::PhaseName;
use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// Significant digits of what is recorded: three.
const DIGITS: u8 = 3;

/// The time that one phase took over many calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhaseTotal {
    /// The phase.
    pub phase: PhaseName,
    /// Microseconds in all.
    pub total_us: u64,
    /// In how many exchanges it came.
    pub count: u64,
}

/// The time that one party, or the way between two, took over the calls that were traced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// An instance, `console`, or `network`.
    pub place: String,
    /// Microseconds in all.
    pub total_us: u64,
}

/// What became of calls.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorder {
    /// From the moment at which a call was due to its end.
    pub latency: Histogram<u64>,
    /// From its true beginning to its end.
    pub service: Histogram<u64>,
    /// Calls that ended.
    pub requests: u64,
    /// Those that ended in an error or failure, by code.
    pub errors: BTreeMap<String, u64>,
    /// Calls that began later than they were due.
    pub late: u64,
    /// Calls that were due and never began.
    pub not_started: u64,
    /// Calls that had begun when the run was stopped.
    pub unfinished: u64,
    /// The caller's own phases.
    pub phases: Vec<PhaseTotal>,
    /// Who took the time, by the calls that were traced.
    pub shares: Vec<Share>,
    /// How many were traced.
    pub traced: u64,
}

impl Default for Recorder {
    fn default() -> Self {
        let empty = || Histogram::new(DIGITS).expect("three digits can be kept");
        Self {
            latency: empty(),
            service: empty(),
            requests: 0,
            errors: BTreeMap::new(),
            late: 0,
            not_started: 0,
            unfinished: 0,
            phases: Vec::new(),
            shares: Vec::new(),
            traced: 0,
        }
    }
}

impl Recorder {
    /// Records a call that ended, `lag` after it was due to begin.
    pub fn record(&mut self, lag: Duration, service: Duration, code: Option<&str>) {
        self.requests += 1;
        let grows = "a histogram that grows takes every time";
        self.service.record(micros(service)).expect(grows);
        self.latency.record(micros(lag + service)).expect(grows);
        if let Some(code) = code {
            *self.errors.entry(code.to_owned()).or_default() += 1;
        }
    }

    /// Adds the caller's phases of a call.
    pub fn add_phase(&mut self, phase: PhaseName, total_us: u64, count: u64) {
        match self.phases.iter_mut().find(|known| known.phase == phase) {
            Some(known) => {
                known.total_us += total_us;
                known.count += count;
            }
            None => {
                self.phases.push(PhaseTotal {
                    phase,
                    total_us,
                    count,
                });
                self.phases.sort_by_key(|known| known.phase as u8);
            }
        }
    }

    /// Adds the time that a party of a traced call took.
    pub fn add_share(&mut self, place: &str, total_us: u64) {
        match self.shares.iter_mut().find(|known| known.place == place) {
            Some(known) => known.total_us += total_us,
            None => {
                self.shares.push(Share {
                    place: place.to_owned(),
                    total_us,
                });
                self.shares.sort_by(|a, b| a.place.cmp(&b.place));
            }
        }
    }

    /// Adds what another one recorded.
    pub fn merge(&mut self, other: &Self) {
        let fits = "a histogram that grows takes everything of one of its kind";
        self.latency.add(&other.latency).expect(fits);
        self.service.add(&other.service).expect(fits);
        self.requests += other.requests;
        for (code, count) in &other.errors {
            *self.errors.entry(code.clone()).or_default() += count;
        }
        self.late += other.late;
        self.not_started += other.not_started;
        self.unfinished += other.unfinished;
        for known in &other.phases {
            self.add_phase(known.phase, known.total_us, known.count);
        }
        for known in &other.shares {
            self.add_share(&known.place, known.total_us);
        }
        self.traced += other.traced;
    }

    /// How many ended in an error or failure.
    pub fn failed(&self) -> u64 {
        self.errors.values().sum()
    }
}

/// Longer times are none that anybody waited for: a day.
const LONGEST: Duration = Duration::from_secs(86_400);

/// Whole microseconds, at least one.
fn micros(duration: Duration) -> u64 {
    let micros = duration.min(LONGEST).as_micros();
    u64::try_from(micros).unwrap_or(u64::MAX).max(1)
}

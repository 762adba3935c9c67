//! A circuit breaker, closed, open or half-open as the field calls it: after several failures in a row, a pause in which
//! nobody tries in vain; then one call tries, and the others go on hearing no.
//!
//! Calls that were under way when it opened tell nothing that is not known by then: many of them that fail are one event,
//! and only the trial after a pause makes the next one longer. Pure: time is told from outside.

use crate::model::Timestamp;
use serde_json::{Value, json};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Failures in a row that open it.
pub(super) const FAILURES: u32 = 5;
/// The first pause; each further one is twice as long.
const FIRST_PAUSE: i64 = 1_000_000;
/// The longest pause, microseconds.
const LONGEST_PAUSE: i64 = 30_000_000;
/// How long a trial keeps others from trying, in microseconds: it may be a call that takes its time.
const LONGEST_TRIAL: i64 = 5_000_000;

/// A breaker.
#[derive(Debug, Default)]
pub(super) struct Breaker(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// Failures in a row.
    failures: u32,
    /// What the last one said.
    cause: Option<String>,
    /// When the next call may try, while it is open.
    retry_at: Option<Timestamp>,
    /// Since when somebody is trying.
    trying_since: Option<Timestamp>,
    /// Which stretch this is: a new one begins when it opens or closes, and with every trial. What a call of an earlier one
    /// learned counts no more, so that one blip is not counted once for each call that was under way.
    epoch: u64,
}

/// It is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shut {
    /// When somebody may try again.
    pub retry_at: Timestamp,
    /// Failures in a row.
    pub failures: u32,
    /// What was seen last.
    pub cause: String,
}

/// The stretch in which a call was let through; a trial's is its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Epoch(u64);

impl Breaker {
    /// Whether a call would be let through now.
    pub(super) fn look(&self, now: Timestamp) -> Result<(), Shut> {
        self.state().look(now)
    }

    /// Lets a call through, unless there is a pause. After the pause one call tries.
    pub(super) fn pass(&self, now: Timestamp) -> Result<Epoch, Shut> {
        let mut state = self.state();
        state.look(now)?;
        if state.retry_at.is_some() {
            state.trying_since = Some(now);
            state.epoch += 1;
        }
        Ok(Epoch(state.epoch))
    }

    /// A call went well, whenever it began: the worst that an answer from just before the trouble began can do is to let a
    /// few more calls find that out.
    pub(super) fn succeeded(&self) {
        let mut state = self.state();
        let was_open = state.retry_at.is_some();
        *state = State {
            epoch: state.epoch + u64::from(was_open),
            ..State::default()
        };
    }

    /// A call of this stretch failed.
    pub(super) fn failed(&self, Epoch(epoch): Epoch, now: Timestamp, cause: String) {
        let mut state = self.state();
        if epoch != state.epoch {
            return;
        }
        state.failures = state.failures.saturating_add(1);
        state.cause = Some(cause);
        state.trying_since = None;
        if state.failures >= FAILURES {
            let doubled = (state.failures - FAILURES).min(16);
            let pause = (FIRST_PAUSE << doubled).min(LONGEST_PAUSE);
            state.retry_at = Some(Timestamp::from_micros(now.as_micros() + pause));
            state.epoch += 1;
        }
    }

    /// Nothing was learned. If it was the trial, the next call may be one.
    pub(super) fn learned_nothing(&self, Epoch(epoch): Epoch) {
        let mut state = self.state();
        if epoch == state.epoch {
            state.trying_since = None;
        }
    }

    /// Whether calls are let through without further ado.
    pub(super) fn is_closed(&self) -> bool {
        self.state().retry_at.is_none()
    }

    /// How it stands, for administrators: `{state: closed | open | half_open, failures, cause, retry_at}`.
    pub(super) fn view(&self, now: Timestamp) -> Value {
        let state = self.state();
        let word = match state.retry_at {
            None => "closed",
            Some(at) if state.trying_since.is_some() || now >= at => "half_open",
            Some(_) => "open",
        };
        json!({
            "state": word,
            "failures": state.failures,
            "cause": state.cause,
            "retry_at": state.retry_at,
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Whether a call is let through at this moment.
    fn look(&self, now: Timestamp) -> Result<(), Shut> {
        let is_trying = self
            .trying_since
            .is_some_and(|since| !is_over(since, LONGEST_TRIAL, now));
        match self.retry_at {
            Some(retry_at) if is_trying || !is_over(retry_at, 0, now) => Err(Shut {
                retry_at,
                failures: self.failures,
                cause: self.cause.clone().unwrap_or_default(),
            }),
            _ => Ok(()),
        }
    }
}

/// Whether so many microseconds after a moment have passed. Where more is left than the longest pause, the clock was set
/// back.
fn is_over(moment: Timestamp, after: i64, now: Timestamp) -> bool {
    let end = moment.as_micros().saturating_add(after);
    let left = end.saturating_sub(now.as_micros());
    !(1..=LONGEST_PAUSE).contains(&left)
}

//! What stands before every relay to a peer: room for some calls at a time, and, after the peer could not be reached
//! several times in a row, a pause in which nobody waits for it in vain (a circuit breaker, closed, open or half-open
//! as the field calls it).
//!
//! Only what says something of the peer counts: that it could not be reached, or that it let a caller wait for long.
//! A caller that is in a hurry cannot shut the gate for others. Calls that were under way when it shut tell nothing that
//! is not known by then: many of them that fail are one event, and only the trial after a pause makes the next one
//! longer. Pure but for the places: time is told from outside.

use crate::client::ClientError;
use crate::model::Timestamp;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Calls to one peer at a time.
const PLACES: usize = 64;
/// Failures in a row that shut the gate.
const FAILURES: u32 = 5;
/// The first pause; each further one is twice as long.
const FIRST_PAUSE: i64 = 1_000_000;
/// The longest pause, microseconds.
const LONGEST_PAUSE: i64 = 30_000_000;
/// A peer that lets a caller wait so long, in microseconds, is as good as away.
const TOO_LONG: i64 = 5_000_000;

/// A place among the calls to one peer; without one, a call goes through all the same.
pub(super) type Place = Option<OwnedSemaphorePermit>;

/// The gate before one peer.
pub(super) struct PeerGate {
    state: Mutex<State>,
    places: Arc<Semaphore>,
}

#[derive(Debug, Default)]
struct State {
    /// Failures in a row.
    failures: u32,
    /// What the last one said.
    cause: Option<String>,
    /// When the next call may try, while the gate is shut.
    retry_at: Option<Timestamp>,
    /// Somebody is trying whether the peer is back.
    is_trying: bool,
    /// Which stretch this is: a new one begins when the gate shuts or opens, and with every trial. What a call of an
    /// earlier one learned counts no more, so that one blip is not counted once for each call that was under way.
    epoch: u64,
}

impl State {
    /// Whether a call is let through at this moment.
    fn look(&self, now: Timestamp) -> Result<(), Shut> {
        match self.retry_at {
            Some(retry_at) if self.is_trying || !is_over(retry_at, now) => Err(Shut {
                retry_at,
                failures: self.failures,
                cause: self.cause.clone().unwrap_or_default(),
            }),
            _ => Ok(()),
        }
    }
}

/// The gate is shut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shut {
    /// When somebody may try again.
    pub retry_at: Timestamp,
    /// How often in a row the peer could not be reached.
    pub failures: u32,
    /// What was seen of the peer last.
    pub cause: String,
}

/// One call that was let through. Dropped without a word (its caller gave up), only a long wait is held against the peer.
pub(super) struct Passage<'a> {
    gate: &'a PeerGate,
    began: Timestamp,
    /// The stretch in which it passed; a trial's is its own.
    epoch: u64,
    is_told: bool,
}

impl Default for PeerGate {
    fn default() -> Self {
        Self {
            state: Mutex::default(),
            places: Arc::new(Semaphore::new(PLACES)),
        }
    }
}

/// Whether a pause that ends at a moment is over. Where more is left than the longest pause, the clock was set back.
fn is_over(end: Timestamp, now: Timestamp) -> bool {
    let left = end.as_micros().saturating_sub(now.as_micros());
    !(1..=LONGEST_PAUSE).contains(&left)
}

impl PeerGate {
    /// A place among the calls that are under way, if one is free.
    pub(super) fn free_place(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.places).try_acquire_owned().ok()
    }

    /// A place among the calls that are under way; waits for one. Who waits here says nothing of the peer: ask for a
    /// place first, and to pass when it is there.
    pub(super) async fn place(&self) -> Place {
        // Never closed.
        Arc::clone(&self.places).acquire_owned().await.ok()
    }

    /// Whether a call would be let through now.
    pub(super) fn look(&self, now: Timestamp) -> Result<(), Shut> {
        self.state().look(now)
    }

    /// Lets a call through, unless the peer is given a pause. After the pause one call tries; the others go on hearing no.
    pub(super) fn pass(&self, now: Timestamp) -> Result<Passage<'_>, Shut> {
        let mut state = self.state();
        state.look(now)?;
        if state.retry_at.is_some() {
            state.is_trying = true;
            state.epoch += 1;
        }
        Ok(Passage {
            gate: self,
            began: now,
            epoch: state.epoch,
            is_told: false,
        })
    }

    /// How it stands, for administrators: `{state: closed | open | half_open, failures, cause, retry_at, in_flight}`.
    pub(super) fn view(&self, now: Timestamp) -> Value {
        let state = self.state();
        let word = match state.retry_at {
            None => "closed",
            Some(at) if state.is_trying || now >= at => "half_open",
            Some(_) => "open",
        };
        json!({
            "state": word,
            "failures": state.failures,
            "cause": state.cause,
            "retry_at": state.retry_at,
            "in_flight": PLACES - self.places.available_permits().min(PLACES),
        })
    }

    /// The peer is there, whenever the call that says so began: the worst that an answer from just before it went away
    /// can do is to let a few more calls find that out.
    fn succeeded(&self) {
        let mut state = self.state();
        let was_shut = state.retry_at.is_some();
        *state = State {
            epoch: state.epoch + u64::from(was_shut),
            ..State::default()
        };
    }

    fn failed(&self, epoch: u64, now: Timestamp, cause: String) {
        let mut state = self.state();
        if epoch != state.epoch {
            return;
        }
        state.failures = state.failures.saturating_add(1);
        state.cause = Some(cause);
        state.is_trying = false;
        if state.failures >= FAILURES {
            let doubled = (state.failures - FAILURES).min(16);
            let pause = (FIRST_PAUSE << doubled).min(LONGEST_PAUSE);
            state.retry_at = Some(Timestamp::from_micros(now.as_micros() + pause));
            state.epoch += 1;
        }
    }

    /// Nothing was learned of the peer. If it was the trial, the next call may be one.
    fn learned_nothing(&self, epoch: u64) {
        let mut state = self.state();
        if epoch == state.epoch {
            state.is_trying = false;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Passage<'_> {
    /// How the call ended: with a reply, or in this.
    pub(super) fn ended(mut self, error: Option<&ClientError>, now: Timestamp) {
        self.is_told = true;
        match error {
            Some(error @ (ClientError::Unreachable { .. } | ClientError::Tls { .. })) => {
                self.gate.failed(self.epoch, now, error.to_string());
            }
            Some(ClientError::Deadline { .. }) => self.gave_up(now),
            // Whatever else it said, it is there.
            _ => self.gate.succeeded(),
        }
    }

    fn gave_up(&self, now: Timestamp) {
        if now.as_micros() - self.began.as_micros() >= TOO_LONG {
            self.gate
                .failed(self.epoch, now, "it did not answer in time".to_owned());
        } else {
            self.gate.learned_nothing(self.epoch);
        }
    }
}

impl Drop for Passage<'_> {
    fn drop(&mut self) {
        if !self.is_told {
            self.gave_up(Timestamp::now());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(milliseconds: i64) -> Timestamp {
        Timestamp::from_micros(milliseconds * 1_000)
    }

    fn away() -> ClientError {
        ClientError::Unreachable {
            endpoint: "http://127.0.0.1:9/invoke".to_owned(),
            cause: "refused".to_owned(),
            sent: false,
        }
    }

    fn deadline() -> ClientError {
        ClientError::Deadline {
            endpoint: "http://127.0.0.1:9/invoke".to_owned(),
            seconds: 1,
        }
    }

    fn state(gate: &PeerGate, now: i64) -> String {
        gate.view(at(now))["state"].as_str().unwrap().to_owned()
    }

    /// A gate that was shut at the moment 0.
    fn shut() -> PeerGate {
        let gate = PeerGate::default();
        for _ in 0..FAILURES {
            gate.pass(at(0)).unwrap().ended(Some(&away()), at(0));
        }
        gate
    }

    #[test]
    fn a_peer_that_is_away_is_given_a_pause_and_then_one_call_tries() {
        let gate = shut();
        assert_eq!(state(&gate, 0), "open");
        let refused = gate.pass(at(999)).map(drop).unwrap_err();
        assert_eq!((refused.retry_at, refused.failures), (at(1_000), FAILURES));
        assert!(refused.cause.contains("refused"), "{}", refused.cause);
        let trial = gate.pass(at(1_000)).unwrap();
        assert_eq!(state(&gate, 1_000), "half_open");
        assert!(gate.pass(at(1_000)).is_err(), "one tries, the others wait");
        trial.ended(None, at(1_001));
        assert_eq!(state(&gate, 1_001), "closed");
        assert!(gate.pass(at(1_001)).is_ok() && gate.pass(at(1_001)).is_ok());
    }

    #[test]
    fn whoever_looks_is_told_what_a_call_would_be_and_tries_nothing() {
        let gate = shut();
        assert!(gate.look(at(999)).is_err());
        assert!(gate.look(at(1_000)).is_ok() && gate.look(at(1_000)).is_ok());
        let trial = gate.pass(at(1_000)).unwrap();
        assert!(gate.look(at(1_000)).is_err(), "one tries, the others wait");
        trial.ended(None, at(1_001));
        assert!(gate.look(at(1_001)).is_ok());
    }

    #[test]
    fn pauses_grow_to_half_a_minute_and_no_further() {
        let gate = shut();
        let (mut now, mut pauses) = (0, Vec::new());
        for _ in 0..8 {
            let retry = gate.pass(at(now)).map(drop).unwrap_err().retry_at.as_micros() / 1_000;
            pauses.push(retry - now);
            now = retry;
            gate.pass(at(now)).unwrap().ended(Some(&away()), at(now));
        }
        assert_eq!(
            pauses,
            [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]
        );
    }

    #[test]
    fn success_in_between_starts_the_count_anew_and_any_answer_is_one() {
        let gate = PeerGate::default();
        let refused = ClientError::Refused {
            endpoint: String::new(),
            hint: None,
        };
        for _ in 0..20 {
            for _ in 1..FAILURES {
                gate.pass(at(0)).unwrap().ended(Some(&away()), at(0));
            }
            gate.pass(at(0)).unwrap().ended(Some(&refused), at(0));
        }
        assert_eq!(state(&gate, 0), "closed");
    }

    #[test]
    fn callers_in_a_hurry_do_not_shut_the_gate_and_a_peer_that_hangs_does() {
        let gate = PeerGate::default();
        for _ in 0..50 {
            gate.pass(at(0)).unwrap().ended(Some(&deadline()), at(100));
        }
        assert_eq!(state(&gate, 100), "closed");
        for _ in 0..FAILURES {
            gate.pass(at(0)).unwrap().ended(Some(&deadline()), at(5_000));
        }
        assert_eq!(state(&gate, 5_000), "open");
    }

    #[test]
    fn calls_that_were_under_way_when_it_shut_make_the_pause_no_longer() {
        let gate = PeerGate::default();
        let passed: Vec<_> = (0..20).map(|_| gate.pass(at(0)).unwrap()).collect();
        for passage in passed {
            passage.ended(Some(&away()), at(3));
        }
        let refused = gate.pass(at(3)).map(drop).unwrap_err();
        assert_eq!((refused.retry_at, refused.failures), (at(1_003), FAILURES));
        gate.pass(at(1_003)).unwrap().ended(None, at(1_004));
        assert_eq!(state(&gate, 1_004), "closed");
    }

    #[test]
    fn a_straggler_neither_ends_a_trial_nor_adds_to_what_it_finds() {
        let gate = PeerGate::default();
        let mut stragglers: Vec<_> = (0..4).map(|_| gate.pass(at(0)).unwrap()).collect();
        for _ in 0..FAILURES {
            gate.pass(at(0)).unwrap().ended(Some(&away()), at(0));
        }
        let mut straggle = |outcome: Option<&ClientError>, now| stragglers.remove(0).ended(outcome, now);
        let trial = gate.pass(at(1_000)).unwrap();
        straggle(Some(&away()), at(1_001));
        straggle(Some(&deadline()), at(6_000));
        assert!(gate.pass(at(6_000)).is_err(), "the trial is still under way");
        trial.ended(Some(&away()), at(6_001));
        let refused = gate.pass(at(6_001)).map(drop).unwrap_err();
        assert_eq!(
            (refused.retry_at, refused.failures),
            (at(8_001), FAILURES + 1),
            "the second pause"
        );
        // The peer answered after all: that opens it, and what began before that says nothing any more.
        straggle(None, at(6_100));
        assert_eq!(state(&gate, 6_100), "closed");
        straggle(Some(&away()), at(6_101));
        assert_eq!(gate.view(at(6_101))["failures"], 0);
    }

    #[test]
    fn a_trial_that_was_overtaken_by_an_answer_cannot_shut_the_gate_again() {
        let gate = PeerGate::default();
        let straggler = gate.pass(at(0)).unwrap();
        for _ in 0..FAILURES {
            gate.pass(at(0)).unwrap().ended(Some(&away()), at(0));
        }
        let trial = gate.pass(at(1_000)).unwrap();
        straggler.ended(None, at(1_001));
        trial.ended(Some(&away()), at(1_002));
        assert_eq!(gate.view(at(1_002))["failures"], 0);
        assert!(gate.pass(at(1_002)).is_ok());
    }

    #[test]
    fn a_trial_whose_caller_is_gone_does_not_keep_the_gate_half_open() {
        let gate = shut();
        // In a hurry: nothing was learned, and the next call tries.
        gate.pass(at(1_000)).unwrap().ended(Some(&deadline()), at(1_100));
        let next = gate.pass(at(1_100)).unwrap();
        assert!(gate.pass(at(1_100)).is_err(), "one at a time");
        // Waited for long: as good as away, and after the pause the next one tries.
        next.ended(Some(&deadline()), at(7_000));
        assert_eq!(state(&gate, 7_000), "open");
        assert!(gate.pass(at(8_999)).is_err());
        assert!(gate.pass(at(9_000)).is_ok());
    }

    #[test]
    fn a_trial_that_is_given_up_lets_the_next_one_try() {
        let gate = shut();
        let soon = Timestamp::from_micros(Timestamp::now().as_micros() + 1_000);
        drop(gate.pass(soon).unwrap());
        assert!(gate.pass(soon).is_ok());
    }

    #[test]
    fn a_clock_that_is_set_back_by_minutes_or_days_keeps_no_peer_away() {
        for back in [60_000, 3_600_000, 86_400_000] {
            let gate = shut();
            assert!(gate.pass(at(500)).is_err());
            assert!(gate.pass(at(-back)).is_ok(), "{back}");
        }
    }
}

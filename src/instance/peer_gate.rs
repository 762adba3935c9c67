//! What stands before every relay to a peer: room for some calls at a time, and, after the peer could not be reached
//! several times in a row, a pause in which nobody waits for it in vain.
//!
//! Only what says something of the peer counts for everybody: that it could not be reached. That it let a caller wait for
//! long says something to this caller only, who may have asked for what takes long: a pause after several such waits is
//! theirs alone, so that nobody can shut the gate for others. Pure but for the places: time is told from outside.

use super::breaker::{Breaker, Epoch, Shut};
use crate::client::ClientError;
use crate::model::Timestamp;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Calls to one peer at a time.
const PLACES: usize = 64;
/// How many of them one party may have, so that it cannot keep all others waiting.
const PLACES_OF_ONE: usize = PLACES / 2;
/// From so many parties on those are forgotten that have no call under way.
const MANY_PARTIES: usize = 64;
/// A peer that lets a caller wait so long, in microseconds, is as good as away for it.
const TOO_LONG: i64 = 5_000_000;

/// A place among the calls to one peer, and one among those of whoever makes it; given back when dropped.
pub(super) struct Place {
    _common: Option<OwnedSemaphorePermit>,
    _own: Option<OwnedSemaphorePermit>,
}

/// The gate before one peer.
pub(super) struct PeerGate {
    /// Whether it can be reached.
    reached: Breaker,
    /// Whether it answers them, of callers whom it let wait, by the names of their credentials.
    answered: Mutex<HashMap<String, Arc<Breaker>>>,
    places: Arc<Semaphore>,
    /// What each party has of them.
    shares: Mutex<HashMap<Option<u32>, Arc<Semaphore>>>,
}

/// The gate is shut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Closed {
    /// To everybody: the peer could not be reached.
    Away(Shut),
    /// To this caller: the peer did not answer in time.
    Silent(Shut),
}

impl Closed {
    /// What was seen, since when and until when.
    pub(super) fn shut(&self) -> &Shut {
        match self {
            Self::Away(shut) | Self::Silent(shut) => shut,
        }
    }
}

/// One call that was let through. Dropped without a word (its caller gave up), only a long wait is held against the peer.
pub(super) struct Passage<'a> {
    gate: &'a PeerGate,
    caller: &'a str,
    began: Timestamp,
    reached: Epoch,
    answered: Option<(Arc<Breaker>, Epoch)>,
    is_told: bool,
}

impl Default for PeerGate {
    fn default() -> Self {
        Self {
            reached: Breaker::default(),
            answered: Mutex::default(),
            places: Arc::new(Semaphore::new(PLACES)),
            shares: Mutex::default(),
        }
    }
}

impl PeerGate {
    /// A place among the calls that are under way, if one is free for this party.
    pub(super) fn free_place(&self, party: Option<u32>) -> Option<Place> {
        let own = self.share(party).try_acquire_owned().ok()?;
        let common = Arc::clone(&self.places).try_acquire_owned().ok()?;
        Some(Place {
            _common: Some(common),
            _own: Some(own),
        })
    }

    /// A place among the calls that are under way; waits for one, among the calls of the same party first. Who waits here
    /// says nothing of the peer: ask for a place first, and to pass when it is there.
    pub(super) async fn place(&self, party: Option<u32>) -> Place {
        // Neither is ever closed.
        let own = self.share(party).acquire_owned().await.ok();
        let common = Arc::clone(&self.places).acquire_owned().await.ok();
        Place {
            _common: common,
            _own: own,
        }
    }

    /// Whose calls are in the way of another one of this party, in words.
    pub(super) fn whose_calls(&self, party: Option<u32>) -> &'static str {
        match self.share(party).available_permits() {
            0 => "under this credential",
            _ => "of all callers",
        }
    }

    fn share(&self, party: Option<u32>) -> Arc<Semaphore> {
        let mut shares = self.shares.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(share) = shares.get(&party) {
            return Arc::clone(share);
        }
        if shares.len() >= MANY_PARTIES {
            shares.retain(|_, share| Arc::strong_count(share) > 1);
        }
        let share = Arc::new(Semaphore::new(PLACES_OF_ONE));
        shares.insert(party, Arc::clone(&share));
        share
    }

    /// Whether a call of this caller would be let through now.
    pub(super) fn look(&self, caller: &str, now: Timestamp) -> Result<(), Closed> {
        self.reached.look(now).map_err(Closed::Away)?;
        match self.answered().get(caller) {
            Some(breaker) => breaker.look(now).map_err(Closed::Silent),
            None => Ok(()),
        }
    }

    /// Lets a call through, unless the peer is given a pause. After the pause one call tries; the others go on hearing no.
    pub(super) fn pass<'a>(&'a self, caller: &'a str, now: Timestamp) -> Result<Passage<'a>, Closed> {
        // Both before either is passed: a trial that the other breaker ends at once would be the next one's turn lost.
        self.look(caller, now)?;
        let reached = self.reached.pass(now).map_err(Closed::Away)?;
        let own = self.answered().get(caller).cloned();
        let passed = own.map(|breaker| breaker.pass(now).map(|epoch| (breaker, epoch)));
        let answered = passed.transpose().map_err(|shut| {
            self.reached.learned_nothing(reached);
            Closed::Silent(shut)
        })?;
        Ok(Passage {
            gate: self,
            caller,
            began: now,
            reached,
            answered,
            is_told: false,
        })
    }

    /// How it stands, for administrators: `{state: closed | open | half_open, failures, cause, retry_at, in_flight}`. Where
    /// the peer can be reached, the first caller that is kept from it is told of.
    pub(super) fn view(&self, now: Timestamp) -> Value {
        let mut view = match self.kept_from_it() {
            Some(breaker) if self.reached.is_closed() => breaker.view(now),
            _ => self.reached.view(now),
        };
        let in_flight = PLACES - self.places.available_permits().min(PLACES);
        view["in_flight"] = json!(in_flight);
        view
    }

    fn kept_from_it(&self) -> Option<Arc<Breaker>> {
        let answered = self.answered();
        let kept = answered.iter().filter(|(_, breaker)| !breaker.is_closed());
        kept.min_by_key(|(caller, _)| *caller)
            .map(|(_, breaker)| Arc::clone(breaker))
    }

    fn answered(&self) -> MutexGuard<'_, HashMap<String, Arc<Breaker>>> {
        self.answered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Passage<'_> {
    /// How the call ended: with a reply, or in this.
    pub(super) fn ended(mut self, error: Option<&ClientError>, now: Timestamp) {
        self.is_told = true;
        match error {
            Some(error @ (ClientError::Unreachable { .. } | ClientError::Tls { .. })) => {
                self.gate.reached.failed(self.reached, now, error.to_string());
                self.learned_nothing_of_answers();
            }
            Some(ClientError::Deadline { .. }) => self.gave_up(now),
            // Whatever else it said, it is there, and answers this caller.
            _ => self.succeeded(),
        }
    }

    fn succeeded(&self) {
        self.gate.reached.succeeded();
        if let Some((breaker, _)) = &self.answered {
            breaker.succeeded();
            self.gate.answered().remove(self.caller);
        }
    }

    fn gave_up(&self, now: Timestamp) {
        self.gate.reached.learned_nothing(self.reached);
        if now.as_micros() - self.began.as_micros() < TOO_LONG {
            return self.learned_nothing_of_answers();
        }
        let (breaker, epoch) = match &self.answered {
            Some((breaker, epoch)) => (Arc::clone(breaker), *epoch),
            None => (self.first_of_its_caller(), Epoch::default()),
        };
        breaker.failed(epoch, now, "it did not answer in time".to_owned());
    }

    fn first_of_its_caller(&self) -> Arc<Breaker> {
        let mut answered = self.gate.answered();
        Arc::clone(answered.entry(self.caller.to_owned()).or_default())
    }

    fn learned_nothing_of_answers(&self) {
        if let Some((breaker, epoch)) = &self.answered {
            breaker.learned_nothing(*epoch);
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
    use super::super::breaker::FAILURES;
    use super::*;
    use futures::poll;
    use std::pin::pin;

    const CALLER: &str = "museum";

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
            gate.pass(CALLER, at(0)).unwrap().ended(Some(&away()), at(0));
        }
        gate
    }

    #[tokio::test]
    async fn one_party_has_half_of_the_places_and_waits_behind_its_own_calls() {
        let gate = PeerGate::default();
        let (slow, other) = (Some(1), Some(2));
        let mut taken: Vec<_> = (0..PLACES_OF_ONE)
            .map(|_| gate.free_place(slow).expect("a place"))
            .collect();
        assert!(gate.free_place(slow).is_none());
        assert_eq!(gate.whose_calls(slow), "under this credential");
        assert_eq!(gate.view(at(0))["in_flight"], PLACES_OF_ONE);
        let others: Vec<_> = (0..PLACES_OF_ONE)
            .map(|_| gate.free_place(other).expect("a place"))
            .collect();
        assert!(gate.free_place(None).is_none(), "all are taken");
        assert_eq!(gate.whose_calls(None), "of all callers");
        drop(others);
        let mut waiting = pin!(gate.place(slow));
        assert!(poll!(waiting.as_mut()).is_pending());
        taken.pop();
        waiting.await;
    }

    #[test]
    fn who_has_no_call_under_way_is_not_kept() {
        let gate = PeerGate::default();
        let busy = gate.free_place(Some(0));
        for party in 1..1_000 {
            drop(gate.free_place(Some(party)));
        }
        assert!(gate.shares.lock().unwrap().len() <= MANY_PARTIES);
        drop(busy);
    }

    #[test]
    fn a_peer_that_is_away_is_given_a_pause_and_then_one_call_tries() {
        let gate = shut();
        assert_eq!(state(&gate, 0), "open");
        let closed = gate.pass(CALLER, at(999)).map(drop).unwrap_err();
        let refused = closed.shut();
        assert_eq!((refused.retry_at, refused.failures), (at(1_000), FAILURES));
        assert!(refused.cause.contains("refused"), "{}", refused.cause);
        let trial = gate.pass(CALLER, at(1_000)).unwrap();
        assert_eq!(state(&gate, 1_000), "half_open");
        assert!(
            gate.pass(CALLER, at(1_000)).is_err(),
            "one tries, the others wait"
        );
        trial.ended(None, at(1_001));
        assert_eq!(state(&gate, 1_001), "closed");
        assert!(gate.pass(CALLER, at(1_001)).is_ok() && gate.pass(CALLER, at(1_001)).is_ok());
    }

    #[test]
    fn whoever_looks_is_told_what_a_call_would_be_and_tries_nothing() {
        let gate = shut();
        assert!(gate.look(CALLER, at(999)).is_err());
        assert!(gate.look(CALLER, at(1_000)).is_ok() && gate.look(CALLER, at(1_000)).is_ok());
        let trial = gate.pass(CALLER, at(1_000)).unwrap();
        assert!(
            gate.look(CALLER, at(1_000)).is_err(),
            "one tries, the others wait"
        );
        trial.ended(None, at(1_001));
        assert!(gate.look(CALLER, at(1_001)).is_ok());
    }

    #[test]
    fn pauses_grow_to_half_a_minute_and_no_further() {
        let gate = shut();
        let (mut now, mut pauses) = (0, Vec::new());
        for _ in 0..8 {
            let retry = gate
                .pass(CALLER, at(now))
                .map(drop)
                .unwrap_err()
                .shut()
                .retry_at
                .as_micros()
                / 1_000;
            pauses.push(retry - now);
            now = retry;
            gate.pass(CALLER, at(now)).unwrap().ended(Some(&away()), at(now));
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
                gate.pass(CALLER, at(0)).unwrap().ended(Some(&away()), at(0));
            }
            gate.pass(CALLER, at(0)).unwrap().ended(Some(&refused), at(0));
        }
        assert_eq!(state(&gate, 0), "closed");
    }

    #[test]
    fn callers_in_a_hurry_do_not_shut_the_gate_and_a_peer_that_hangs_does() {
        let gate = PeerGate::default();
        for _ in 0..50 {
            gate.pass(CALLER, at(0))
                .unwrap()
                .ended(Some(&deadline()), at(100));
        }
        assert_eq!(state(&gate, 100), "closed");
        for _ in 0..FAILURES {
            gate.pass(CALLER, at(0))
                .unwrap()
                .ended(Some(&deadline()), at(5_000));
        }
        assert_eq!(state(&gate, 5_000), "open");
    }

    #[test]
    fn calls_that_were_under_way_when_it_shut_make_the_pause_no_longer() {
        let gate = PeerGate::default();
        let passed: Vec<_> = (0..20).map(|_| gate.pass(CALLER, at(0)).unwrap()).collect();
        for passage in passed {
            passage.ended(Some(&away()), at(3));
        }
        let closed = gate.pass(CALLER, at(3)).map(drop).unwrap_err();
        let refused = closed.shut();
        assert_eq!((refused.retry_at, refused.failures), (at(1_003), FAILURES));
        gate.pass(CALLER, at(1_003)).unwrap().ended(None, at(1_004));
        assert_eq!(state(&gate, 1_004), "closed");
    }

    #[test]
    fn a_straggler_neither_ends_a_trial_nor_adds_to_what_it_finds() {
        let gate = PeerGate::default();
        let mut stragglers: Vec<_> = (0..4).map(|_| gate.pass(CALLER, at(0)).unwrap()).collect();
        for _ in 0..FAILURES {
            gate.pass(CALLER, at(0)).unwrap().ended(Some(&away()), at(0));
        }
        let mut straggle = |outcome: Option<&ClientError>, now| stragglers.remove(0).ended(outcome, now);
        let trial = gate.pass(CALLER, at(1_000)).unwrap();
        straggle(Some(&away()), at(1_001));
        straggle(Some(&deadline()), at(5_000));
        assert!(
            gate.pass(CALLER, at(5_999)).is_err(),
            "the trial is still under way"
        );
        trial.ended(Some(&away()), at(5_999));
        let closed = gate.pass(CALLER, at(6_001)).map(drop).unwrap_err();
        let refused = closed.shut();
        assert_eq!(
            (refused.retry_at, refused.failures),
            (at(7_999), FAILURES + 1),
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
        let straggler = gate.pass(CALLER, at(0)).unwrap();
        for _ in 0..FAILURES {
            gate.pass(CALLER, at(0)).unwrap().ended(Some(&away()), at(0));
        }
        let trial = gate.pass(CALLER, at(1_000)).unwrap();
        straggler.ended(None, at(1_001));
        trial.ended(Some(&away()), at(1_002));
        assert_eq!(gate.view(at(1_002))["failures"], 0);
        assert!(gate.pass(CALLER, at(1_002)).is_ok());
    }

    #[test]
    fn a_trial_whose_caller_is_gone_does_not_keep_the_gate_half_open() {
        let gate = shut();
        // In a hurry: nothing was learned, and the next call tries.
        gate.pass(CALLER, at(1_000))
            .unwrap()
            .ended(Some(&deadline()), at(1_100));
        let next = gate.pass(CALLER, at(1_100)).unwrap();
        assert!(gate.pass(CALLER, at(1_100)).is_err(), "one at a time");
        next.ended(Some(&deadline()), at(1_200));
        assert!(gate.pass(CALLER, at(1_200)).is_ok());
    }

    #[test]
    fn a_trial_that_takes_its_time_keeps_nobody_else_from_trying() {
        let gate = shut();
        let slow = gate.pass("slow", at(1_000)).unwrap();
        assert!(gate.pass(CALLER, at(5_999)).is_err());
        let trial = gate.pass(CALLER, at(6_000)).unwrap();
        trial.ended(None, at(6_001));
        assert_eq!(state(&gate, 6_001), "closed");
        slow.ended(Some(&away()), at(9_000));
        assert_eq!(
            gate.view(at(9_000))["failures"],
            0,
            "it tells nothing that is not known"
        );
    }

    #[test]
    fn who_asks_for_what_takes_long_shuts_the_gate_for_nobody_else() {
        let gate = PeerGate::default();
        let waiting: Vec<_> = (0..40).map(|_| gate.pass("slow", at(0)).unwrap()).collect();
        for passage in waiting {
            passage.ended(Some(&deadline()), at(6_000));
        }
        let closed = gate.pass("slow", at(6_000)).map(drop).unwrap_err();
        assert!(matches!(closed, Closed::Silent(_)), "{closed:?}");
        assert_eq!(closed.shut().cause, "it did not answer in time");
        assert!(gate.look(CALLER, at(6_000)).is_ok());
        gate.pass(CALLER, at(6_000)).unwrap().ended(None, at(6_001));
        // Administrators see that somebody is kept from it; it says nothing of the peer to the others.
        assert_eq!(state(&gate, 6_001), "open");
        assert!(gate.pass("slow", at(6_500)).is_err());
        gate.pass("slow", at(7_000)).unwrap().ended(None, at(7_001));
        assert_eq!(state(&gate, 7_001), "closed");
        assert!(gate.answered().is_empty(), "nothing is kept of who is answered");
    }

    #[test]
    fn a_trial_that_is_given_up_lets_the_next_one_try() {
        let gate = shut();
        let soon = Timestamp::from_micros(Timestamp::now().as_micros() + 1_000);
        drop(gate.pass(CALLER, soon).unwrap());
        assert!(gate.pass(CALLER, soon).is_ok());
    }

    #[test]
    fn a_clock_that_is_set_back_by_minutes_or_days_keeps_no_peer_away() {
        for back in [60_000, 3_600_000, 86_400_000] {
            let gate = shut();
            assert!(gate.pass(CALLER, at(500)).is_err());
            assert!(gate.pass(CALLER, at(-back)).is_ok(), "{back}");
        }
    }
}

//! One call for each token, whatever the order, the number of threads and the clock.

use super::*;
use proptest::prelude::*;
use std::collections::HashMap;

const NOW: i64 = 1_795_428_672;

fn jti(number: u32) -> String {
    format!("{number:022}")
}

#[test]
fn threat_10_exactly_one_of_many_claims_is_fresh() {
    let replay = Replay::new(10);
    let fresh = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..100 {
            scope.spawn(|| {
                if replay.claim(1, &jti(1), NOW + 60, NOW) == Claim::Fresh {
                    fresh.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    assert_eq!(fresh.into_inner(), 1);
}

#[test]
fn the_same_jti_under_another_credential_is_another_token() {
    let replay = Replay::new(10);
    assert_eq!(replay.claim(1, &jti(1), NOW + 60, NOW), Claim::Fresh);
    assert_eq!(replay.claim(2, &jti(1), NOW + 60, NOW), Claim::Fresh);
    assert_eq!(replay.claim(1, &jti(1), NOW + 10, NOW), Claim::Replayed);
}

#[test]
fn threat_12_a_full_memory_refuses_and_forgets_nothing_live() {
    let replay = Replay::new(3);
    for number in 0..3 {
        assert_eq!(replay.claim(1, &jti(number), NOW + 60, NOW), Claim::Fresh);
    }
    assert_eq!(replay.claim(1, &jti(3), NOW + 60, NOW), Claim::Full);
    for number in 0..3 {
        assert_eq!(replay.claim(1, &jti(number), NOW + 60, NOW), Claim::Replayed);
    }
    // When they have ended, there is room again for as many at once, wherever each of them belongs.
    let later = NOW + 60 + SPAN + GRACE;
    for number in 4..7 {
        assert_eq!(replay.claim(1, &jti(number), later + 60, later), Claim::Fresh);
    }
    assert_eq!(replay.claim(1, &jti(7), later + 60, later), Claim::Full);
}

/// The audit trail, as far as replay protection goes: when each token was taken.
#[derive(Default)]
struct Trail(Vec<(String, i64)>);

impl Trail {
    /// Claims a token as an instance does: where there is a gap, it recalls first.
    fn claim(&mut self, replay: &Replay, number: u32, ends: i64, now: i64) -> Claim {
        if let Some(gap) = replay.gap(now) {
            let within = |at: i64| gap.from <= at && at <= gap.until;
            let seen = self.0.iter().filter(|(_, at)| within(*at));
            let seen: Vec<_> = seen.map(|(jti, at)| (1, jti.clone(), *at)).collect();
            let is_all = self.0.iter().all(|(_, at)| *at <= gap.until);
            replay.recall(gap, seen, is_all);
        }
        let claim = replay.claim(1, &jti(number), ends, now);
        if claim == Claim::Fresh {
            self.0.push((jti(number), now));
        }
        claim
    }
}

#[test]
fn threat_10_a_clock_that_went_back_over_what_was_forgotten_makes_nothing_fresh() {
    for step in [6, 64, 600, 86_400, 30 * 86_400] {
        let replay = Replay::new(10);
        assert_eq!(replay.claim(1, &jti(1), NOW + 60, NOW), Claim::Fresh);
        // Time passes, or the clock steps forward: it is over, and forgotten when the next one comes.
        replay.sweep(NOW + 200 + step);
        assert_eq!(replay.remembered(), 0);
        // Back where it would be accepted again.
        assert_eq!(replay.claim(1, &jti(1), NOW + 60, NOW), Claim::Behind, "{step}");
        let gap = replay.gap(NOW).unwrap();
        replay.recall(gap, [(1, jti(1), NOW)], true);
        assert_eq!(replay.claim(1, &jti(1), NOW + 60, NOW), Claim::Replayed, "{step}");
        assert_eq!(
            replay.claim(1, &jti(2), NOW + 60, NOW),
            Claim::Fresh,
            "nobody is locked out"
        );
    }
}

#[test]
fn threat_10_a_small_step_back_forgets_nothing_and_recalls_nothing() {
    let replay = Replay::new(CAPACITY);
    let mut now = NOW;
    for number in 0..1_000 {
        now += if number % 2 == 0 { 5 } else { -GRACE + 1 };
        assert_eq!(replay.claim(1, &jti(number), now + 60, now), Claim::Fresh);
        assert_eq!(replay.gap(now), None);
    }
}

#[test]
fn threat_10_tokens_of_before_and_after_a_step_do_not_share_their_end() {
    let replay = Replay::new(10);
    let step = 4 * SPAN;
    assert_eq!(replay.claim(1, &jti(1), NOW + 60, NOW), Claim::Fresh);
    let back = NOW - step;
    assert_eq!(replay.claim(1, &jti(2), back + 60, back), Claim::Fresh);
    // The second one ends; the first one, which is still to come, does not.
    let later = back + 60 + 2 * SPAN;
    assert_eq!(replay.claim(1, &jti(3), later + 60, later), Claim::Fresh);
    assert_eq!(replay.claim(1, &jti(1), NOW + 60, NOW), Claim::Replayed);
}

proptest! {
    /// Against a model that remembers everything: a token that is still alive is never taken for a fresh one.
    #[test]
    fn a_live_token_is_never_fresh_twice(steps in prop::collection::vec((0u32..40, 1i64..=120, 0i64..30), 1..300)) {
        let replay = Replay::new(CAPACITY);
        let mut live: HashMap<u32, i64> = HashMap::new();
        let mut now = NOW;
        for (number, life, pause) in steps {
            now += pause;
            let ends = now + life;
            let claim = replay.claim(7, &jti(number), ends, now);
            if live.get(&number).is_some_and(|ends| *ends >= now) {
                prop_assert_eq!(claim, Claim::Replayed);
            }
            if claim == Claim::Fresh {
                live.insert(number, ends);
            }
            prop_assert!(replay.remembered() <= 40);
        }
    }

    /// Whatever the clock does, by minutes and by days: no token is ever taken twice, and a new one always is.
    #[test]
    fn threat_10_no_clock_makes_a_token_good_for_two_calls(
        steps in prop::collection::vec((0u32..30, prop_oneof![-10i64..100, -1_000i64..1_000, -200_000i64..200_000]), 1..200),
    ) {
        let (replay, mut trail) = (Replay::new(CAPACITY), Trail::default());
        let mut made: HashMap<u32, i64> = HashMap::new();
        let mut now = NOW;
        for (place, (number, pause)) in steps.into_iter().enumerate() {
            now += pause;
            // A token is made once; whoever recorded it sends it whenever its time seems to come again.
            let made_at = *made.entry(number).or_insert(now);
            if (made_at - 30..made_at + 90).contains(&now) {
                let was_taken = trail.0.iter().any(|(taken, _)| *taken == jti(number));
                let claim = trail.claim(&replay, number, made_at + 90, now);
                prop_assert_eq!(claim == Claim::Fresh, !was_taken);
            }
            let new = 1_000 + u32::try_from(place).unwrap();
            prop_assert_eq!(trail.claim(&replay, new, now + 90, now), Claim::Fresh);
        }
    }
}

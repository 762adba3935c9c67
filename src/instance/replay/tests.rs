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
    // When they have ended, there is room again: at the latest after the claim that swept.
    let later = NOW + 60 + SPAN;
    let _ = replay.claim(1, &jti(4), later + 60, later);
    assert_eq!(replay.claim(1, &jti(5), later + 60, later), Claim::Fresh);
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
}

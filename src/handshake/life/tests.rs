//! Lives against any order of events, at any times: whatever happens, what must hold holds.

use super::*;
use crate::handshake::{AlarmKind, Event};
use crate::model::KeyId;
use crate::seal::AgreementSecret;
use proptest::prelude::*;
use std::sync::OnceLock;

const START: Timestamp = Timestamp::from_micros(1_795_428_672_123_456);
const DAY: i64 = 86_400;

/// A few keys to mix with. Making one costs a multiplication on the curve, and the machine only compares them.
fn key(number: usize) -> AgreementKey {
    static KEYS: OnceLock<Vec<AgreementKey>> = OnceLock::new();
    KEYS.get_or_init(|| (0..64).map(|_| AgreementSecret::generate().key()).collect())[number % 64].clone()
}

fn kid() -> KeyId {
    KeyId::parse("kid_0123456789abcdef").unwrap()
}

/// What a test lets happen; times are relative to when it does.
#[derive(Debug, Clone)]
enum Step {
    Simple(Event),
    Mixed {
        theirs: usize,
        ours: usize,
        overlap: i64,
    },
    Replaced {
        overlap: i64,
    },
    RotationAsked {
        within: i64,
    },
    LeaseChanged {
        within: Option<i64>,
    },
}

impl Step {
    fn at(&self, now: Timestamp) -> Event {
        match self {
            Self::Simple(event) => event.clone(),
            Self::Mixed {
                theirs,
                ours,
                overlap,
            } => Event::Mixed {
                exchange: Exchange {
                    theirs: key(*theirs),
                    ours: key(*ours),
                },
                old_kid: kid(),
                overlap_until: now.plus_seconds(*overlap),
            },
            Self::Replaced { overlap } => Event::Replaced {
                old_kid: Some(kid()),
                overlap_until: now.plus_seconds(*overlap),
            },
            Self::RotationAsked { within } => Event::RotationAsked {
                due: now.plus_seconds(*within),
            },
            Self::LeaseChanged { within } => Event::LeaseChanged {
                ends: within.map(|seconds| now.plus_seconds(seconds)),
            },
        }
    }
}

fn steps() -> impl Strategy<Value = Step> {
    let simple = prop::sample::select(vec![
        Event::Answered,
        Event::Delivered,
        Event::Opened,
        Event::WordsMatch,
        Event::WordsMatch,
        Event::Used,
        Event::Used,
        Event::OverlapEnded,
        Event::Suspend,
        Event::Resume,
        Event::Resume,
        Event::AlarmHeeded,
    ]);
    let alarm = prop::sample::select(AlarmKind::ALL.to_vec()).prop_map(Event::Alarmed);
    let end = prop::sample::select(vec![Event::Revoke, Event::WordsDiffer]);
    let overlap = -DAY..2 * DAY;
    prop_oneof![
        12 => simple.prop_map(Step::Simple),
        2 => alarm.prop_map(Step::Simple),
        1 => end.prop_map(Step::Simple),
        6 => (0..8_usize, 8..64_usize, overlap.clone()).prop_map(|(theirs, ours, overlap)| Step::Mixed { theirs, ours, overlap }),
        2 => overlap.clone().prop_map(|overlap| Step::Replaced { overlap }),
        2 => (0..DAY).prop_map(|within| Step::RotationAsked { within }),
        1 => prop::option::of(-DAY..90 * DAY).prop_map(|within| Step::LeaseChanged { within }),
    ]
}

fn lives() -> impl Strategy<Value = Life> {
    let delivery = prop::option::weighted(0.9, prop::sample::select(Delivery::ALL.to_vec()));
    let ends = || prop::option::of(DAY..3 * DAY);
    (0..4_usize, delivery, any::<bool>(), ends(), ends()).prop_map(
        |(beginning, delivery, verify_first, offer, lease)| {
            let what = Beginning {
                delivery,
                holder: Some(Holder::Console),
                offer: Some("offer_1".to_owned()),
                verify_first: verify_first && beginning > 0,
                offer_ends: offer.map(|seconds| START.plus_seconds(seconds)),
                lease_ends: lease.map(|seconds| START.plus_seconds(seconds)),
            };
            match beginning {
                0 => Life::in_use(what),
                1 => Life::offered(what),
                2 => Life::requested(what),
                _ => Life::opened(what),
            }
        },
    )
}

/// What must be so of any life at any moment.
fn check_legal(life: &Life, now: Timestamp) -> Result<(), TestCaseError> {
    let state = life.state_at(now);
    if life.is_frozen() {
        prop_assert!(!state.is_usable(), "frozen and {}", state);
    }
    if life.overlap(now).is_some() {
        prop_assert!(
            state.is_usable(),
            "an older key is answered though it is {}",
            state
        );
    }
    if state == Rotating {
        prop_assert!(life.overlap(now).is_some() || life.rotation_due().is_some());
    }
    if state == CredentialState::Activated {
        prop_assert!(life.generation() > 0);
    }
    if life.generation() > 0 {
        prop_assert!(life.exchange().is_some() && life.can_be_activated());
    }
    if !life.opens_everything() {
        let is_in_use = matches!(state, CredentialState::Activated | Active | Rotating);
        prop_assert!(!is_in_use, "opens nothing but the handshake and is {}", state);
    }
    if state == Revoked {
        prop_assert!(life.ended_at().is_some());
    }
    Ok(())
}

/// What must be so of the answers to holders.
fn check_mixing(life: &Life, now: Timestamp) -> Result<(), TestCaseError> {
    let (generation, stranger) = (life.generation(), key(0));
    let next = life.mix(generation + 1, &stranger, now);
    let is_open = life.state_at(now).is_usable() && life.can_be_activated();
    if !is_open {
        prop_assert!(next.is_err());
        return Ok(());
    }
    if life.verify_first && generation == 0 && !life.is_verified() {
        prop_assert_eq!(next, Err(LifeError::NotVerified));
    } else {
        prop_assert_eq!(next, Ok(Mix::Fresh));
    }
    prop_assert!(
        life.mix(generation + 2, &stranger, now).is_err(),
        "a generation was left out"
    );
    if let Some(exchange) = life.exchange() {
        let ours = exchange.ours.clone();
        prop_assert_eq!(life.mix(generation, &exchange.theirs, now), Ok(Mix::Repeat(ours)));
        let other = key(63);
        prop_assert_eq!(life.mix(generation, &other, now), Ok(Mix::Conflict));
    } else {
        prop_assert!(life.mix(generation, &stranger, now).is_err());
    }
    Ok(())
}

/// As it is after the program was stopped and started.
fn restarted(life: &Life) -> Life {
    let stored = serde_json::to_string(life).unwrap();
    serde_json::from_str(&stored).unwrap()
}

/// Whether people may rely on the words after this event, having been able to before or not.
fn verified_after(event: &Event, before: bool) -> bool {
    match event {
        Event::WordsMatch => true,
        Event::WordsDiffer | Event::Replaced { .. } => false,
        Event::Alarmed(kind) => before && !kind.takes_verification_back(),
        _ => before,
    }
}

fn check_step(before: &Life, event: &Event, after: &Life, now: Timestamp) -> Result<(), TestCaseError> {
    prop_assert_eq!(after.is_verified(), verified_after(event, before.is_verified()));
    let grown = after.generation() - before.generation();
    prop_assert_eq!(grown, u32::from(matches!(event, Event::Mixed { .. })));
    if before.is_frozen() {
        prop_assert!(after.is_frozen() || after.has_ended(), "thawed by {:?}", event);
    }
    if let Event::Alarmed(kind) = event {
        prop_assert!(
            after
                .alarm()
                .is_some_and(|alarm| alarm.kind.gravity() >= kind.gravity())
        );
        prop_assert!(!kind.freezes() || after.is_frozen());
    }
    let needs_words = |life: &Life| {
        life.alarm()
            .is_some_and(|alarm| alarm.kind.is_answered_by_words())
    };
    if needs_words(before) && after.alarm().is_none() {
        prop_assert_eq!(event, &Event::WordsMatch);
    }
    if matches!(event, Event::WordsDiffer | Event::Revoke) {
        prop_assert_eq!(after.state_at(now), Revoked);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_events_at_any_times_leave_a_legal_state(
        begun in lives(),
        happenings in prop::collection::vec((steps(), 0..DAY / 2), 0..40),
    ) {
        let (mut life, mut now) = (begun, START);
        let mut has_ended = false;
        for (step, later) in happenings {
            now = now.plus_seconds(later);
            let event = step.at(now);
            let before = life.clone();
            let state = before.state_at(now);
            match life.apply(event.clone(), now) {
                Ok(()) => check_step(&before, &event, &life, now)?,
                Err(_) => prop_assert_eq!(&life, &before, "refused, and yet changed by {:?}", event),
            }
            prop_assert_eq!(&restarted(&life), &life);
            has_ended |= matches!(state, Revoked | Expired);
            if has_ended {
                prop_assert!(!life.state_at(now).is_usable(), "came back to life by {:?}", event);
            }
            check_legal(&life, now)?;
            check_mixing(&life, now)?;
            // Nor may time alone make it illegal.
            check_legal(&life, now.plus_seconds(30 * DAY))?;
        }
    }

    #[test]
    fn it_goes_the_same_way_whether_or_not_the_program_is_restarted_at_every_step(
        begun in lives(),
        happenings in prop::collection::vec((steps(), 0..DAY / 2), 0..30),
    ) {
        let (mut steady, mut interrupted, mut now) = (begun.clone(), begun, START);
        for (step, later) in happenings {
            now = now.plus_seconds(later);
            interrupted = restarted(&interrupted);
            let outcomes = (steady.apply(step.at(now), now), interrupted.apply(step.at(now), now));
            prop_assert_eq!(outcomes.0, outcomes.1);
            prop_assert_eq!(&steady, &interrupted);
        }
    }
}

fn by_code() -> Beginning {
    Beginning {
        delivery: Some(Delivery::Code),
        verify_first: true,
        offer_ends: Some(START.plus_seconds(DAY)),
        ..Beginning::default()
    }
}

fn mixed(overlap: i64) -> Event {
    static NEXT: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    let theirs = NEXT.fetch_add(2, std::sync::atomic::Ordering::Relaxed);
    let ours = theirs + 1;
    Step::Mixed {
        theirs,
        ours,
        overlap,
    }
    .at(START)
}

fn after(mut life: Life, events: impl IntoIterator<Item = Event>) -> Life {
    for event in events {
        life.apply(event, START).unwrap();
    }
    life
}

#[test]
fn the_way_from_offer_to_use_is_the_one_that_is_promised() {
    let mut life = Life::offered(by_code());
    let way = [
        (Event::Delivered, Delivered),
        (Event::Opened, Opened),
        (Event::WordsMatch, Verified),
        (mixed(0), CredentialState::Activated),
        (Event::Used, Active),
        (
            Event::RotationAsked {
                due: START.plus_seconds(DAY),
            },
            Rotating,
        ),
        (mixed(60), Rotating),
    ];
    assert_eq!(life.state_at(START), Offered);
    for (event, state) in way {
        life.apply(event, START).unwrap();
        assert_eq!(life.state_at(START), state);
    }
    assert!(life.overlap(START.plus_seconds(59)).is_some());
    assert_eq!(life.state_at(START.plus_seconds(60)), Active);
    assert_eq!(life.generation(), 2);
}

#[test]
fn nothing_but_the_words_opens_a_credential_that_is_to_be_verified_first() {
    let mut life = after(
        Life::offered(by_code()),
        [Event::Delivered, Event::Opened, Event::Used],
    );
    assert!(!life.opens_everything());
    assert_eq!(life.state_at(START), Opened, "a handshake call is no use of it");
    assert_eq!(life.mix(1, &key(1), START), Err(LifeError::NotVerified));
    assert_eq!(life.apply(mixed(0), START), Err(LifeError::NotVerified));
    let life = after(life, [Event::WordsMatch, mixed(0)]);
    assert!(life.opens_everything());
}

#[test]
fn what_was_in_the_bundle_opens_nothing_after_the_activation() {
    let life = after(Life::offered(by_code()), [Event::WordsMatch, mixed(3600)]);
    assert!(life.overlap(START).is_none());
}

#[test]
fn threat_36_a_second_activation_with_another_key_is_a_conflict_and_the_same_key_is_none() {
    let mut life = after(Life::offered(by_code()), [Event::WordsMatch, mixed(0)]);
    let exchange = life.exchange().unwrap().clone();
    for _ in 0..3 {
        let answer = life.mix(1, &exchange.theirs, START).unwrap();
        assert_eq!(answer, Mix::Repeat(exchange.ours.clone()));
    }
    let thief = AgreementSecret::generate().key();
    assert_eq!(life.mix(1, &thief, START).unwrap(), Mix::Conflict);
    life.apply(Event::Alarmed(AlarmKind::ActivatedTwice), START)
        .unwrap();
    assert!(life.is_frozen() && !life.is_verified());
    assert_eq!(life.mix(1, &exchange.theirs, START), Err(LifeError::Frozen));
    for event in [Event::Resume, Event::AlarmHeeded] {
        assert_eq!(life.apply(event, START), Err(LifeError::Frozen));
    }
    // Another alarm does not hide this one, and revoking is what is left.
    let life = after(life, [Event::Alarmed(AlarmKind::WrongCode), Event::Revoke]);
    assert_eq!(life.alarm().unwrap().kind, AlarmKind::ActivatedTwice);
    assert_eq!(life.state_at(START), Revoked);
}

#[test]
fn threat_36_a_second_claim_freezes_at_any_step() {
    let beginnings: [fn(Beginning) -> Life; 4] = [Life::requested, Life::offered, Life::opened, Life::in_use];
    for begin in beginnings {
        for before in [vec![], vec![Event::Alarmed(AlarmKind::TlsKeyChanged)]] {
            let alarm = Event::Alarmed(AlarmKind::ClaimedTwice);
            let mut life = after(begin(by_code()), before.into_iter().chain([alarm]));
            assert!(life.is_frozen());
            for event in [Event::Answered, Event::WordsMatch, Event::Resume, mixed(0)] {
                assert!(life.apply(event, START).is_err());
                assert!(!life.state_at(START).is_usable());
            }
        }
    }
}

#[test]
fn threat_38_words_that_differ_end_it() {
    let mut life = after(Life::opened(by_code()), [Event::WordsDiffer]);
    assert_eq!(life.state_at(START), Revoked);
    assert!(life.apply(Event::WordsMatch, START).is_err());
    assert!(life.apply(mixed(0), START).is_err());
}

#[test]
fn threat_52_another_tls_key_or_identity_is_settled_by_the_words_alone() {
    for kind in [AlarmKind::TlsKeyChanged, AlarmKind::IdentityChanged] {
        let begun = after(
            Life::opened(by_code()),
            [Event::WordsMatch, mixed(0), Event::Used],
        );
        let mut life = after(
            begun,
            [Event::Alarmed(kind), Event::Alarmed(AlarmKind::AuditWentBack)],
        );
        assert!(!life.is_verified());
        assert_eq!(life.alarm().unwrap().kind, kind, "a lesser alarm hides none");
        assert_eq!(life.apply(Event::AlarmHeeded, START), Err(LifeError::NotVerified));
        let life = after(life, [Event::WordsMatch]);
        assert!(life.is_verified() && life.alarm().is_none());
    }
}

#[test]
fn an_alarm_that_a_person_has_seen_is_gone() {
    for kind in [AlarmKind::WrongCode, AlarmKind::AuditWentBack] {
        let life = after(
            Life::in_use(by_code()),
            [Event::Alarmed(kind), Event::AlarmHeeded],
        );
        assert!(life.alarm().is_none());
    }
}

#[test]
fn an_offer_that_nobody_took_up_ends_and_what_was_taken_up_does_not() {
    let late = START.plus_seconds(DAY);
    for (events, state) in [
        (vec![], Expired),
        (vec![Event::Delivered, Event::Opened, Event::WordsMatch], Expired),
        (vec![Event::WordsMatch, mixed(0)], CredentialState::Activated),
        (vec![Event::WordsMatch, mixed(0), Event::Used], Active),
    ] {
        let life = after(Life::offered(by_code()), events);
        assert_eq!(life.state_at(late), state);
        assert_eq!(life.mix(1, &key(1), late).is_err(), state == Expired);
    }
    let mut suspended = after(Life::offered(by_code()), [Event::Suspend]);
    suspended.apply(Event::Resume, late).unwrap();
    assert_eq!(suspended.state_at(late), Expired);
}

#[test]
fn a_holder_whose_reply_was_lost_does_not_give_up_when_the_offer_ends() {
    let mut life = after(Life::opened(by_code()), [Event::WordsMatch]);
    let late = START.plus_seconds(2 * DAY);
    assert!(life.state_at(late).is_usable());
    life.apply(mixed(0), late).unwrap();
    assert_eq!(life.generation(), 1);
}

#[test]
fn a_lease_ends_whatever_the_state_and_cannot_be_prolonged_afterwards() {
    let beginning = Beginning {
        lease_ends: Some(START.plus_seconds(DAY)),
        ..by_code()
    };
    for events in [
        vec![],
        vec![Event::Suspend],
        vec![Event::WordsMatch, mixed(9 * DAY)],
    ] {
        let mut life = after(Life::offered(beginning.clone()), events);
        let late = START.plus_seconds(DAY);
        assert_eq!(life.state_at(late), Expired);
        assert!(life.overlap(late).is_none());
        assert!(life.apply(Event::LeaseChanged { ends: None }, late).is_err());
        assert!(life.apply(Event::Resume, late).is_err());
    }
}

#[test]
fn a_reply_that_came_twice_is_no_second_rotation() {
    let first = mixed(0);
    let mut life = after(Life::opened(by_code()), [Event::WordsMatch, first.clone()]);
    assert!(life.apply(first, START).is_err());
    assert_eq!(life.generation(), 1);
}

#[test]
fn plain_values_are_replaced_and_never_activated() {
    let plain = || Beginning {
        delivery: Some(Delivery::Plain),
        ..Beginning::default()
    };
    let mut life = after(Life::in_use(plain()), [Event::WordsMatch]);
    assert!(life.apply(mixed(0), START).is_err());
    let replaced = |overlap| Step::Replaced { overlap }.at(START);
    let life = after(life, [replaced(60)]);
    assert_eq!(life.state_at(START), Rotating);
    assert!(!life.is_verified(), "the words were those of the old secrets");
    let life = after(life, [Event::OverlapEnded]);
    assert_eq!(life.state_at(START), Active);
    // What nobody used yet still ends with its offer.
    let offered = Life::offered(Beginning {
        offer_ends: Some(START.plus_seconds(DAY)),
        ..plain()
    });
    let life = after(offered, [replaced(0)]);
    assert_eq!(life.state_at(START), Offered);
    assert_eq!(life.state_at(START.plus_seconds(DAY)), Expired);
    let mut activated = after(Life::offered(by_code()), [Event::WordsMatch, mixed(0)]);
    assert!(activated.apply(replaced(0), START).is_err());
}

use super::*;
use crate::model::{AppId, InstanceName};
use crate::model::{CredentialState as State, Timestamp};
use proptest::prelude::*;
use std::collections::HashSet;

fn alarm() -> Alarm {
    Alarm {
        kind: super::super::AlarmKind::WrongCode,
        at: Timestamp::parse("2026-11-23T16:00:00+00:00").unwrap(),
    }
}

fn address() -> PointerAddress {
    PointerAddress::parse("ptr_0123456789ab").unwrap()
}

/// Somebody, or the other side, does something.
#[derive(Debug, Clone)]
enum Deed {
    Forward,
    Back,
    Restart,
    Answer(u8),
    Happens(Happened),
}

fn deeds() -> impl Strategy<Value = Deed> {
    let states = prop::sample::select(State::ALL.to_vec());
    let id = "offer_1".to_owned();
    prop_oneof![
        4 => Just(Deed::Forward),
        2 => Just(Deed::Back),
        1 => Just(Deed::Restart),
        6 => any::<u8>().prop_map(Deed::Answer),
        1 => Just(Deed::Happens(Happened::Made(id.clone()))),
        1 => Just(Deed::Happens(Happened::Asked(id.clone()))),
        1 => states.clone().prop_map(move |state| Deed::Happens(Happened::Kept(id.clone(), state))),
        1 => Just(Deed::Happens(Happened::WordsMatch)),
        1 => Just(Deed::Happens(Happened::WordsDiffer)),
        2 => (states, any::<bool>(), any::<bool>()).prop_map(|(state, verified, rings)| {
            Deed::Happens(Happened::Seen { state, verified, alarm: rings.then(alarm) })
        }),
        1 => Just(Deed::Happens(Happened::Checked)),
        1 => Just(Deed::Happens(Happened::PointerMade(address()))),
    ]
}

/// Answers the present step in one of its ways.
fn answer(course: &mut Course, choice: u8) {
    let pick = usize::from(choice);
    let name = InstanceName::parse("alpha").unwrap();
    let at = course.at();
    let answers = &mut course.answers;
    match at {
        Step::Instance => answers.instance = Some(name),
        Step::Who => answers.app_id = AppId::parse("museum").ok(),
        Step::Purpose => answers.purpose = Purpose::ALL[pick % 5],
        Step::Scope => {
            answers.addresses.insert(address());
            answers.tag = "air".into();
            answers.actions.insert("whoami".into());
            answers.connections.insert("conn_0123456789ab".parse().unwrap());
        }
        Step::Holders => answers.holders = [vec![Holder::Console], vec![]][pick % 2].clone(),
        Step::Delivery | Step::Way => answers.delivery = Delivery::ALL[pick % 4],
        Step::Request => answers.request = "a request".into(),
        Step::Code | Step::Plain => answers.url = "http://127.0.0.1:5001".into(),
        Step::Bundle => answers.bundle = Source::of("offer.age"),
        _ => {}
    }
}

fn check(course: &Course) -> Result<(), TestCaseError> {
    let steps = course.steps();
    let place = |step| steps.iter().position(|at| *at == step);
    prop_assert!(
        place(course.at()).is_some(),
        "{:?} is not in {steps:?}",
        course.at()
    );
    prop_assert!(place(course.first()).is_some());
    prop_assert!(place(course.first()) <= place(course.at()), "{course:?}");
    let distinct: HashSet<_> = steps.iter().collect();
    prop_assert_eq!(distinct.len(), steps.len());
    // What is shown at a step exists.
    if place(course.at()) > place(Step::Review) && place(Step::Review).is_some() {
        prop_assert!(course.under_way().is_some());
    }
    if place(course.at()) > place(Step::Words) && place(Step::Words).is_some() {
        prop_assert!(course.under_way().unwrap().verified, "nobody compared the words");
    }
    if course.at() == Step::Call {
        prop_assert!(course.pointer().is_some());
    }
    let written = serde_json::to_string(course).unwrap();
    prop_assert_eq!(&serde_json::from_str::<Course>(&written).unwrap(), course);
    Ok(())
}

proptest! {
    #[test]
    fn whatever_people_and_peers_do_leaves_a_legal_step(
        side in prop::sample::select(vec![Side::Issued, Side::Held]),
        deeds in prop::collection::vec(deeds(), 0..80),
    ) {
        let mut course = Course::of(side);
        for deed in deeds {
            let before = course.at();
            match deed {
                Deed::Forward => {
                    let turned = course.forward();
                    prop_assert_eq!(turned.unwrap_or(before), course.at());
                }
                Deed::Back => {
                    let turned = course.back();
                    prop_assert_eq!(turned.unwrap_or(before), course.at());
                }
                Deed::Restart => {
                    let written = serde_json::to_value(&course).unwrap();
                    course = serde_json::from_value(written).unwrap();
                }
                Deed::Answer(choice) => answer(&mut course, choice),
                Deed::Happens(what) => course.happened(what),
            }
            check(&course)?;
        }
        // From anywhere, going back leads out.
        let mut left = course.clone();
        let turns = (0..60).take_while(|_| left.back().is_some()).count();
        prop_assert!(turns < 30);
        check(&left)?;
        // And what is under way can be found again without the draft.
        if let Some(under_way) = course.under_way() {
            check(&Course::resumed(side, course.answers.delivery, under_way.clone()))?;
        }
    }
}

/// Answers and goes on until it stands still; returns the steps that it came by.
fn walk(course: &mut Course) -> Vec<Step> {
    let mut seen = vec![course.at()];
    loop {
        answer(course, 0);
        match course.at() {
            Step::Review => course.happened(Happened::Made("offer_1".into())),
            Step::Ask => course.happened(Happened::Asked("req_1".into())),
            Step::Keep => course.happened(Happened::Kept("offer_1".into(), State::Opened)),
            Step::HandOver if course.answers.delivery == Delivery::Code => course.happened(Happened::Seen {
                state: State::Delivered,
                verified: false,
                alarm: None,
            }),
            Step::Words => course.happened(Happened::WordsMatch),
            Step::Activation => course.happened(Happened::Seen {
                state: State::Active,
                verified: true,
                alarm: None,
            }),
            Step::Checks => {
                course.happened(Happened::Checked);
                course.forward();
            }
            Step::Pointer => course.happened(Happened::PointerMade(address())),
            _ if course.forward().is_none() => return seen,
            _ => {}
        }
        seen.push(course.at());
    }
}

#[test]
fn every_side_and_every_way_comes_to_its_end() {
    for (index, delivery) in Delivery::ALL.into_iter().enumerate() {
        for side in [Side::Issued, Side::Held] {
            let mut course = Course::of(side);
            while !matches!(course.at(), Step::Delivery | Step::Way) {
                answer(&mut course, 0);
                course.forward().unwrap();
            }
            course.answers.delivery = Delivery::ALL[index];
            course.forward().unwrap();
            let seen = walk(&mut course);
            assert_eq!(seen.last(), Some(&Step::Done), "{side:?} {delivery}: {seen:?}");
            assert_eq!(
                seen.contains(&Step::Words),
                delivery != Delivery::Plain,
                "{delivery}"
            );
        }
    }
}

#[test]
fn a_code_that_was_claimed_turns_the_page_and_words_that_differ_end_it() {
    let under_way = UnderWay {
        id: "offer_1".into(),
        state: State::Offered,
        verified: false,
        alarm: None,
    };
    let mut course = Course::resumed(Side::Issued, Delivery::Code, under_way);
    assert_eq!(course.at(), Step::HandOver);
    assert_eq!(course.clone().back(), None, "what was made is not unmade");
    assert_eq!(course.forward(), None, "there are no words on the other side yet");
    course.happened(Happened::Seen {
        state: State::Delivered,
        verified: false,
        alarm: None,
    });
    assert_eq!(course.at(), Step::Words);
    assert_eq!(course.forward(), None, "somebody has to say it");
    course.happened(Happened::WordsDiffer);
    assert!(course.is_over());
    assert_eq!((course.forward(), course.back()), (None, None));
}

#[test]
fn words_that_were_compared_are_not_asked_about_again() {
    for (side, at) in [(Side::Issued, Step::HandOver), (Side::Held, Step::Words)] {
        let mut under_way = UnderWay {
            id: "offer_1".into(),
            state: State::Opened,
            verified: false,
            alarm: None,
        };
        let course = Course::resumed(side, Delivery::Passphrase, under_way.clone());
        assert_eq!(course.first(), at);
        under_way.state = State::Verified;
        under_way.verified = true;
        let mut course = Course::resumed(side, Delivery::Passphrase, under_way);
        assert_eq!(course.at(), Step::Activation);
        assert_eq!(course.back(), None, "one leaves from here");
    }
}

#[test]
fn the_default_is_the_least_that_the_purpose_needs() {
    let mut answers = Answers::default();
    assert!(!answers.is_scope_chosen());
    answers.addresses.insert(address());
    let grant = answers.grant();
    assert_eq!(grant.actions.iter().collect::<Vec<_>>(), ["get_pointer_summary"]);
    assert!(!grant.pointers.all && !grant.writes && grant.hops == 0);
    assert_eq!(grant.pointers.addresses.len(), 1);
    assert_eq!(answers.lease_days, Some(90));
}

#[test]
fn whether_calls_are_taken_once_is_asked_where_it_is_a_choice() {
    let mut course = Course::of(Side::Issued);
    course.answers.strict_replay = true;
    for delivery in Delivery::ALL {
        course.answers.delivery = delivery;
        let is_plain = delivery == Delivery::Plain;
        assert_eq!(course.steps().contains(&Step::Replays), is_plain, "{delivery}");
        assert_eq!(course.answers.grant().strict_replay, is_plain, "{delivery}");
    }
}

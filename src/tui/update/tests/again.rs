//! What could not be told is asked for again by itself.

use super::*;
use crate::protocol::Code;
use crate::tui::message::Message;
use crate::workspace::Failure;

fn late() -> Failure {
    Failure::new(Code::DeadlineExceeded, "no answer in time", "wait")
}

fn is_planned(effects: &[Effect]) -> bool {
    let plans = |effect: &Effect| matches!(effect, Effect::After(_, Message::AskAgain));
    effects.iter().any(plans)
}

#[test]
fn lists_that_could_not_be_told_are_asked_for_again_all_at_once() {
    let mut state = blank(SIZE);
    start(&mut state, Start::Open);
    let generation = state.log.generation;
    let failures = [
        Message::Instances(Err(late())),
        Message::Credentials(Err(late())),
        Message::Log {
            generation,
            outcome: Err(late()),
        },
    ];
    let planned = failures.map(|message| is_planned(&update(&mut state, message)));
    assert_eq!(planned, [true, false, false], "one wait is enough for all");
    let asked = update(&mut state, Message::AskAgain);
    let asks = |wanted: fn(&Effect) -> bool| asked.iter().filter(|effect| wanted(effect)).count();
    assert_eq!(asks(|effect| matches!(effect, Effect::LoadInstances)), 1);
    assert_eq!(asks(|effect| matches!(effect, Effect::LoadCredentials)), 1);
    assert_eq!(asks(|effect| matches!(effect, Effect::LoadLog { .. })), 1);
    assert!(is_planned(&update(&mut state, Message::Instances(Err(late())))));
    answer(&mut state, asked);
    assert!(!state.instances.rows.is_empty());
    assert!(update(&mut state, Message::AskAgain).is_empty());
}

#[test]
fn pointers_are_asked_for_again_where_the_instance_answers_and_the_reason_passes() {
    for (code, is, again) in [
        (Code::DeadlineExceeded, InstanceState::Up, true),
        (Code::RateLimited, InstanceState::Up, true),
        (Code::NotGranted, InstanceState::Up, false),
        (Code::DeadlineExceeded, InstanceState::Unreachable, false),
    ] {
        let mut state = demo(SIZE);
        let name = state.pointers.instance.clone().unwrap();
        let place = state.instances.index(name.as_str()).unwrap();
        let instance = state.instances.rows[place].row.name.clone();
        state.instances.rows[place].row.state = is;
        state.pointers.ask_again();
        let asked = update(&mut state, Message::Tick);
        let page = asked.iter().find_map(|effect| match effect {
            Effect::LoadPointers { generation, page, .. } => Some((*generation, *page)),
            _ => None,
        });
        let (generation, page) = page.expect("its pointers are asked for");
        let message = Message::Pointers {
            instance,
            generation,
            page,
            outcome: Err(Failure::new(code, "not now", "wait")),
        };
        assert_eq!(is_planned(&update(&mut state, message)), again, "{code:?} {is:?}");
        let asked = update(&mut state, Message::AskAgain);
        let asks = |effect: &Effect| matches!(effect, Effect::LoadPointers { .. });
        assert_eq!(asked.iter().any(asks), again, "{code:?} {is:?}");
    }
}

#[test]
fn a_locked_console_asks_for_nothing() {
    let mut state = demo(SIZE);
    update(&mut state, Message::Instances(Err(late())));
    state.phase = Phase::Shut;
    assert!(update(&mut state, Message::AskAgain).is_empty());
    assert!(!state.asks_again);
}

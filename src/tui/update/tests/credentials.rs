//! When the credentials are asked for.

use super::*;
use crate::model::InstanceState;
use crate::tui::message::Message;

fn asks(effects: &[Effect]) -> usize {
    let asks = |effect: &&Effect| matches!(effect, Effect::LoadCredentials);
    effects.iter().filter(asks).count()
}

/// Answers with these instances missing from the list; how often it is asked for again.
fn told(state: &mut State, missing: &[&str]) -> usize {
    let missing = missing.iter().map(|name| fake::failure().on(*name)).collect();
    asks(&update(
        state,
        Message::Credentials(Ok((fake::credentials(), missing))),
    ))
}

fn seen(state: &mut State, name: &str, is: InstanceState) -> usize {
    let mut row = fake::instances()
        .into_iter()
        .find(|row| row.name.as_str() == name)
        .unwrap();
    row.state = is;
    asks(&update(state, Message::Probed(row.name.clone(), Ok(row))))
}

/// A home with its instances listed, none of them looked at.
fn opening() -> (State, usize) {
    let mut state = blank(SIZE);
    let effects = start(&mut state, Start::Open);
    let mut count = asks(&effects);
    for effect in effects {
        let message = match effect {
            Effect::LoadInstances => {
                let mut rows = fake::instances();
                rows.iter_mut().for_each(|row| row.state = InstanceState::Unknown);
                Message::Instances(Ok(rows))
            }
            Effect::LoadLog { generation, ask } => Message::Log {
                generation,
                outcome: Ok(fake::log_window(&ask)),
            },
            _ => continue,
        };
        count += asks(&update(&mut state, message));
    }
    (state, count)
}

#[test]
fn a_console_that_opens_asks_once() {
    let (mut state, mut count) = opening();
    count += seen(&mut state, "alpha", InstanceState::Up);
    count += told(&mut state, &[]);
    count += seen(&mut state, "beta", InstanceState::Up);
    assert_eq!(count, 1);
}

#[test]
fn an_instance_that_could_not_be_asked_is_asked_when_it_answers() {
    let (mut state, _) = opening();
    assert_eq!(told(&mut state, &["beta"]), 0);
    assert_eq!(seen(&mut state, "alpha", InstanceState::Up), 0);
    assert_eq!(seen(&mut state, "beta", InstanceState::Up), 1);
    assert_eq!(told(&mut state, &[]), 0);
    // It went and came back: who knows what it did meanwhile.
    assert_eq!(seen(&mut state, "beta", InstanceState::Unreachable), 0);
    assert_eq!(seen(&mut state, "beta", InstanceState::Up), 1);
}

#[test]
fn an_instance_that_answers_while_the_list_is_on_its_way_is_asked_only_if_the_list_lacks_it() {
    let (mut state, _) = opening();
    assert_eq!(seen(&mut state, "beta", InstanceState::Up), 0);
    assert_eq!(told(&mut state, &["beta"]), 1);
    assert_eq!(told(&mut state, &["beta"]), 0, "it does not go round for ever");
}

#[test]
fn what_changed_while_the_list_was_on_its_way_is_asked_for_once_more() {
    let mut state = demo(SIZE);
    assert_eq!(asks(&key(&mut state, "f5")), 1);
    assert_eq!(asks(&key(&mut state, "f5")), 0, "one at a time");
    assert_eq!(
        told(&mut state, &[]),
        1,
        "what came may be older than the second wish"
    );
    assert_eq!(told(&mut state, &[]), 0);
}

//! What was set in earlier runs, when it comes late or not at all.

use super::*;
use crate::protocol::Code;
use crate::tui::message::Message;
use crate::workspace::Failure;
use std::time::Duration;

fn late() -> Failure {
    Failure::new(Code::DeadlineExceeded, "no answer in time", "wait")
}

/// A console whose settings, drafts and terms of locking could not be told.
fn forgetful() -> State {
    let mut state = blank(SIZE);
    let asked = start(&mut state, Start::Open);
    for effect in asked {
        match effect {
            Effect::LoadPreferences => update(&mut state, Message::Preferences(Err(late()))),
            Effect::LoadDrafts => update(&mut state, Message::Drafts(Err(late()))),
            Effect::LoadIdleLock => update(&mut state, Message::IdleLock(Err(late()))),
            other => {
                answer(&mut state, vec![other]);
                continue;
            }
        };
    }
    state
}

/// What is kept because of a key or a line.
fn kept(effects: Vec<Effect>) -> Vec<(&'static str, String)> {
    let kept = effects.into_iter().filter_map(|effect| match effect {
        Effect::Remember(name, value) => Some((name, value)),
        _ => None,
    });
    kept.collect()
}

#[test]
fn what_could_not_be_told_at_the_start_is_asked_for_again() {
    let mut state = forgetful();
    assert!(state.asks_again);
    assert_eq!(state.idle.after, None);
    let asked = update(&mut state, Message::AskAgain);
    let asks = |wanted: fn(&Effect) -> bool| asked.iter().any(wanted);
    assert!(asks(|effect| matches!(effect, Effect::LoadPreferences)));
    assert!(asks(|effect| matches!(effect, Effect::LoadDrafts)));
    assert!(asks(|effect| matches!(effect, Effect::LoadIdleLock)));
    answer(&mut state, asked);
    assert_eq!(state.idle.after, Some(Duration::from_secs(900)));
    assert!(update(&mut state, Message::AskAgain).is_empty());
}

#[test]
fn that_it_could_not_be_told_is_said_once() {
    let mut state = forgetful();
    let said = state.reports.len();
    assert!(said >= 3);
    for message in [
        Message::Preferences(Err(late())),
        Message::Drafts(Err(late())),
        Message::IdleLock(Err(late())),
    ] {
        update(&mut state, message);
    }
    assert_eq!(state.reports.len(), said);
}

#[test]
fn nothing_is_kept_over_settings_that_could_not_be_told() {
    let mut state = forgetful();
    assert_eq!(kept(say(&mut state, "zoom")), []);
    assert_eq!(kept(key(&mut state, "1")), []);
    assert_eq!(kept(update(&mut state, Message::Terminate)), []);
}

#[test]
fn what_was_changed_meanwhile_stands_when_the_settings_come() {
    let mut state = forgetful();
    say(&mut state, "zoom");
    let zoomed = state.zoom;
    let told = [
        ("zoom", (!zoomed).to_string()),
        ("pointers.filter", "tag:survey".to_owned()),
        ("history", r#"["doctor"]"#.to_owned()),
        ("place", r#"{"instance":"gamma"}"#.to_owned()),
    ];
    let told = told.map(|(name, value)| (name.to_owned(), value));
    let kept = kept(update(&mut state, Message::Preferences(Ok(told.into()))));
    assert_eq!(state.zoom, zoomed);
    assert_eq!(state.pointers.filter, "tag:survey");
    assert_eq!(state.history, ["doctor", "zoom"]);
    let expected = [
        ("history", r#"["doctor","zoom"]"#.to_owned()),
        ("zoom", zoomed.to_string()),
    ];
    assert_eq!(kept, expected);
    assert!(
        state.returning.is_none(),
        "whoever waited is somewhere else by now"
    );
}

#[test]
fn settings_that_are_told_twice_change_nothing() {
    let mut state = demo(SIZE);
    say(&mut state, "zoom");
    let told = vec![("history".to_owned(), r#"["doctor","zoom"]"#.to_owned())];
    for _ in 0..2 {
        update(&mut state, Message::Preferences(Ok(told.clone())));
        assert_eq!(state.history, ["doctor", "zoom"]);
    }
}

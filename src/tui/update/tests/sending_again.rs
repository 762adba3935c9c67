//! What the log asked is sent again: after a question where it destroys, and not at all where nothing may change.

use super::super::*;
use super::SIZE;
use crate::protocol::Query;
use crate::tui::effect::{Consent, Work};
use crate::tui::fake::{demo, press};
use crate::tui::layers::Layer;
use crate::tui::message::{Again, Done};
use crate::workspace::Destruction;
use serde_json::json;

fn key(state: &mut State, key: &str) -> Vec<Effect> {
    update(state, Message::Key(crate::command::Key::parse(key).unwrap()))
}

/// The work that a key begins.
fn begun(state: &mut State, pressed: &str) -> Option<(u64, Work)> {
    key(state, pressed).into_iter().find_map(|effect| match effect {
        Effect::Work(ticket, work) => Some((ticket, work)),
        _ => None,
    })
}

fn asks(ticket: u64) -> Message {
    let destruction = Destruction {
        query: Query::new("clear_audit_log", json!({})),
        instance: "beta".into(),
        way: Some("through ptr_000000000003 of alpha".into()),
    };
    Message::Worked(ticket, Ok(Done::Asks(Box::new(destruction), Again::Send(2))))
}

#[test]
fn what_destroys_is_sent_again_after_a_yes_only() {
    let mut state = demo(SIZE);
    press(&mut state, &["4", "k"]);
    let (ticket, work) = begun(&mut state, "r").unwrap();
    assert!(matches!(work, Work::Replay(_, Consent::Unasked)));
    update(&mut state, asks(ticket));
    let Some(Layer::Confirm(confirm)) = state.layers.last() else {
        panic!("it does not ask");
    };
    assert_eq!(confirm.instance.as_deref(), Some("beta"));
    assert!(
        confirm.text.contains("through ptr_000000000003 of alpha"),
        "{}",
        confirm.text
    );
    assert!(matches!(
        begun(&mut state, "y"),
        Some((_, Work::Replay(2, Consent::Given)))
    ));
}

#[test]
fn whoever_has_gone_on_meanwhile_is_not_asked() {
    let mut state = demo(SIZE);
    press(&mut state, &["4"]);
    let (ticket, _) = begun(&mut state, "r").unwrap();
    press(&mut state, &[":"]);
    update(&mut state, asks(ticket));
    assert!(matches!(state.layers.as_slice(), [Layer::Command(_)]));
    let told = &state.reports.back().unwrap().text;
    assert!(told.contains("not sent again"), "{told}");
}

#[test]
fn a_console_that_only_reads_sends_again_what_reads_and_nothing_else() {
    let mut state = demo(SIZE);
    state.read_only = true;
    press(&mut state, &["4"]);
    for pressed in ["r", "+"] {
        assert!(begun(&mut state, pressed).is_some(), "{pressed}");
    }
    let mut state = demo(SIZE);
    state.read_only = true;
    press(&mut state, &["4", "enter"]);
    let Some(Layer::Invoke(page)) = state.layers.last_mut() else {
        panic!("its page is open");
    };
    let entry = page.entry.as_mut().expect("it is there");
    std::sync::Arc::make_mut(entry).row.action = "create_pointer".to_owned();
    page.id = entry.row.id;
    for pressed in ["r", "+"] {
        assert!(begun(&mut state, pressed).is_none(), "{pressed}");
    }
}

#[test]
fn a_console_that_only_reads_marks_no_line_and_writes_no_note() {
    let mut state = demo(SIZE);
    state.read_only = true;
    press(&mut state, &["4"]);
    for pressed in ["v", "space", "n"] {
        let effects = key(&mut state, pressed);
        let marks = effects.iter().any(|effect| matches!(effect, Effect::MarkLog(..)));
        assert!(!marks && state.layers.is_empty(), "{pressed}");
    }
    press(&mut state, &[":"]);
    crate::tui::fake::write(&mut state, "note seen");
    assert!(begun(&mut state, "enter").is_none());
}

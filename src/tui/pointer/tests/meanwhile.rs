//! Others change a pointer while its form is open: theirs and yours beside each other, and what shall stand.

use super::{compare, open_row};
use crate::model::{Pointer, PointerChange};
use crate::protocol::Code;
use crate::tui::effect::{Effect, Work};
use crate::tui::fake::{self, demo, key, press, write};
use crate::tui::layers::{Form, Layer};
use crate::tui::message::{Done, Message, Present};
use crate::tui::state::State;
use crate::tui::update::update;
use crate::workspace::Failure;

fn form(state: &State) -> &Form {
    match state.layers.last() {
        Some(Layer::Form(form)) => form,
        _ => panic!("no form is on top"),
    }
}

/// The change that is under way, with its ticket.
fn sent(effects: Vec<Effect>) -> (u64, PointerChange) {
    let mut works = effects.into_iter().filter_map(|effect| match effect {
        Effect::Work(ticket, Work::Update(_, _, change)) => Some((ticket, *change)),
        _ => None,
    });
    works.next().expect("no change is under way")
}

fn theirs() -> Pointer {
    let seen = fake::pointer(0);
    Pointer {
        description: "Rain and snow, all stations".into(),
        tags: Vec::new(),
        connection_id: Some("conn_0123456789ab".parse().unwrap()),
        last_modified: seen.last_modified.plus_seconds(90),
        ..seen
    }
}

fn refusal() -> Failure {
    let message = format!(
        "The pointer {} was changed meanwhile, at {} by museum-console; nothing was written.",
        fake::pointer(0).address,
        theirs().last_modified
    );
    let remedy = "look at what it is now, and make the change again if it still is to be";
    Failure::new(Code::ChangedMeanwhile, message, remedy).on("alpha")
}

/// Types into the form of the first pointer and sends it off, and others were there first.
fn meet(state: &mut State) {
    press(state, &["e"]);
    write(state, " in Oslo");
    let (ticket, change) = sent(key(state, "ctrl-s"));
    assert_eq!(change.if_unchanged_since, Some(fake::pointer(0).last_modified));
    let done = Done::Meanwhile(refusal(), Present::Pointer(Box::new(theirs())));
    let effects = update(state, Message::Worked(ticket, Ok(done)));
    fake::answer(state, effects);
}

#[test]
fn what_others_changed_stands_beside_what_was_typed() {
    compare("meanwhile", |state| {
        open_row(state, 0);
        meet(state);
    });
    compare("meanwhile_back", |state| {
        open_row(state, 0);
        meet(state);
        press(state, &["b"]);
    });
}

#[test]
fn a_key_pressed_without_reading_loses_nothing_and_saving_asks_again() {
    for unread in ["enter", "esc"] {
        let mut state = demo((120, 36));
        open_row(&mut state, 0);
        meet(&mut state);
        press(&mut state, &[unread]);
        assert!(form(&state).value("description").ends_with(" in Oslo"));
        let (_, change) = sent(key(&mut state, "ctrl-s"));
        assert_eq!(change.if_unchanged_since, Some(fake::pointer(0).last_modified));
    }
}

#[test]
fn overwriting_saves_what_was_typed_and_leaves_the_rest_theirs() {
    let mut state = demo((120, 36));
    open_row(&mut state, 0);
    meet(&mut state);
    let (_, change) = sent(key(&mut state, "o"));
    let expected = PointerChange {
        description: Some(format!("{} in Oslo", fake::pointer(0).description)),
        if_unchanged_since: Some(theirs().last_modified),
        ..PointerChange::default()
    };
    assert_eq!(change, expected);
}

#[test]
fn theirs_is_taken_into_the_form_and_nothing_is_saved() {
    let mut state = demo((120, 36));
    open_row(&mut state, 0);
    meet(&mut state);
    let effects = key(&mut state, "t");
    assert!(
        !effects.iter().any(|effect| matches!(effect, Effect::Work(..))),
        "nothing is saved yet"
    );
    assert_eq!(form(&state).value("description"), theirs().description);
    assert_eq!(form(&state).value("tags"), "");
    write(&mut state, "!");
    let (_, change) = sent(key(&mut state, "ctrl-s"));
    let expected = PointerChange {
        description: Some(format!("{}!", theirs().description)),
        if_unchanged_since: Some(theirs().last_modified),
        ..PointerChange::default()
    };
    assert_eq!(change, expected);
}

#[test]
fn who_closed_the_form_hears_that_nothing_was_saved() {
    let mut state = demo((120, 36));
    open_row(&mut state, 0);
    press(&mut state, &["e"]);
    write(&mut state, " in Oslo");
    let (ticket, _) = sent(key(&mut state, "ctrl-s"));
    press(&mut state, &["esc"]);
    let layers = state.layers.len();
    let done = Done::Meanwhile(refusal(), Present::Pointer(Box::new(theirs())));
    update(&mut state, Message::Worked(ticket, Ok(done)));
    assert_eq!(state.layers.len(), layers, "nothing is asked");
    let last = state.reports.back().unwrap();
    assert!(last.text.contains("nothing was written"), "{}", last.text);
}

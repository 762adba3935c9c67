//! What comes when one has gone on: it covers nothing that is typed, takes no key, and is not lost.

use super::super::*;
use super::{SIZE, works};
use crate::command::Id;
use crate::tui::fake::{self, demo, key, press, write};
use crate::tui::layers::Layer;
use crate::tui::message::Done;
use crate::tui::state::Level;

/// Calls a pointer, goes on by these keys, and is answered then.
fn answered_after(keys: &[&str], outcome: crate::tui::outcome::Outcome<Done>) -> State {
    let mut state = demo(SIZE);
    press(&mut state, &["j", "j", "j"]);
    let (ticket, _) = works(key(&mut state, "c")).remove(0);
    press(&mut state, keys);
    update(&mut state, Message::Worked(ticket, outcome));
    state
}

#[test]
fn a_reply_does_not_come_over_a_form_and_its_letters_stay_letters() {
    let mut state = answered_after(&["n"], Ok(Done::Invoked(14)));
    write(&mut state, "river");
    assert!(matches!(state.layers.as_slice(), [Layer::Form(form)] if form.value("description") == "river"));
    assert!(state.running.is_empty(), "r sent nothing again");
    let told = state.reports.back().unwrap();
    assert_eq!(told.text, "answered: line 14 of the log");
    assert_eq!(told.remedy, "4 shows it");
}

#[test]
fn a_reply_comes_over_no_line_that_is_typed_and_over_no_other_page() {
    for keys in [["4", "/"], ["4", "N"], ["4", "enter"], ["4", ":"]] {
        let state = answered_after(&keys, Ok(Done::Invoked(14)));
        assert_eq!(state.layers.len(), 1, "{keys:?}");
        assert!(!matches!(state.layers.last(), Some(Layer::Invoke(page)) if page.id == 14));
    }
    // Sent again on a page where one looks for something by now.
    let mut state = demo(SIZE);
    press(&mut state, &["4", "enter"]);
    let (ticket, _) = works(key(&mut state, "r")).remove(0);
    press(&mut state, &["/"]);
    assert!(state.layers.last().is_some_and(Layer::is_typed_into));
    update(&mut state, Message::Worked(ticket, Ok(Done::Invoked(14))));
    assert!(
        state.layers.last().is_some_and(Layer::is_typed_into),
        "it is still typed into"
    );
}

#[test]
fn a_failure_is_said_on_the_status_line_then() {
    let state = answered_after(&["n"], Err(fake::failure()));
    assert!(matches!(state.layers.as_slice(), [Layer::Form(_)]));
    assert!(
        state
            .reports
            .back()
            .unwrap()
            .text
            .contains(&fake::failure().message)
    );
}

#[test]
fn what_is_shown_once_lies_beneath_until_one_is_done() {
    let reply = Box::new(serde_json::json!({"dust": 12}));
    let mut state = answered_after(&["n"], Ok(Done::Unlogged(reply, fake::failure())));
    assert!(matches!(
        state.layers.as_slice(),
        [Layer::Notice(_), Layer::Form(_)]
    ));
    let told = state.reports.back().unwrap();
    assert_eq!(told.level, Level::Warn);
    assert!(
        told.text.contains("shown once what lies over it is closed"),
        "{}",
        told.text
    );
    press(&mut state, &["esc"]);
    assert!(matches!(state.layers.as_slice(), [Layer::Notice(_)]));
}

#[test]
fn a_secret_that_lies_beneath_is_not_lost_where_one_goes_from_page_to_pane() {
    let words = || crate::seal::Passphrase::parse("correct horse battery staple").unwrap();
    for goes in [
        Id::ShowInstances,
        Id::ShowPointers,
        Id::ShowCredentials,
        Id::ShowLog,
    ] {
        let exported = Done::VaultExported("/srv/vault.age".into(), words());
        let mut state = answered_after(&["4", "enter"], Ok(exported));
        assert!(matches!(
            state.layers.as_slice(),
            [Layer::Notice(_), Layer::Invoke(_)]
        ));
        perform(&mut state, goes, None);
        assert!(
            matches!(state.layers.as_slice(), [Layer::Notice(notice)] if notice.secret.is_some()),
            "{goes:?}"
        );
    }
}

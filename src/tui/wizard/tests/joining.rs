//! What is asked while one joins, so that nothing is claimed or granted that is not so.

use super::*;
use crate::command::Id;
use crate::handshake::guide::Purpose;
use crate::protocol::{Code, Problem, Reply};
use crate::tui::layers::{Field, Kind};
use crate::tui::theme::{ASCII, Depth};
use crate::workspace::Called;

fn footer(state: &State) -> String {
    screen(state).lines().last().unwrap().to_owned()
}

/// What is said over several lines.
fn in_one_line(shown: &str) -> String {
    let words = shown
        .split_whitespace()
        .filter(|word| !word.contains(['"', '│', '┃']));
    words.collect::<Vec<&str>>().join(" ")
}

/// What a choice of the present step offers, and what is chosen; nothing if it is not asked.
fn choice(state: &State, id: &str) -> Option<(Vec<String>, String)> {
    let field: &Field = wizard(state).fields().iter().find(|field| field.id == id)?;
    match &field.kind {
        Kind::Choice(options, at) => Some((options.clone(), options[*at].clone())),
        _ => None,
    }
}

/// Up to the question of what to keep, with a code of the instance that answers there.
fn with_code_of(state: &mut State, url: &str) {
    accept_until_input(state, Delivery::Code);
    write(state, url);
    press(state, &["tab"]);
    write(state, "4711-able-about-above");
    press(state, &["enter"]);
    assert_eq!(step(state), Step::Keep);
}

/// Keeps it, where only the console got a credential.
fn kept_for_the_console(state: &mut State) {
    update(state, Message::Key(Key::ctrl('s')));
    let accepted = crate::workspace::Accepted {
        connection_id: None,
        credentials: vec!["beta/museum-lab-console".into()],
        ..fake::accepted()
    };
    tell(state, Heard::Accepted(Box::new(accepted)));
    activated(state);
    checked(state);
}

#[test]
fn nothing_is_granted_that_nobody_picked() {
    let mut state = demo((80, 24));
    press(&mut state, &["1", "o", "enter"]);
    write(&mut state, "museum-lab");
    press(&mut state, &["enter", "5", "enter"]);
    assert_eq!(wizard(&state).course.answers.purpose, Purpose::Custom);
    press(&mut state, &["enter"]);
    assert_eq!(step(&state), Step::Scope);
    assert!(wizard(&state).course.answers.actions.is_empty());
    assert!(
        screen(&state).contains("nothing is picked yet"),
        "{}",
        screen(&state)
    );
    press(&mut state, &["space"]);
    assert!(!screen(&state).contains("nothing is picked yet"));
    press(&mut state, &["enter"]);
    assert_eq!(step(&state), Step::Limits);
}

#[test]
fn the_footer_says_what_enter_does_at_each_field() {
    let mut state = demo((120, 36));
    accept_until_input(&mut state, Delivery::Request);
    let shown = footer(&state);
    assert!(
        shown.contains("⏎ next field") && shown.contains("^S make the request"),
        "{shown}"
    );
    press(&mut state, &["enter", "enter", "tab"]);
    assert!(
        footer(&state).contains("⏎ make the request"),
        "{}",
        footer(&state)
    );
}

#[test]
fn hints_and_reasons_are_said_to_their_end_where_there_is_room() {
    let mut state = demo((80, 24));
    with_code_of(&mut state, "http://127.0.0.1:5099");
    let shown = screen(&state);
    let said = in_one_line(&shown);
    assert!(said.contains("empty: the name that it has itself"), "{shown}");
    assert!(
        said.contains("until you both have compared the words."),
        "{shown}"
    );
}

#[test]
fn an_instance_is_not_offered_to_hold_a_credential_for_itself() {
    let mut state = demo((120, 36));
    let beta = state.instances.get("beta").unwrap().row.endpoint.authority();
    with_code_of(&mut state, &format!("http://{beta}"));
    let (options, chosen) = choice(&state, "relay").unwrap();
    assert!(!options.contains(&"beta".to_owned()), "{options:?}");
    assert_eq!(chosen, "alpha");
    let alpha = state.instances.get("alpha").unwrap().row.endpoint.authority();
    let mut state = demo((120, 36));
    with_code_of(&mut state, &format!("http://{alpha}"));
    let (options, chosen) = choice(&state, "relay").unwrap();
    assert!(!options.contains(&"alpha".to_owned()), "{options:?}");
    assert_ne!(chosen, "alpha");
}

#[test]
fn a_bundle_for_the_console_alone_asks_and_claims_nothing_of_a_relay() {
    let mut state = demo((80, 24));
    accept_until_input(&mut state, Delivery::Passphrase);
    open_with_passphrase(&mut state);
    assert_eq!(choice(&state, "relay"), None);
    let asked = errands(&mut state, "enter");
    assert!(
        asked
            .iter()
            .any(|errand| matches!(errand, Errand::Accept { instance: None, .. }))
    );

    // Of a code it shows only when it was claimed.
    let mut state = demo((120, 36));
    with_code_of(&mut state, "http://127.0.0.1:5099");
    kept_for_the_console(&mut state);
    assert!(
        !screen(&state).contains("may call it by itself"),
        "{}",
        screen(&state)
    );
    press(&mut state, &["enter"]);
    assert_eq!(choice(&state, "route").unwrap().1, "endpoint");
    let (options, _) = choice(&state, "instance").unwrap();
    assert!(
        !options.contains(&"beta".to_owned()),
        "it would lead to itself: {options:?}"
    );
}

#[test]
fn a_failure_is_seen_beside_the_fields_of_a_full_page() {
    let mut state = demo((80, 24));
    accept_until_input(&mut state, Delivery::Passphrase);
    open_with_passphrase(&mut state);
    update(&mut state, Message::Key(Key::ctrl('s')));
    let ticket = wizard(&state).ticket.unwrap();
    update(&mut state, Message::Wizard(News::Came(ticket, Err(failure()))));
    let shown = screen(&state);
    assert!(
        shown.contains("did not answer") && shown.contains("Name here"),
        "{shown}"
    );
}

#[test]
fn done_says_what_did_not_work() {
    let mut state = demo((80, 24));
    accept(&mut state, Delivery::Code);
    activated(&mut state);
    checked(&mut state);
    press(&mut state, &["enter"]);
    let mut asked = update(&mut state, Message::Key(Key::ctrl('s')));
    asked.retain(|effect| matches!(effect, Effect::Wizard(_, Errand::Federate(_))));
    let pointer = Heard::Federated(Box::new(crate::tui::fake::pointer(3)));
    let ticket = wizard(&state).ticket.unwrap();
    update(&mut state, Message::Wizard(News::Came(ticket, Ok(pointer))));
    assert_eq!(step(&state), Step::Call);
    let reply = Reply::error(&Problem::new(
        Code::LoopDetected,
        "the call came round to beta again",
    ));
    tell(
        &mut state,
        Heard::Called(Box::new(Called {
            log_id: Ok(4),
            reply,
            answered_by: "alpha".into(),
            route: crate::model::Route::Relay,
            elapsed_us: 900,
            hops: Vec::new(),
        })),
    );
    press(&mut state, &["enter"]);
    assert_eq!(step(&state), Step::Done);
    let shown = screen(&state);
    let said = in_one_line(&shown);
    assert!(said.contains("the first call through it was refused"), "{shown}");
    assert!(!said.contains("leads there"), "{shown}");
    let again = format!("{} calls it again", state.key_for(Id::CallPointer));
    assert!(said.contains(&again), "{shown}");
}

#[test]
fn every_step_is_drawn_in_ascii_where_nothing_else_is_shown() {
    let plain = |size| {
        let mut state = crate::tui::fake::themed(size, "dark", Depth::None);
        state.look.glyphs = ASCII;
        crate::tui::fake::fill(&mut state);
        state
    };
    let check = |state: &State| {
        let shown = screen(state);
        let found: String = shown.chars().filter(|sign| !sign.is_ascii()).collect();
        assert_eq!(found, "", "{shown}");
    };
    for size in [(80, 24), (120, 36)] {
        for delivery in Delivery::ALL {
            let mut state = plain(size);
            offer_until_delivery(&mut state);
            check(&state);
            let mut state = plain(size);
            offer(&mut state, delivery);
            check(&state);
            if delivery == Delivery::Code {
                seen(&mut state, |row| row.state = CredentialState::Delivered);
            } else {
                press(&mut state, &["enter"]);
            }
            check(&state);
            let mut state = plain(size);
            accept(&mut state, delivery);
            check(&state);
            if delivery != Delivery::Plain {
                words_match(&mut state);
                check(&state);
                verified(&mut state, CredentialState::Active);
            }
            checked(&mut state);
            check(&state);
            for _ in 0..3 {
                press(&mut state, &["ctrl-s"]);
                check(&state);
            }
        }
    }
}

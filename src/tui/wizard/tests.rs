//! Both sides, every step: what keys do, and what is seen, at three sizes and with a held clock.

mod ahead;
mod joining;
mod moving;
mod pasting;
mod pictures;
mod secrets;

use super::errand::{Errand, Heard, News};
use super::fake;
use super::on_news;
use crate::command::Key;
use crate::handshake::guide::{Course, Step};
use crate::model::{CredentialState, Delivery, Grant, InstanceName, Side};
use crate::tui::effect::Effect;
use crate::tui::fake::{address, answer, demo, failure, name, press, write};
use crate::tui::layers::Layer;
use crate::tui::message::Message;
use crate::tui::state::State;
use crate::tui::update::update;
use crate::tui::view::tests::screen;
use crate::tui::wizard::Wizard;
use crate::workspace::{Check, CheckKind, CheckResult, HandshakeRow, Verified};

fn wizard(state: &State) -> &Wizard {
    let found = state.layers.iter().find_map(|layer| match layer {
        Layer::Wizard(wizard) => Some(wizard),
        _ => None,
    });
    found.expect("the wizard is open")
}

fn is_open(state: &State) -> bool {
    state.layers.iter().any(|layer| matches!(layer, Layer::Wizard(_)))
}

fn step(state: &State) -> Step {
    wizard(state).step()
}

/// Tells the wizard what came of the errand that it waits for.
fn tell(state: &mut State, heard: Heard) {
    let ticket = wizard(state).ticket.expect("it waits for something");
    let effects = update(state, Message::Wizard(News::Came(ticket, Ok(heard))));
    answer(state, effects);
}

/// Tells it how the handshake stands.
fn seen(state: &mut State, change: impl FnOnce(&mut HandshakeRow)) {
    let course = &wizard(state).course;
    let mut row = fake::row(course.side(), course.answers.delivery, CredentialState::Offered);
    if let Some(under_way) = course.under_way() {
        row.state = under_way.state;
        row.verified = under_way.verified;
    }
    change(&mut row);
    let effects = update(
        state,
        Message::Wizard(News::Came(0, Ok(Heard::Row(Box::new(row))))),
    );
    answer(state, effects);
}

fn verified(state: &mut State, credential: CredentialState) {
    let done = Verified {
        id: "offer_0123456789ab".into(),
        state: credential,
        verified: true,
        waiting: false,
        activates: true,
        credentials: Vec::new(),
        resealed: 0,
        called_with: None,
    };
    let news = News::Came(0, Ok(Heard::Verified(Box::new(done), None)));
    let effects = update(state, Message::Wizard(news));
    answer(state, effects);
}

/// Offers, up to the choice of how to hand over.
fn offer_until_delivery(state: &mut State) {
    press(state, &["1", "o", "enter"]);
    write(state, "museum-lab");
    press(
        state,
        &["enter", "enter", "down", "space", "enter", "ctrl-s", "enter"],
    );
    assert_eq!(step(state), Step::Delivery);
}

fn offer(state: &mut State, delivery: Delivery) {
    offer_until_delivery(state);
    let place = Delivery::ALL.iter().position(|other| *other == delivery).unwrap();
    press(state, &[["1", "2", "3", "4"][place], "enter"]);
    if delivery == Delivery::Request {
        let effects = update(
            state,
            Message::Paste("-----BEGIN BUTTERFLY REQUEST-----\nx".into()),
        );
        answer(state, effects);
        press(state, &["enter"]);
    }
    if matches!(step(state), Step::File | Step::Replays) {
        press(state, &["enter"]);
    }
    assert_eq!(step(state), Step::Review);
    press(state, &["enter"]);
    assert_eq!(step(state), Step::HandOver);
}

fn words_match(state: &mut State) {
    assert_eq!(step(state), Step::Words);
    press(state, &["1", "enter"]);
}

#[test]
fn an_enter_that_was_meant_for_the_page_before_says_nothing_of_the_words() {
    for side in [Side::Issued, Side::Held] {
        let mut state = demo((80, 20));
        match side {
            Side::Issued => {
                offer(&mut state, Delivery::Code);
                seen(&mut state, |row| row.state = CredentialState::Delivered);
            }
            Side::Held => accept(&mut state, Delivery::Code),
        }
        assert_eq!(step(&state), Step::Words);
        for pressed in ["enter", "ctrl-s", "enter"] {
            let effects = update(&mut state, Message::Key(Key::parse(pressed).unwrap()));
            assert!(
                effects.is_empty(),
                "nobody is told anything, and nothing is changed"
            );
            assert_eq!(step(&state), Step::Words);
            let shown = screen(&state);
            assert!(shown.contains("choose an answer first: 1 or 2"), "{shown}");
            assert!(
                shown.contains("2  They differ") && !shown.contains('▌'),
                "{shown}"
            );
        }
        press(&mut state, &["up"]);
        assert!(screen(&state).contains("▌2  They differ"), "{}", screen(&state));
        press(&mut state, &["k"]);
        let effects = update(&mut state, Message::Key(Key::parse("enter").unwrap()));
        assert!(matches!(
            effects.as_slice(),
            [Effect::Wizard(_, Errand::Verify(_, true))]
        ));
    }
}

fn accept_until_input(state: &mut State, delivery: Delivery) {
    press(state, &["1", "A"]);
    let key = match delivery {
        Delivery::Code => "1",
        Delivery::Passphrase => "2",
        Delivery::Request => "3",
        Delivery::Plain => "4",
    };
    press(state, &[key, "enter"]);
}

fn armour(state: &mut State) {
    let text = "-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n-----END AGE ENCRYPTED FILE-----\n";
    let effects = update(state, Message::Paste(text.into()));
    answer(state, effects);
}

/// Opens what is sealed under a passphrase.
fn open_with_passphrase(state: &mut State) {
    armour(state);
    press(state, &["enter"]);
    write(state, "able about above absent absorb abstract absurd");
    press(state, &["enter"]);
    assert_eq!(step(state), Step::Keep);
}

/// Accepts, up to the comparison of words; for plain values, up to the checks.
fn accept(state: &mut State, delivery: Delivery) {
    accept_until_input(state, delivery);
    match delivery {
        Delivery::Code => {
            write(state, "http://127.0.0.1:5001");
            press(state, &["tab"]);
            write(state, "4711-able-about-above");
            press(state, &["enter"]);
        }
        Delivery::Passphrase => open_with_passphrase(state),
        Delivery::Request => {
            press(state, &["tab", "tab"]);
            write(state, "museum-lab");
            press(state, &["ctrl-s"]);
            assert_eq!(step(state), Step::Send);
            press(state, &["enter"]);
            armour(state);
            press(state, &["enter"]);
        }
        Delivery::Plain => {
            write(state, "http://127.0.0.1:5004");
            press(state, &["tab"]);
            write(state, "museum-lab");
            press(state, &["tab"]);
            write(state, "a-token-secret-of-some-length-for-tests");
            press(state, &["tab"]);
            write(state, "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=");
            press(state, &["enter"]);
            assert_eq!(step(state), Step::Keep);
            write(state, "old-museum");
        }
    }
    assert_eq!(step(state), Step::Keep);
    press(state, &["ctrl-s"]);
}

fn check(state: &mut State, kind: CheckKind, result: CheckResult) {
    let ticket = wizard(state).ticket.unwrap();
    update(
        state,
        Message::Wizard(News::Check(ticket, Check { kind, result })),
    );
}

fn passes(state: &mut State, count: usize) {
    let notes = [
        "3 ms",
        "no TLS on loopback",
        "inst_0123456789ab",
        "",
        "",
        "get_pointer_summary",
    ];
    for (kind, note) in CheckKind::ALL.into_iter().zip(notes).take(count) {
        check(state, kind, CheckResult::Passed { note: note.into() });
    }
}

fn checked(state: &mut State) {
    passes(state, 6);
    let grant: Grant = serde_json::from_value(fake::says()["credentials"][0]["grant"].clone()).unwrap();
    let remote = InstanceName::parse("beta").ok();
    tell(
        state,
        Heard::Checked {
            remote,
            grant: Some(grant),
        },
    );
}

fn activated(state: &mut State) {
    words_match(state);
    assert_eq!(step(state), Step::Activation);
    verified(state, CredentialState::Active);
}

#[test]
fn offering_by_every_way_comes_to_its_end() {
    for delivery in Delivery::ALL {
        let mut state = demo((120, 36));
        offer(&mut state, delivery);
        if delivery == Delivery::Code {
            // Nobody has to press anything when the other side took it.
            seen(&mut state, |row| row.state = CredentialState::Delivered);
        } else {
            press(&mut state, &["enter"]);
        }
        if delivery != Delivery::Plain {
            words_match(&mut state);
            assert_eq!(step(&state), Step::Activation);
            seen(&mut state, |row| row.state = CredentialState::Active);
        }
        assert_eq!(step(&state), Step::Done, "{delivery}");
        press(&mut state, &["enter"]);
        assert!(!is_open(&state));
    }
}

#[test]
fn accepting_by_every_way_comes_to_its_end() {
    for delivery in Delivery::ALL {
        let mut state = demo((120, 36));
        accept(&mut state, delivery);
        if delivery != Delivery::Plain {
            activated(&mut state);
        }
        assert_eq!(step(&state), Step::Checks, "{delivery}");
        checked(&mut state);
        press(&mut state, &["enter"]);
        assert_eq!(step(&state), Step::Pointer);
        press(&mut state, &["ctrl-s"]);
        assert_eq!(step(&state), Step::Call);
        assert!(wizard(&state).called.as_ref().unwrap().reply.is_success());
        press(&mut state, &["enter", "enter"]);
        assert!(!is_open(&state));
    }
}

/// What is asked of the workspace when a key is pressed.
fn errands(state: &mut State, key: &str) -> Vec<Errand> {
    let key = crate::command::Key::parse(key).unwrap();
    update(state, Message::Key(key))
        .into_iter()
        .filter_map(|effect| match effect {
            Effect::Wizard(_, errand) => Some(errand),
            _ => None,
        })
        .collect()
}

#[test]
fn what_is_offered_is_what_was_chosen_and_no_more() {
    let mut state = demo((120, 36));
    offer_until_delivery(&mut state);
    press(&mut state, &["enter"]);
    let errands = errands(&mut state, "enter");
    let Some(Errand::Offer(request)) = errands.into_iter().next() else {
        panic!("no offer");
    };
    assert_eq!(request.instance, name("alpha"));
    assert!(
        request.verify_first,
        "nothing is opened before the words are compared"
    );
    assert_eq!(
        request.grant.actions.iter().collect::<Vec<_>>(),
        ["get_pointer_summary"]
    );
    assert_eq!(request.grant.pointers.addresses.len(), 1);
    assert!(!request.grant.writes && !request.grant.pointers.all);
    assert_eq!(
        (request.lease_days, request.grant.rate_per_minute),
        (Some(90), Some(60))
    );
}

#[test]
fn going_back_keeps_what_was_answered_and_leaving_keeps_the_draft() {
    let mut state = demo((120, 36));
    offer_until_delivery(&mut state);
    for expected in [
        Step::Holders,
        Step::Limits,
        Step::Scope,
        Step::Purpose,
        Step::Who,
        Step::Instance,
    ] {
        press(&mut state, &["esc"]);
        assert_eq!(step(&state), expected);
    }
    press(&mut state, &["enter"]);
    assert_eq!(wizard(&state).typed(Step::Who, "app_id"), "museum-lab");
    press(&mut state, &["enter", "enter"]);
    assert_eq!(wizard(&state).list.picked.len(), 1);
    press(&mut state, &["esc", "esc", "esc", "esc"]);
    assert_eq!(step(&state), Step::Begin);
    let left: Vec<Errand> = errands(&mut state, "esc");
    assert!(!is_open(&state));
    let Some(Errand::KeepDraft(Some(draft))) = left.into_iter().next() else {
        panic!("the draft is lost");
    };
    // Another day.
    let mut state = demo((120, 36));
    update(&mut state, Message::Key(crate::command::Key::char('o')));
    press(&mut state, &["1"]);
    update(&mut state, Message::Key(crate::command::Key::char('o')));
    let course: Course = serde_json::from_value(draft).unwrap();
    tell(&mut state, Heard::Begun(Vec::new(), Some(Box::new(course))));
    assert_eq!(step(&state), Step::Begin, "what was left is not written over");
    press(&mut state, &["enter", "enter"]);
    assert_eq!(wizard(&state).typed(Step::Who, "app_id"), "museum-lab");
}

#[test]
fn nobody_confirms_words_before_the_code_was_taken() {
    let mut state = demo((80, 24));
    offer(&mut state, Delivery::Code);
    let footer = |state: &State| screen(state).lines().last().unwrap().to_owned();
    assert!(!footer(&state).contains('⏎'), "{}", footer(&state));
    press(&mut state, &["enter", "enter", "enter"]);
    assert_eq!(step(&state), Step::HandOver);
    assert!(screen(&state).contains("nobody has typed the code in yet"));
    seen(&mut state, |row| row.state = CredentialState::Delivered);
    assert_eq!(step(&state), Step::Words);
    assert!(footer(&state).contains("1 2 ↑↓ choose"), "{}", footer(&state));
    press(&mut state, &["1"]);
    assert!(footer(&state).contains("⏎ answer"));
    // Back to the code, and on again: it is known to have been taken.
    press(&mut state, &["esc", "enter"]);
    assert_eq!(step(&state), Step::Words);
}

#[test]
fn all_seven_words_and_both_answers_are_seen_in_few_rows() {
    for side in [Side::Issued, Side::Held] {
        for (width, height) in (20..=24).flat_map(|height| [(80, height), (120, height)]) {
            let mut state = demo((width, height));
            match side {
                Side::Issued => {
                    offer(&mut state, Delivery::Code);
                    seen(&mut state, |row| row.state = CredentialState::Delivered);
                }
                Side::Held => accept(&mut state, Delivery::Code),
            }
            for key in ["enter", "up", "down", "pgup"] {
                press(&mut state, &[key]);
                let shown = screen(&state);
                for (index, word) in fake::words().iter().enumerate() {
                    let numbered = format!("{}  {word}", index + 1);
                    assert!(shown.contains(&numbered), "{width}x{height}\n{shown}");
                }
                assert!(shown.contains("1  They match, all seven"), "{shown}");
                assert!(shown.contains("2  They differ"), "{shown}");
            }
        }
    }
}

#[test]
fn the_panes_show_what_the_wizard_came_to() {
    let mut state = demo((120, 36));
    offer(&mut state, Delivery::Code);
    let asks = |effects: &[Effect]| {
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::LoadCredentials))
    };
    let news = |state: &State, credential| {
        let row = fake::row(Side::Issued, Delivery::Code, credential);
        assert!(wizard(state).course.under_way().is_some());
        Message::Wizard(News::Came(0, Ok(Heard::Row(Box::new(row)))))
    };
    let same = news(&state, CredentialState::Offered);
    assert!(!asks(&update(&mut state, same)), "nothing changed");
    let taken = news(&state, CredentialState::Delivered);
    let effects = update(&mut state, taken);
    assert!(asks(&effects));
    answer(&mut state, effects);
    words_match(&mut state);
    assert_eq!(step(&state), Step::Activation);
    let left = update(&mut state, Message::Key(Key::parse("esc").unwrap()));
    assert!(!is_open(&state) && asks(&left));
}

#[test]
fn from_fresh_keys_one_leaves_and_does_not_answer_again() {
    for side in [Side::Issued, Side::Held] {
        let mut state = demo((120, 36));
        match side {
            Side::Issued => {
                offer(&mut state, Delivery::Code);
                seen(&mut state, |row| row.state = CredentialState::Delivered);
            }
            Side::Held => accept(&mut state, Delivery::Code),
        }
        words_match(&mut state);
        assert_eq!(step(&state), Step::Activation);
        press(&mut state, &["esc"]);
        assert!(!is_open(&state), "{side:?}");
    }
}

#[test]
fn a_mistyped_code_is_noticed_before_it_is_burnt() {
    let mut state = demo((120, 36));
    accept_until_input(&mut state, Delivery::Code);
    write(&mut state, "http://127.0.0.1:5001");
    press(&mut state, &["tab"]);
    write(&mut state, "4711-able-aboot-above");
    press(&mut state, &["enter"]);
    assert_eq!(step(&state), Step::Code);
    assert!(screen(&state).contains("word 2"), "{}", screen(&state));
}

#[test]
fn words_that_differ_end_it_on_either_side() {
    for side in [Side::Issued, Side::Held] {
        let mut state = demo((120, 36));
        match side {
            Side::Issued => {
                offer(&mut state, Delivery::Code);
                seen(&mut state, |row| row.state = CredentialState::Delivered);
            }
            Side::Held => accept(&mut state, Delivery::Code),
        }
        press(&mut state, &["2", "enter"]);
        assert!(wizard(&state).course.is_over());
        // What the offer opens is ended where it was made, and nowhere else.
        let shown = screen(&state);
        let still_stands = shown.contains("the offer still stands");
        assert_eq!(still_stands, side == Side::Held, "{shown}");
        assert_ne!(still_stands, shown.contains("Nobody can call"), "{shown}");
        press(&mut state, &["esc"]);
        assert!(!is_open(&state));
    }
}

#[test]
fn a_failure_is_said_in_place_and_nothing_is_lost() {
    let mut state = demo((120, 36));
    accept_until_input(&mut state, Delivery::Code);
    write(&mut state, "http://127.0.0.1:5001");
    press(&mut state, &["tab"]);
    write(&mut state, "4711-able-about-above");
    press(&mut state, &["enter"]);
    update(&mut state, Message::Key(crate::command::Key::ctrl('s')));
    let ticket = wizard(&state).ticket.unwrap();
    update(&mut state, Message::Wizard(News::Came(ticket, Err(failure()))));
    assert_eq!(step(&state), Step::Keep);
    let shown = screen(&state);
    assert!(
        shown.contains("did not answer") && shown.contains("start it"),
        "{shown}"
    );
    press(&mut state, &["esc"]);
    assert_eq!(wizard(&state).typed(Step::Code, "code"), "4711-able-about-above");
}

#[test]
fn news_for_a_step_that_was_left_moves_nothing() {
    let mut state = demo((120, 36));
    offer(&mut state, Delivery::Code);
    let serial = wizard(&state).serial;
    seen(&mut state, |row| row.state = CredentialState::Delivered);
    let effects = on_news(&mut state, News::Poll(serial));
    assert!(effects.is_empty());
    update(
        &mut state,
        Message::Wizard(News::Came(99_999, Ok(Heard::Added(name("beta"))))),
    );
    assert_eq!(step(&state), Step::Words);
}

#[test]
fn the_mouse_can_be_given_away_where_there_is_text_to_select() {
    let mut state = demo((120, 36));
    offer(&mut state, Delivery::Passphrase);
    press(&mut state, &["t"]);
    assert!(screen(&state).contains("m gives the mouse to the terminal"));
    assert!(state.mouse);
    press(&mut state, &["m"]);
    assert!(!state.mouse && wizard(&state).zoom.is_some());
}

#[test]
fn only_what_waits_turns() {
    let mut state = demo((120, 36));
    offer(&mut state, Delivery::Code);
    assert!(state.is_live(), "it waits for the other side");
    seen(&mut state, |row| row.state = CredentialState::Delivered);
    assert!(!state.is_live(), "now it waits for a person");
    let mut state = demo((120, 36));
    press(&mut state, &["H"]);
    assert!(!state.is_live());
}

#[test]
fn t56_no_size_and_no_step_panics() {
    let ways: [fn(&mut State); 8] = [
        |state| press(state, &["H"]),
        offer_until_delivery,
        |state| offer(state, Delivery::Code),
        |state| offer(state, Delivery::Plain),
        |state| {
            offer(state, Delivery::Code);
            press(state, &["Q"]);
        },
        |state| accept_until_input(state, Delivery::Plain),
        |state| accept(state, Delivery::Code),
        |state| {
            accept(state, Delivery::Code);
            activated(state);
            checked(state);
            press(state, &["enter", "ctrl-s"]);
        },
    ];
    for way in ways {
        let mut state = demo((80, 24));
        way(&mut state);
        for width in [1, 2, 7, 20, 40, 79, 111, 500] {
            for height in [1, 2, 3, 5, 9, 12, 19, 200] {
                update(&mut state, Message::Resize(width, height));
                screen(&state);
            }
        }
    }
}

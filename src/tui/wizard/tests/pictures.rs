//! What is seen at each step, at three sizes.

use super::*;
use crate::handshake::guide::Purpose;
use crate::handshake::{Alarm, AlarmKind};
use crate::tui::fake::{now, themed};
use crate::tui::theme::{ASCII, Depth};

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 36), (200, 50)];

/// Compares what `prepare` leads to with what was seen and found good, at each size.
fn compare(name: &str, prepare: impl Fn(&mut State)) {
    for size in SIZES {
        let mut state = demo(size);
        prepare(&mut state);
        insta::assert_snapshot!(format!("{name}_{}x{}", size.0, size.1), screen(&state));
    }
}

#[test]
fn the_beginning() {
    compare("begin", |state| press(state, &["H"]));
    compare("begin_resume", |state| {
        update(state, Message::Key(crate::command::Key::char('H')));
        let mut draft = Course::of(Side::Issued);
        draft.answers.instance = Some(name("alpha"));
        draft.forward();
        let rows = vec![
            fake::row(Side::Issued, Delivery::Code, CredentialState::Offered),
            HandshakeRow {
                peer: "observatory".into(),
                next: "compare the seven words with the people of observatory".into(),
                ..fake::row(Side::Held, Delivery::Passphrase, CredentialState::Opened)
            },
        ];
        tell(state, Heard::Begun(rows, Some(Box::new(draft))));
    });
}

#[test]
fn the_questions_of_who_offers() {
    compare("offer_instance", |state| press(state, &["1", "o"]));
    compare("offer_who_alike", |state| {
        press(state, &["1", "o", "enter"]);
        write(state, "alpha.federati0n");
    });
    compare("offer_purpose", |state| {
        press(state, &["1", "o", "enter"]);
        write(state, "museum-lab");
        press(state, &["enter"]);
    });
    compare("offer_scope", |state| {
        press(state, &["1", "o", "enter"]);
        write(state, "museum-lab");
        press(state, &["enter", "enter", "down", "space", "down", "down"]);
    });
    compare("offer_actions", |state| {
        press(state, &["1", "o", "enter"]);
        write(state, "museum-lab");
        press(state, &["enter", "5", "enter", "down", "space"]);
        assert_eq!(wizard(state).course.answers.purpose, Purpose::Custom);
    });
    compare("offer_limits_wrong", |state| {
        press(state, &["1", "o", "enter"]);
        write(state, "museum-lab");
        press(
            state,
            &["enter", "enter", "space", "enter", "tab", "tab", "tab", "tab"],
        );
        write(state, "10.0.0.300");
    });
    compare("offer_holders", |state| {
        offer_until_delivery(state);
        press(state, &["esc"]);
    });
    compare("offer_delivery", offer_until_delivery);
    compare("offer_request", |state| {
        offer_until_delivery(state);
        press(state, &["2", "enter"]);
    });
    compare("offer_review", |state| {
        offer_until_delivery(state);
        press(state, &["enter"]);
    });
    compare("offer_replays", |state| {
        offer_until_delivery(state);
        press(state, &["4", "enter", "down"]);
    });
    compare("offer_review_plain", |state| {
        offer_until_delivery(state);
        press(state, &["4", "enter", "2", "enter"]);
    });
}

#[test]
fn handing_over() {
    compare("hand_over_code", |state| offer(state, Delivery::Code));
    compare("hand_over_code_too_old", |state| {
        offer(state, Delivery::Code);
        state.clock = crate::tui::clock::Clock::Held(now().plus_seconds(3_600));
    });
    compare("hand_over_code_tried", |state| {
        offer(state, Delivery::Code);
        seen(state, |row| {
            row.alarm = Some(Alarm {
                kind: AlarmKind::WrongCode,
                at: now(),
            })
        });
    });
    compare("hand_over_code_resumed", |state| {
        update(state, Message::Key(crate::command::Key::char('H')));
        let rows = vec![fake::row(Side::Issued, Delivery::Code, CredentialState::Offered)];
        tell(state, Heard::Begun(rows, None));
        press(state, &["3", "enter"]);
        assert_eq!(step(state), Step::HandOver);
    });
    compare("hand_over_leaving", |state| {
        offer(state, Delivery::Passphrase);
        press(state, &["esc"]);
    });
    compare("hand_over_passphrase", |state| offer(state, Delivery::Passphrase));
    compare("hand_over_passphrase_shown", |state| {
        offer(state, Delivery::Passphrase);
        update(state, Message::Key(crate::command::Key::char('s')));
    });
    compare("hand_over_request", |state| offer(state, Delivery::Request));
    compare("hand_over_plain", |state| offer(state, Delivery::Plain));
    compare("hand_over_picture", |state| {
        offer(state, Delivery::Code);
        press(state, &["Q"]);
    });
    compare("hand_over_text", |state| {
        offer(state, Delivery::Passphrase);
        press(state, &["t"]);
    });
}

#[test]
fn the_questions_of_who_accepts() {
    compare("accept_way", |state| press(state, &["1", "A"]));
    compare("accept_code", |state| {
        accept_until_input(state, Delivery::Code);
        write(state, "http://127.0.0.1:5001");
        press(state, &["tab"]);
        write(state, "4711-able");
    });
    compare("accept_bundle", |state| {
        accept_until_input(state, Delivery::Passphrase);
        armour(state);
    });
    compare("accept_passphrase", |state| {
        accept_until_input(state, Delivery::Passphrase);
        armour(state);
        press(state, &["enter"]);
        write(state, "able about above");
    });
    compare("accept_opening", |state| {
        accept_until_input(state, Delivery::Passphrase);
        armour(state);
        press(state, &["enter"]);
        write(state, "able about above absent absorb abstract absurd");
        update(state, Message::Key(crate::command::Key::parse("enter").unwrap()));
    });
    compare("accept_keep", |state| {
        accept_until_input(state, Delivery::Passphrase);
        armour(state);
        press(state, &["enter"]);
        write(state, "able about above absent absorb abstract absurd");
        press(state, &["enter"]);
    });
    compare("accept_failed", |state| {
        accept_until_input(state, Delivery::Passphrase);
        armour(state);
        press(state, &["enter"]);
        write(state, "able about above absent absorb abstract absurd");
        update(state, Message::Key(crate::command::Key::parse("enter").unwrap()));
        let ticket = wizard(state).ticket.unwrap();
        update(state, Message::Wizard(News::Came(ticket, Err(failure()))));
    });
    compare("accept_ask", |state| accept_until_input(state, Delivery::Request));
    compare("accept_send", |state| {
        accept_until_input(state, Delivery::Request);
        press(state, &["tab", "tab"]);
        write(state, "museum-lab");
        press(state, &["ctrl-s"]);
    });
    compare("accept_plain", |state| accept_until_input(state, Delivery::Plain));
}

#[test]
fn comparing_and_what_comes_after() {
    compare("words_issued", |state| {
        offer(state, Delivery::Code);
        seen(state, |row| row.state = CredentialState::Delivered);
    });
    compare("words_held", |state| accept(state, Delivery::Code));
    compare("words_differ", |state| {
        accept(state, Delivery::Code);
        press(state, &["2", "enter"]);
    });
    compare("frozen", |state| {
        offer(state, Delivery::Code);
        seen(state, |row| {
            row.state = CredentialState::Suspended;
            row.alarm = Some(Alarm {
                kind: AlarmKind::ClaimedTwice,
                at: now(),
            });
        });
    });
    compare("activation_issued", |state| {
        offer(state, Delivery::Code);
        seen(state, |row| row.state = CredentialState::Delivered);
        words_match(state);
        seen(state, |row| {
            row.next = "museum-lab says that the words match, and mixes keys".into()
        });
    });
    compare("activation_held", |state| {
        accept(state, Delivery::Code);
        words_match(state);
    });
    compare("checks_under_way", |state| {
        accept(state, Delivery::Code);
        activated(state);
        passes(state, 3);
    });
    compare("checks_failed", |state| {
        accept(state, Delivery::Plain);
        passes(state, 3);
        check(
            state,
            CheckKind::Token,
            CheckResult::Failed {
                why: "it refused our token: 401".into(),
                remedy: "ask its administrator whether the credential was revoked".into(),
            },
        );
        check(state, CheckKind::Reply, CheckResult::Skipped);
        check(state, CheckKind::Grant, CheckResult::Skipped);
        tell(
            state,
            Heard::Checked {
                remote: None,
                grant: None,
            },
        );
    });
    compare("pointer", |state| {
        accept(state, Delivery::Code);
        activated(state);
        checked(state);
        press(state, &["enter"]);
    });
    compare("first_call", |state| {
        accept(state, Delivery::Code);
        activated(state);
        checked(state);
        press(state, &["enter", "ctrl-s"]);
    });
    compare("done_held", |state| {
        accept(state, Delivery::Code);
        activated(state);
        checked(state);
        press(state, &["enter", "ctrl-s", "enter"]);
    });
    compare("done_issued", |state| {
        offer(state, Delivery::Plain);
        press(state, &["enter"]);
    });
}

#[test]
fn plain_signs_and_no_colour() {
    let mut state = themed((80, 24), "dark", Depth::None);
    state.look.glyphs = ASCII;
    crate::tui::fake::fill(&mut state);
    offer(&mut state, Delivery::Code);
    insta::assert_snapshot!("ascii_hand_over_code", screen(&state));
    let mut state = themed((120, 36), "light", Depth::True);
    crate::tui::fake::fill(&mut state);
    offer(&mut state, Delivery::Plain);
    insta::assert_snapshot!("light_hand_over_plain", screen(&state));
}

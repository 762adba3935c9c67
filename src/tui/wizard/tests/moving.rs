//! Scrolling, the mouse, small windows, and leaving.

use super::*;
use crate::tui::message::Mouse;

fn mouse(state: &mut State, mouse: Mouse) {
    let effects = update(state, Message::Mouse(mouse));
    answer(state, effects);
}

/// Where a text stands on the screen.
fn place_of(state: &State, text: &str) -> (u16, u16) {
    let shown = screen(state);
    let found = shown.lines().enumerate().find_map(|(y, line)| {
        let before = line.split_once(text)?.0;
        Some((before.chars().count(), y))
    });
    let (x, y) = found.unwrap_or_else(|| panic!("{text} is not shown: {shown}"));
    (u16::try_from(x).unwrap(), u16::try_from(y).unwrap())
}

fn footer(state: &State) -> String {
    screen(state).lines().last().unwrap().to_owned()
}

#[test]
fn the_text_to_select_is_seen_to_its_end_and_how_much_there_is_is_said() {
    let mut state = demo((80, 24));
    offer(&mut state, Delivery::Passphrase);
    press(&mut state, &["t"]);
    let shown = screen(&state);
    assert!(
        shown.contains("-----BEGIN") && !shown.contains("-----END"),
        "{shown}"
    );
    assert!(shown.contains("lines 1-23 of 34"), "{shown}");
    press(&mut state, &["down"]);
    assert!(screen(&state).contains("lines 2-24 of 34"));
    press(&mut state, &["pgdn"]);
    let shown = screen(&state);
    assert!(
        shown.contains("-----END") && shown.contains("lines 12-34 of 34"),
        "{shown}"
    );
    press(&mut state, &["home"]);
    assert!(screen(&state).contains("lines 1-23 of 34"));
    mouse(&mut state, Mouse::Wheel(3, 3, 1));
    assert!(screen(&state).contains("lines 4-26 of 34"));
    // What is wider than the screen goes on below.
    update(&mut state, Message::Resize(40, 100));
    let shown = screen(&state);
    let whole = "YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IHNjcnlwdCBqRzRqZ2F4T2x0dE9hbUJi";
    assert!(
        shown.contains(&whole[..40]) && shown.contains(&whole[40..]),
        "{shown}"
    );
    assert!(shown.contains("-----END") && !shown.contains("lines "), "{shown}");
}

#[test]
fn words_that_cannot_be_seen_are_not_answered() {
    for (width, height) in [(40, 10), (24, 24), (100, 9)] {
        let mut state = demo((width, height));
        accept(&mut state, Delivery::Code);
        assert_eq!(step(&state), Step::Words);
        let shown = screen(&state);
        assert!(
            shown.contains("small") && !shown.contains("1  They"),
            "{width}x{height}: {shown}"
        );
        for key in ["1", "down", "enter"] {
            let asked = errands(&mut state, key);
            assert!(asked.is_empty(), "{width}x{height}");
        }
        assert!(wizard(&state).list.current().is_none(), "{width}x{height}");
        mouse(&mut state, Mouse::Click(5, 5));
        assert!(wizard(&state).list.current().is_none());
        // Chosen in a large window, it is not answered in a small one either.
        update(&mut state, Message::Resize(80, 24));
        press(&mut state, &["1"]);
        update(&mut state, Message::Resize(width, height));
        assert!(errands(&mut state, "enter").is_empty());
        update(&mut state, Message::Resize(80, 24));
        let asked = errands(&mut state, "enter");
        assert!(matches!(asked.as_slice(), [Errand::Verify(_, true)]));
    }
}

#[test]
fn in_a_few_rows_the_words_and_their_answers_come_before_everything_else() {
    for (width, height) in [(40, 11), (40, 14), (60, 12), (100, 11), (120, 11)] {
        let mut state = demo((width, height));
        accept(&mut state, Delivery::Code);
        for key in ["enter", "2"] {
            press(&mut state, &[key]);
            let shown = screen(&state);
            for (index, word) in fake::words().iter().enumerate() {
                let numbered = format!("{}  {word}", index + 1);
                assert!(shown.contains(&numbered), "{width}x{height}\n{shown}");
            }
            assert!(
                shown.contains("1  They match") && shown.contains("2  They differ"),
                "{shown}"
            );
        }
        assert!(screen(&state).contains("▌2  They differ"), "{}", screen(&state));
    }
}

#[test]
fn the_mouse_selects_and_scrolls() {
    let mut state = demo((120, 36));
    press(&mut state, &["1", "A"]);
    assert_eq!(wizard(&state).list.selected, Some(0));
    mouse(&mut state, Mouse::Wheel(40, 10, 1));
    assert_eq!(wizard(&state).list.selected, Some(1));
    let title = wizard(&state).list.items[3].title.clone();
    let (x, y) = place_of(&state, &title);
    mouse(&mut state, Mouse::Click(x, y));
    assert_eq!(wizard(&state).list.selected, Some(3), "{title}");
    // The line below it belongs to it.
    mouse(&mut state, Mouse::Wheel(40, 10, -9));
    assert_eq!(wizard(&state).list.selected, Some(0));
    mouse(&mut state, Mouse::Click(x, y + 1));
    assert_eq!(wizard(&state).list.selected, Some(3));
    press(&mut state, &["enter"]);
    assert_eq!(step(&state), Step::Plain);
    let (x, y) = place_of(&state, "JWT secret");
    mouse(&mut state, Mouse::Click(x, y));
    assert_eq!(wizard(&state).at, 2);
    // A page that is longer than the screen scrolls, and comes back as soon as one wants.
    let mut state = demo((80, 18));
    offer(&mut state, Delivery::Plain);
    let before = screen(&state);
    for _ in 0..9 {
        mouse(&mut state, Mouse::Wheel(9, 9, 1));
    }
    assert_ne!(screen(&state), before);
    for _ in 0..9 {
        mouse(&mut state, Mouse::Wheel(9, 9, -1));
    }
    assert_eq!(screen(&state), before);
}

#[test]
fn a_click_chooses_an_answer_and_says_nothing_yet() {
    let mut state = demo((80, 24));
    accept(&mut state, Delivery::Code);
    let (x, y) = place_of(&state, "They differ");
    mouse(&mut state, Mouse::Click(x, y));
    assert_eq!(step(&state), Step::Words);
    assert!(screen(&state).contains("▌2  They differ"));
}

#[test]
fn a_request_is_shown_again_when_one_comes_back_to_it_and_leaving_it_loses_nothing() {
    let mut state = demo((80, 24));
    accept_until_input(&mut state, Delivery::Request);
    press(&mut state, &["tab", "tab"]);
    write(&mut state, "museum-lab");
    press(&mut state, &["tab"]);
    press(&mut state, &["ctrl-u", "ctrl-s"]);
    assert_eq!(step(&state), Step::Send);
    assert!(footer(&state).contains("copy"), "{}", footer(&state));
    press(&mut state, &["esc"]);
    assert!(!is_open(&state));
    let mut state = demo((80, 24));
    update(&mut state, Message::Key(Key::char('H')));
    let mut waiting = fake::row(Side::Held, Delivery::Request, CredentialState::Requested);
    waiting.id = "req_0123456789ab".into();
    tell(&mut state, Heard::Begun(vec![waiting], None));
    press(&mut state, &["3"]);
    let again = errands(&mut state, "enter")
        .into_iter()
        .find_map(|errand| match errand {
            Errand::AskAgain(id) => Some(id),
            _ => None,
        });
    assert_eq!(again.as_deref(), Some("req_0123456789ab"));
    assert_eq!(step(&state), Step::Send);
    assert!(!footer(&state).contains("copy"), "{}", footer(&state));
    let heard = fake::answer(Errand::AskAgain(again.unwrap())).unwrap();
    update(&mut state, Message::Wizard(News::Came(0, heard)));
    assert!(footer(&state).contains("copy"), "{}", footer(&state));
    assert!(screen(&state).contains("bytes"), "{}", screen(&state));
}

#[test]
fn a_peer_that_refuses_is_asked_less_and_less_often_and_nothing_else_is_promised() {
    let mut state = demo((200, 50));
    accept(&mut state, Delivery::Code);
    words_match(&mut state);
    assert_eq!(step(&state), Step::Activation);
    let mut pauses = Vec::new();
    for _ in 0..8 {
        let refused = crate::workspace::Failure::new(
            crate::protocol::Code::PeerRefused,
            "the instance refused the credential",
            "ask its administrator",
        );
        let news = News::Came(0, Err(refused));
        for effect in update(&mut state, Message::Wizard(news)) {
            if let Effect::After(pause, Message::Wizard(News::Poll(_))) = effect {
                pauses.push(pause.as_secs());
            }
        }
    }
    assert_eq!(pauses, [2, 4, 8, 16, 32, 64, 64, 64]);
    let shown = screen(&state);
    assert!(shown.contains("refused the credential"), "{shown}");
    assert!(shown.contains("/home/ada/.butterfly handshake"), "{shown}");
    assert!(shown.contains("cancel offer_0123456789ab`"), "{shown}");
    assert!(!shown.contains("waiting until"), "{shown}");
    assert!(footer(&state).contains("again"), "{}", footer(&state));
    let again = errands(&mut state, "r");
    assert!(again.iter().any(|errand| matches!(errand, Errand::Advance(_))));
    verified(&mut state, CredentialState::Active);
    assert_eq!(step(&state), Step::Checks);
}

#[test]
fn what_was_left_is_there_once_and_not_as_a_draft_and_as_a_handshake() {
    let mut left = demo((80, 24));
    offer(&mut left, Delivery::Code);
    let course = wizard(&left).course.clone();
    let id = course.under_way().unwrap().id.clone();
    let mut state = demo((80, 24));
    update(&mut state, Message::Key(Key::char('H')));
    let row = fake::row(Side::Issued, Delivery::Code, CredentialState::Offered);
    let other = HandshakeRow {
        id: "offer_of_somebody_else".into(),
        ..row.clone()
    };
    assert_eq!(row.id, id);
    tell(&mut state, Heard::Begun(vec![row, other], Some(Box::new(course))));
    let keys: Vec<_> = wizard(&state)
        .list
        .items
        .iter()
        .map(|item| item.key.as_str())
        .collect();
    assert_eq!(keys, ["offer", "accept", "draft", "id:offer_of_somebody_else"]);
}

#[test]
fn a_request_that_asks_for_another_name_than_was_typed_says_so() {
    let mut state = demo((120, 36));
    offer_until_delivery(&mut state);
    press(&mut state, &["2", "enter"]);
    let effects = update(
        &mut state,
        Message::Paste("-----BEGIN BUTTERFLY REQUEST-----\nx".into()),
    );
    answer(&mut state, effects);
    press(&mut state, &["enter"]);
    while step(&state) != Step::Review {
        press(&mut state, &["enter"]);
    }
    let shown = screen(&state);
    assert!(shown.contains("museum-lab"), "{shown}");
}

//! What becomes of pasted text: what came last is what counts, and several values go where each belongs.

use super::*;
use crate::handshake::guide::Source;

const BUNDLE: &str = "-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n-----END AGE ENCRYPTED FILE-----";
const REQUEST: &str = "-----BEGIN BUTTERFLY REQUEST-----\nYWdl\n-----END BUTTERFLY REQUEST-----";

fn paste(state: &mut State, text: &str) {
    let effects = update(state, Message::Paste(text.into()));
    answer(state, effects);
}

fn bundle(state: &State) -> Option<&Source> {
    wizard(state).course.answers.bundle.as_ref()
}

/// At the question for a request.
fn asked_for_a_request(state: &mut State) {
    offer_until_delivery(state);
    press(state, &["2", "enter"]);
    assert_eq!(step(state), Step::Request);
}

fn source_read(state: &mut State) -> Source {
    match errands(state, "enter").into_iter().next() {
        Some(Errand::ReadRequest(source)) => source,
        _ => panic!("no request is read"),
    }
}

#[test]
fn line_breaks_are_such_however_the_terminal_hands_them_over() {
    for (breaks, way) in [("\r", "tmux"), ("\r\n", "some"), ("\n", "others")] {
        let mut state = demo((80, 24));
        accept_until_input(&mut state, Delivery::Passphrase);
        paste(&mut state, &(BUNDLE.replace('\n', breaks) + breaks));
        assert_eq!(bundle(&state), Some(&Source::Text(BUNDLE.into())), "{way}");
        let mut state = demo((80, 24));
        asked_for_a_request(&mut state);
        paste(&mut state, &REQUEST.replace('\n', breaks));
        assert_eq!(source_read(&mut state), Source::Text(REQUEST.into()), "{way}");
    }
}

#[test]
fn a_path_that_is_pasted_after_a_text_is_what_is_read_and_the_other_way_round() {
    let mut state = demo((80, 24));
    asked_for_a_request(&mut state);
    paste(&mut state, REQUEST);
    assert!(screen(&state).contains("bytes of text are here"));
    paste(&mut state, "/home/b/other.request\r");
    assert!(
        !screen(&state).contains("bytes of text are here"),
        "{}",
        screen(&state)
    );
    paste(&mut state, REQUEST);
    assert!(!screen(&state).contains("other.request"), "{}", screen(&state));
    paste(&mut state, "/home/b/other.request");
    assert_eq!(
        source_read(&mut state),
        Source::File("/home/b/other.request".into())
    );
    let mut state = demo((80, 24));
    accept_until_input(&mut state, Delivery::Passphrase);
    paste(&mut state, BUNDLE);
    paste(&mut state, "/home/b/b.age");
    assert_eq!(bundle(&state), None, "the text is not opened behind the path");
    paste(&mut state, BUNDLE);
    assert_eq!(wizard(&state).typed(Step::Bundle, "bundle"), "");
    press(&mut state, &["enter"]);
    assert_eq!(bundle(&state), Some(&Source::Text(BUNDLE.into())));
}

#[test]
fn what_one_wizard_copies_of_plain_values_the_other_takes() {
    let mut offering = demo((120, 36));
    offer(&mut offering, Delivery::Plain);
    update(&mut offering, Message::Key(Key::char('s')));
    let copied = match update(&mut offering, Message::Key(Key::char('y'))).pop() {
        Some(Effect::Copy(text)) => text,
        _ => panic!("nothing is copied"),
    };
    for text in [
        copied.replace('\n', "\r"),
        copied.replace("APP_ID=", "export APP_ID = "),
    ] {
        let mut state = demo((120, 36));
        accept_until_input(&mut state, Delivery::Plain);
        paste(&mut state, &text);
        let typed = |id: &str| wizard(&state).typed(Step::Plain, id).to_owned();
        assert_eq!(typed("url"), "http://127.0.0.1:5001/invoke");
        assert_eq!(typed("app_id"), "museum-lab");
        assert_eq!(typed("jwt_secret"), "a-token-secret-of-some-length-for-tests");
        assert_eq!(
            typed("encryption_key"),
            "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
        );
        let shown = screen(&state);
        assert!(
            !shown.contains("token-secret") && !shown.contains("MDEy"),
            "{shown}"
        );
        press(&mut state, &["enter"]);
        assert_eq!(step(&state), Step::Keep);
        let shown = screen(&state);
        assert!(
            !shown.contains("compared the words"),
            "plain values have none: {shown}"
        );
        assert!(!shown.contains("who may use it"), "{shown}");
    }
}

#[test]
fn lines_that_are_for_no_field_go_into_none_and_are_not_shown() {
    let mut state = demo((120, 36));
    accept_until_input(&mut state, Delivery::Plain);
    paste(&mut state, "museum-lab\rsecret-of-theirs-in-the-clear");
    assert_eq!(wizard(&state).typed(Step::Plain, "url"), "");
    let shown = screen(&state);
    assert!(shown.contains("paste each value by itself"), "{shown}");
    assert!(!shown.contains("secret-of-theirs"), "{shown}");
    paste(
        &mut state,
        "APP_ID=museum-lab\rINSTANCE_ID=inst_0123456789ab\rJWT_SECRET_KEY='short'",
    );
    assert_eq!(wizard(&state).typed(Step::Plain, "jwt_secret"), "short");
    assert_eq!(wizard(&state).at, 0, "the first one that is missing");
    let shown = screen(&state);
    assert!(shown.contains("one line is for none"), "{shown}");
    // A long value in the wrong field is not said a second time.
    paste(&mut state, &"a-secret-in-the-wrong-field".repeat(3));
    let shown = screen(&state);
    assert!(shown.contains("\"a-secret…\" is not a URL"), "{shown}");
    let mut state = demo((120, 36));
    accept_until_input(&mut state, Delivery::Code);
    paste(&mut state, "4711\rable about");
    assert_eq!(wizard(&state).typed(Step::Code, "url"), "");
}

#[test]
fn what_one_wizard_copies_of_a_code_the_other_takes() {
    let mut offering = demo((120, 36));
    offer(&mut offering, Delivery::Code);
    let copied = match update(&mut offering, Message::Key(Key::char('y'))).pop() {
        Some(Effect::Copy(text)) => text,
        _ => panic!("nothing is copied"),
    };
    let mut state = demo((120, 36));
    accept_until_input(&mut state, Delivery::Code);
    paste(&mut state, &copied.replace('\n', "\r"));
    assert_eq!(
        wizard(&state).typed(Step::Code, "url"),
        "http://127.0.0.1:5001/invoke"
    );
    assert_eq!(wizard(&state).typed(Step::Code, "code"), "4711-able-about-above");
    press(&mut state, &["enter"]);
    assert_eq!(step(&state), Step::Keep);
}

//! Whatever is typed, pasted, clicked and resized, in whatever order: the console goes on, and there is a screen to draw.

use super::*;
use crate::tui::message::Mouse;
use proptest::prelude::*;

/// Keys that are more than a character, as keymaps call them.
const KEYS: [&str; 24] = [
    "enter",
    "esc",
    "tab",
    "shift-tab",
    "up",
    "down",
    "left",
    "right",
    "home",
    "end",
    "pgup",
    "pgdn",
    "backspace",
    "delete",
    "space",
    "f1",
    "ctrl-d",
    "ctrl-u",
    "ctrl-w",
    "ctrl-n",
    "ctrl-p",
    "ctrl-r",
    "ctrl-y",
    "insert",
];
/// What leads further than single keys seldom come to together.
const WORDS: [&str; 12] = [
    ":audit",
    ":compose",
    ":map",
    ":live",
    ":doctor",
    ":domains",
    ":handshake",
    ":columns",
    ":theme light",
    "/tag:",
    "/~rdg",
    ":pointer create",
];

/// What a person can do to the console.
#[derive(Debug, Clone)]
enum Deed {
    Key(&'static str),
    Character(char),
    Words(&'static str),
    Paste(String),
    Mouse(Mouse),
    Resize(u16, u16),
}

fn deed() -> impl Strategy<Value = Deed> {
    let place = || (0..130_u16, 0..45_u16);
    prop_oneof![
        8 => prop::sample::select(&KEYS[..]).prop_map(Deed::Key),
        10 => prop::char::range(' ', '~').prop_map(Deed::Character),
        2 => prop::sample::select(&WORDS[..]).prop_map(Deed::Words),
        1 => "\\PC{0,12}|[a-z]{0,5}\n[a-z\t]{0,5}".prop_map(Deed::Paste),
        1 => place().prop_map(|(x, y)| Deed::Mouse(Mouse::Click(x, y))),
        1 => place().prop_map(|(x, y)| Deed::Mouse(Mouse::Drag(x, y))),
        1 => Just(Deed::Mouse(Mouse::Release)),
        1 => (place(), -3..4_i64).prop_map(|((x, y), by)| Deed::Mouse(Mouse::Wheel(x, y, by))),
        1 => (1..140_u16, 1..45_u16).prop_map(|(width, height)| Deed::Resize(width, height)),
    ]
}

fn happen(state: &mut State, deed: Deed) {
    let message = match deed {
        Deed::Key(key) => return press(state, &[key]),
        Deed::Character(character) => Message::Key(Key::char(character)),
        Deed::Words(words) => {
            write(state, words);
            return press(state, &["enter"]);
        }
        Deed::Paste(text) => Message::Paste(text),
        Deed::Mouse(mouse) => Message::Mouse(mouse),
        Deed::Resize(width, height) => Message::Resize(width, height),
    };
    let effects = update(state, message);
    answer(state, effects);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn nothing_that_a_person_does_ends_the_console(deeds in prop::collection::vec(deed(), 1..120)) {
        let mut state = demo((120, 36));
        for deed in deeds {
            happen(&mut state, deed);
            let (width, height) = state.size;
            view(&state, &mut Buffer::empty(Rect::new(0, 0, width, height)));
        }
    }
}

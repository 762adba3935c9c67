//! The page at all sizes and in all states, with a held clock.

use super::Doctor;
use crate::command::Key;
use crate::tui::effect::Effect;
use crate::tui::fake::{self, demo, press};
use crate::tui::layers::Layer;
use crate::tui::message::Message;
use crate::tui::state::State;
use crate::tui::theme::{ASCII, Depth};
use crate::tui::update::update;
use crate::tui::view::tests::screen;
use crate::workspace::{Observation, Severity};

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 36), (200, 50)];

fn compare(name: &str, prepare: impl Fn(&mut State)) {
    for size in SIZES {
        let mut state = demo(size);
        prepare(&mut state);
        let name = format!("doctor_{name}_{}x{}", size.0, size.1);
        insta::assert_snapshot!(name, screen(&state));
    }
}

fn doctor(state: &State) -> &Doctor {
    match state.layers.last() {
        Some(Layer::Doctor(doctor)) => doctor,
        _ => panic!("the doctor is not there"),
    }
}

/// The keys of a command line, typed without answering what it leads to.
fn ask(state: &mut State) -> Vec<Effect> {
    [":", "d", "o", "c", "t", "o", "r", "enter"]
        .into_iter()
        .flat_map(|key| update(state, Message::Key(Key::parse(key).unwrap())))
        .collect()
}

fn sound() -> Vec<Observation> {
    super::fake::observations()
        .into_iter()
        .filter(|one| one.severity == Severity::Ok)
        .collect()
}

fn found(state: &mut State, found: Vec<Observation>) {
    let number = doctor(state).number;
    update(state, Message::Examined(number, found));
}

#[test]
fn all_states_of_the_page() {
    compare("found", |state| press(state, &["g", "h"]));
    compare("everything", |state| press(state, &["g", "h", "a", "pgdn"]));
    compare("sound", |state| {
        press(state, &["g", "h"]);
        found(state, sound());
    });
    compare("looking", |state| {
        ask(state);
    });
    compare("looking_again", |state| {
        press(state, &["g", "h"]);
        update(state, Message::Key(Key::char('r')));
    });
}

#[test]
fn plain_signs() {
    let mut state = fake::themed((80, 24), "dark", Depth::None);
    state.look.glyphs = ASCII;
    fake::fill(&mut state);
    press(&mut state, &["g", "h"]);
    insta::assert_snapshot!("doctor_ascii_80x24", screen(&state));
}

#[test]
fn it_is_looked_at_when_asked_and_what_comes_for_another_page_is_not_taken() {
    let mut state = demo((120, 36));
    let effects = ask(&mut state);
    let asked = effects.iter().find_map(|effect| match effect {
        Effect::Examine(number) => Some(*number),
        _ => None,
    });
    let number = asked.expect("everything is looked at");
    assert!(doctor(&state).looking && state.is_live());
    assert!(update(&mut state, Message::Key(Key::char('r'))).is_empty());
    update(&mut state, Message::Examined(number + 1, sound()));
    assert!(doctor(&state).looking);
    found(&mut state, sound());
    assert!(!doctor(&state).looking && !state.is_live());
    let again = update(&mut state, Message::Key(Key::char('r')));
    assert!(matches!(again.as_slice(), [Effect::Examine(same)] if *same == number));
    press(&mut state, &["esc"]);
    update(&mut state, Message::Examined(number, sound()));
    assert!(state.layers.is_empty());
}

#[test]
fn the_worst_place_comes_first_and_in_it_the_worst() {
    let mut state = demo((120, 36));
    press(&mut state, &["g", "h"]);
    let names = ["alpha", "beta", "museum"];
    let places = doctor(&state).places(&names);
    let order: Vec<(&str, Severity)> = places.iter().map(|place| (place.name, place.worst())).collect();
    assert_eq!(
        order,
        [
            ("beta", Severity::Fault),
            ("museum", Severity::Warning),
            ("This home", Severity::Hint),
            ("This terminal", Severity::Hint),
            ("alpha", Severity::Ok),
            ("This machine", Severity::Ok),
        ]
    );
    for place in places {
        let severities: Vec<Severity> = place.found.iter().map(|one| one.severity).collect();
        assert!(
            severities.is_sorted_by(|one, other| one >= other),
            "{severities:?}"
        );
    }
}

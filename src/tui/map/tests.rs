//! The map at all sizes and in all states, with a held clock.

use super::panel::traffic_within;
use super::state::Traffic;
use crate::tui::clock::Clock;
use crate::tui::effect::Effect;
use crate::tui::fake::{self, answer, blank, demo, federation, large_federation, press, write};
use crate::tui::layers::Layer;
use crate::tui::message::Message;
use crate::tui::state::State;
use crate::tui::theme::{ASCII, Depth};
use crate::tui::update::{Start, start, update};
use crate::tui::view::tests::screen;
use crate::workspace::FederationMap;

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 36), (200, 50)];

fn compare(name: &str, prepare: impl Fn(&mut State)) {
    for size in SIZES {
        let mut state = demo(size);
        prepare(&mut state);
        let name = format!("map_{name}_{}x{}", size.0, size.1);
        insta::assert_snapshot!(name, screen(&state));
    }
}

/// News for the map that is open.
fn tell(state: &mut State, map: FederationMap) {
    let number = state
        .layers
        .iter()
        .find_map(|layer| match layer {
            Layer::Map(map) => Some(map.number),
            _ => None,
        })
        .unwrap();
    update(state, Message::Map(number, Ok(map)));
}

fn selected(state: &State) -> String {
    match state.layers.last() {
        Some(Layer::Map(map)) => format!("{:?}", map.selected.as_ref().unwrap()),
        _ => panic!("the map is not open"),
    }
}

#[test]
fn all_states_of_the_map() {
    compare("all", |state| press(state, &["N"]));
    compare("door", |state| press(state, &["N", "l"]));
    compare("neighbourhood", |state| press(state, &["N", "f"]));
    compare("found", |state| {
        press(state, &["N", "/"]);
        write(state, "museum");
        press(state, &["enter"]);
    });
    compare("nobody_found", |state| {
        press(state, &["N", "/"]);
        write(state, "nobody");
    });
    compare("thirty", |state| {
        press(state, &["N"]);
        tell(state, large_federation(30));
        press(state, &["G"]);
    });
    compare("loading", |state| {
        update(state, Message::Key(crate::command::Key::char('N')));
    });
    compare("failed", |state| {
        update(state, Message::Key(crate::command::Key::char('N')));
        let Some(Layer::Map(map)) = state.layers.last() else {
            panic!("the map is not open");
        };
        let number = map.number;
        update(state, Message::Map(number, Err(fake::failure())));
    });
    compare("empty", |state| {
        press(state, &["N"]);
        tell(state, FederationMap::default());
    });
    compare("not_all_asked", |state| {
        press(state, &["N"]);
        let mut map = large_federation(30);
        map.missing = [
            "delta: its folder is gone",
            "epsilon: it is locked",
            "zeta: no answer",
            "eta: no answer",
        ]
        .map(Into::into)
        .into();
        tell(state, map);
        press(state, &["G"]);
    });
    compare("traffic", |state| {
        press(state, &["N", "l"]);
        let mut map = federation();
        map.doors[0].uses = Some(37);
        tell(state, map);
    });
}

#[test]
fn what_goes_through_a_door_is_said_in_the_words_that_fit_and_failures_last_of_all() {
    let some = Traffic {
        calls: 7,
        errors: 2,
        last: None,
    };
    let none_failed = Traffic { errors: 0, ..some };
    for (room, words, without) in [
        (30, "1.4 calls/min, 2 failed", "1.4 calls/min"),
        (22, "1.4/min, 2 failed", "1.4 calls/min"),
        (12, "2 failed", "1.4/min"),
        (8, "2 failed", "1.4/min"),
    ] {
        assert_eq!(traffic_within(some, room), words);
        assert_eq!(traffic_within(none_failed, room), without);
    }
}

#[test]
fn plain_signs() {
    let mut state = fake::themed((80, 24), "dark", Depth::None);
    state.look.glyphs = ASCII;
    fake::fill(&mut state);
    press(&mut state, &["N"]);
    insta::assert_snapshot!("map_ascii_80x24", screen(&state));
}

#[test]
fn it_pulses_while_there_is_traffic_and_then_stands_still() {
    let mut state = demo((120, 36));
    press(&mut state, &["N"]);
    assert!(!state.is_live());
    let mut map = federation();
    map.doors[0].uses = Some(13);
    tell(&mut state, map);
    assert!(state.is_live());
    state.clock = Clock::Held(fake::now().plus_seconds(7));
    assert!(!state.is_live());
    let still = screen(&state);
    update(&mut state, Message::Tick);
    assert_eq!(screen(&state), still);
}

#[test]
fn it_is_asked_for_again_only_while_it_is_open() {
    let mut state = demo((120, 36));
    let effects = update(&mut state, Message::Key(crate::command::Key::char('N')));
    let [Effect::LoadMap(number)] = effects.as_slice() else {
        panic!("the map is not asked for");
    };
    let number = *number;
    let effects = update(&mut state, Message::Map(number, Ok(federation())));
    assert!(matches!(
        effects.as_slice(),
        [Effect::After(_, Message::MapDue(_, 1))]
    ));
    assert!(matches!(
        update(&mut state, Message::MapDue(number, 1)).as_slice(),
        [Effect::LoadMap(_)]
    ));
    assert!(
        update(&mut state, Message::MapDue(number, 0)).is_empty(),
        "it came since"
    );
    press(&mut state, &["esc"]);
    assert!(update(&mut state, Message::MapDue(number, 1)).is_empty());
}

#[test]
fn it_is_asked_for_seldom_while_nobody_is_there_and_at_once_for_whoever_comes() {
    let mut state = demo((120, 36));
    press(&mut state, &["N"]);
    let number = match state.layers.last() {
        Some(Layer::Map(map)) => map.number,
        _ => panic!("the map is open"),
    };
    let wait = |state: &mut State, seconds| {
        state.clock = Clock::Held(fake::now().plus_seconds(seconds));
        let effects = update(state, Message::Map(number, Ok(federation())));
        let attends = effects.iter().find_map(|effect| match effect {
            Effect::Attend(is_there) => Some(*is_there),
            _ => None,
        });
        let wait = effects.iter().find_map(|effect| match effect {
            Effect::After(wait, Message::MapDue(..)) => Some(wait.as_secs()),
            _ => None,
        });
        (attends, wait)
    };
    assert_eq!(wait(&mut state, 59), (None, Some(2)));
    assert_eq!(wait(&mut state, 60), (Some(false), Some(60)));
    assert_eq!(wait(&mut state, 90), (None, Some(60)), "that is said once");
    let effects = update(&mut state, Message::Key(crate::command::Key::char('j')));
    assert!(
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::Attend(true)))
    );
    assert!(effects.iter().any(|effect| matches!(effect, Effect::LoadMap(_))));
    assert_eq!(wait(&mut state, 91), (None, Some(2)));
}

#[test]
fn keys_reach_everything_and_what_is_selected_stays_selected() {
    let mut state = demo((80, 24));
    press(&mut state, &["N"]);
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..40 {
        press(&mut state, &["tab"]);
        seen.insert(selected(&state));
    }
    assert_eq!(seen.len(), 16);
    let before = selected(&state);
    tell(&mut state, federation());
    assert_eq!(selected(&state), before);
}

#[test]
fn enter_goes_to_the_instance_and_to_the_credential() {
    let mut state = demo((120, 36));
    press(&mut state, &["1", "j", "N", "enter"]);
    assert!(matches!(state.layers.last(), Some(Layer::Instance(page)) if page.name.as_str() == "beta"));
    press(&mut state, &["esc"]);
    while !selected(&state).contains("harbour") {
        press(&mut state, &["tab"]);
    }
    press(&mut state, &["enter"]);
    assert!(
        matches!(state.layers.last(), Some(Layer::Credential(page)) if page.name == "harbour-console@alpha")
    );
}

#[test]
fn t56_no_size_panics_and_a_hundred_stay_usable() {
    let mut state = blank((80, 24));
    let effects = start(&mut state, Start::Open);
    answer(&mut state, effects);
    press(&mut state, &["N"]);
    tell(&mut state, large_federation(100));
    for size in [
        (1, 1),
        (20, 5),
        (40, 9),
        (79, 12),
        (140, 17),
        (300, 100),
        (500, 4),
    ] {
        update(&mut state, Message::Resize(size.0, size.1));
        press(&mut state, &["j", "l", "tab", "G", "k", "h", "g"]);
        screen(&state);
    }
    update(&mut state, Message::Resize(80, 24));
    press(&mut state, &["G"]);
    assert!(screen(&state).contains("station-09"), "{}", screen(&state));
}

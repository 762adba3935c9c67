//! What is seen of a load in each state, and what keys lead to.

use super::LiveTest;
use super::errand::{Errand, Heard, News};
use super::state::Showing;
use crate::client::load::{Arrivals, Distribution, Figures, Pace, PhaseTotal, Plan, Share, Stage, Window};
use crate::model::{PointerAddress, Route, Timestamp};
use crate::protocol::PhaseName;
use crate::tui::effect::Effect;
use crate::tui::fake::{address, demo, key, name, themed};
use crate::tui::layers::Layer;
use crate::tui::message::Message;
use crate::tui::state::State;
use crate::tui::theme::{ASCII, Depth};
use crate::tui::update::update;
use crate::tui::view::tests::screen;
use crate::workspace::{LoadReport, LoadTarget, Prospect, Prospects, SavedLoad};
use serde_json::json;
use std::time::Duration;

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 36), (200, 50)];

fn compare(label: &str, prepare: impl Fn(&mut State)) {
    for size in SIZES {
        let mut state = demo(size);
        prepare(&mut state);
        insta::assert_snapshot!(format!("{label}_{}x{}", size.0, size.1), screen(&state));
    }
}

fn test(state: &State) -> &LiveTest {
    let found = state.layers.iter().rev().find_map(|layer| match layer {
        Layer::LiveTest(test) => Some(test),
        _ => None,
    });
    found.expect("the live test is open")
}

fn tell(state: &mut State, heard: Heard) {
    let ticket = test(state).ticket.unwrap_or(0);
    update(state, Message::LiveTest(News(ticket, Ok(heard))));
}

fn prospects(cautions: Vec<String>) -> Prospects {
    let missing =
        "route circuit needs a query that was sealed before, and the pointer carries none".to_owned();
    Prospects {
        instance: name("alpha"),
        label: format!("{} Fine dust, hourly means of station 3", address(3)),
        action: "get_pointer_summary".to_owned(),
        routes: vec![
            Prospect {
                route: Route::Endpoint,
                missing: None,
            },
            Prospect {
                route: Route::Circuit,
                missing: Some(missing),
            },
            Prospect {
                route: Route::Relay,
                missing: None,
            },
        ],
        own: Some(Route::Relay),
        cautions,
    }
}

fn open(state: &mut State, cautions: Vec<String>) {
    key(state, "j");
    key(state, "B");
    let target: PointerAddress = address(3);
    tell(
        state,
        Heard::Prepared(Box::new((LoadTarget::Pointer(target), prospects(cautions)))),
    );
}

fn figures(stage: Stage, scale: u64, errors: bool) -> Figures {
    let plan = Plan {
        pace: Pace::Open {
            rate: 100.0,
            arrivals: Arrivals::Constant,
        },
        warm_up: Duration::ZERO,
        duration: Some(Duration::from_secs(10)),
        count: None,
        in_flight: 256,
        trace_every: 20,
    };
    let values = |from: u64| -> Distribution {
        (0..100u64)
            .map(|number| scale * (900 + from + number * number / 3))
            .collect()
    };
    let mut figures = Figures::nothing(&plan, Duration::from_millis(200));
    figures.stage = stage;
    figures.elapsed_us = 6_000_000;
    figures.requests = 600;
    figures.in_flight = 3;
    figures.latency = values(0);
    figures.service = values(0);
    figures.windows.points = (0..30)
        .map(|number| Window {
            requests: 18 + number % 5,
            errors: 0,
            latency: values(number),
        })
        .collect();
    figures.traced = 30;
    figures.phases = vec![PhaseTotal {
        phase: PhaseName::Wait,
        total_us: 500_000,
        count: 600,
    }];
    figures.shares = [
        ("alpha", 9_000),
        ("beta", 21_000),
        ("console", 3_000),
        ("network", 6_000),
    ]
    .map(|(place, total_us)| Share {
        place: place.to_owned(),
        total_us: total_us * scale,
    })
    .into();
    if errors {
        figures.errors = [
            ("rate_limited".to_owned(), 40),
            ("deadline_exceeded".to_owned(), 2),
        ]
        .into();
        figures.not_started = 12;
        figures.behind = 7;
    }
    figures
}

fn lanes(stage: Stage, many: usize, errors: bool) -> Vec<(String, Figures)> {
    ["endpoint", "circuit", "relay"]
        .into_iter()
        .zip(1..)
        .take(many)
        .map(|(label, scale)| (label.to_owned(), figures(stage, scale, errors)))
        .collect()
}

fn running(state: &mut State, stage: Stage, many: usize, errors: bool) {
    open(state, Vec::new());
    let effects = key(state, "enter");
    assert!(
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::LiveTest(_, Errand::Start(_))))
    );
    tell(state, Heard::Figures(lanes(stage, many, errors)));
}

fn finished(state: &mut State, many: usize) {
    running(state, Stage::Running, many, false);
    let report = LoadReport {
        lanes: lanes(Stage::Finished, many, false),
        samples: vec![("endpoint".to_owned(), vec![3])],
        log_id: Some(9),
    };
    tell(state, Heard::Ended(Box::new(report)));
}

fn saved(state: &State) -> SavedLoad {
    SavedLoad {
        name: "before".to_owned(),
        at: Timestamp::from_micros(0),
        instance: name("alpha"),
        target: json!({}),
        plan: test(state).request.as_ref().unwrap().plan,
        lanes: lanes(Stage::Finished, 3, false)
            .into_iter()
            .map(|(label, _)| (label, figures(Stage::Finished, 2, false)))
            .collect(),
    }
}

#[test]
fn every_state_at_three_sizes() {
    compare("set_up", |state| open(state, Vec::new()));
    compare("set_up_asking", |state| {
        open(state, vec!["alpha is marked read-only".to_owned()]);
        let effects = key(state, "enter");
        assert!(effects.is_empty(), "nothing is loaded before the answer");
    });
    compare("running", |state| running(state, Stage::Running, 2, false));
    compare("running_three", |state| running(state, Stage::Running, 3, false));
    compare("paused", |state| running(state, Stage::Paused, 1, false));
    compare("with_errors", |state| running(state, Stage::Running, 1, true));
    compare("finished", |state| finished(state, 3));
    compare("compared", |state| {
        finished(state, 3);
        let kept = vec![saved(state)];
        tell(state, Heard::Listed(kept));
        key(state, "c");
    });
}

#[test]
fn kept_runs_are_listed_looked_at_and_made_again() {
    let list = |state: &mut State| {
        key(state, "P");
        let figures = |scale| vec![("endpoint".to_owned(), figures(Stage::Finished, scale, scale > 1))];
        let kept = |name: &str, scale| SavedLoad {
            name: name.to_owned(),
            at: Timestamp::from_micros(1_795_000_000_000_000),
            instance: crate::tui::fake::name("alpha"),
            target: json!({"pointer_address": address(3)}),
            plan: Plan {
                pace: Pace::Closed { callers: 8 },
                warm_up: Duration::from_secs(2),
                duration: Some(Duration::from_secs(30)),
                count: None,
                in_flight: 256,
                trace_every: 20,
            },
            lanes: figures(scale),
        };
        tell(state, Heard::Listed(vec![kept("tuesday", 2), kept("monday", 1)]));
    };
    compare("kept_none", |state| {
        key(state, "P");
        tell(state, Heard::Listed(Vec::new()));
    });
    compare("kept", |state| {
        list(state);
        key(state, "j");
    });
    compare("kept_one", |state| {
        list(state);
        key(state, "j");
        key(state, "enter");
        key(state, "c");
    });
    let mut state = demo((120, 36));
    list(&mut state);
    key(&mut state, "enter");
    let effects = key(&mut state, "r");
    assert!(matches!(effects[0], Effect::LiveTest(_, Errand::Prepare(_))));
    assert_eq!(test(&state).remembered(), "callers 8 30 2");
    key(&mut state, "esc");
    assert!(state.layers.is_empty());
}

#[test]
fn plain_signs() {
    let mut state = themed((80, 24), "dark", Depth::None);
    state.look.glyphs = ASCII;
    crate::tui::fake::fill(&mut state);
    running(&mut state, Stage::Running, 3, false);
    let shown = screen(&state);
    assert!(
        shown.is_ascii()
            || !shown
                .chars()
                .any(|letter| ('\u{2800}'..'\u{2900}').contains(&letter))
    );
    insta::assert_snapshot!(shown);
}

#[test]
fn keys_pause_stop_and_go_to_a_trace() {
    let mut state = demo((120, 36));
    running(&mut state, Stage::Running, 3, false);
    assert!(matches!(
        key(&mut state, "p")[..],
        [Effect::LiveTest(_, Errand::Pause), ..]
    ));
    assert!(matches!(
        key(&mut state, "p")[..],
        [Effect::LiveTest(_, Errand::Resume), ..]
    ));
    assert!(matches!(
        key(&mut state, "esc")[..],
        [Effect::LiveTest(_, Errand::Stop), ..]
    ));
    assert_eq!(
        test(&state).showing,
        Showing::Running,
        "figures so far are still to come"
    );
    let report = LoadReport {
        lanes: lanes(Stage::Stopped, 3, false),
        samples: vec![("endpoint".to_owned(), vec![3])],
        log_id: Some(9),
    };
    tell(&mut state, Heard::Ended(Box::new(report)));
    let effects = key(&mut state, "t");
    assert!(matches!(effects[..], [Effect::LoadEntry(3), ..]));
    assert!(matches!(state.layers.last(), Some(Layer::Invoke(_))));
    key(&mut state, "esc");
    assert!(
        matches!(state.layers.last(), Some(Layer::LiveTest(_))),
        "and back"
    );
    key(&mut state, "esc");
    assert!(state.layers.is_empty());
}

#[test]
fn what_is_wrong_in_the_set_up_is_said_and_not_loaded() {
    let mut state = demo((80, 24));
    open(&mut state, Vec::new());
    for text in ["up", "up", "up", "backspace", "backspace", "enter"] {
        assert!(
            !key(&mut state, text)
                .iter()
                .any(|effect| matches!(effect, Effect::LiveTest(..)))
        );
    }
    let wrong = test(&state)
        .fields
        .iter()
        .filter(|field| field.error.is_some())
        .count();
    assert_eq!(wrong, 1);
}

#[test]
fn percentiles_go_before_errors_and_nothing_is_written_over_the_frame() {
    for width in 20..120 {
        for height in [6, 8, 9, 10, 20] {
            let mut state = demo((width, height));
            running(&mut state, Stage::Running, 3, true);
            let shown = screen(&state);
            let framed = |line: &str| line.trim_matches('"').ends_with(['│', '╮', '╯']);
            let body = shown.lines().skip(1).take(usize::from(height) - 3);
            for line in body {
                assert!(framed(line), "{width}x{height}\n{shown}");
            }
            if height == 20 {
                assert!(shown.contains("errors"), "{width}x{height}\n{shown}");
            }
        }
    }
    let mut state = demo((60, 20));
    running(&mut state, Stage::Running, 1, true);
    let shown = screen(&state);
    let heading = shown.lines().find(|line| line.contains("errors")).unwrap();
    let titles: Vec<&str> = heading.split_whitespace().collect();
    assert!(
        titles.join(" ").contains("calls rate/s p99 max errors"),
        "{shown}"
    );
}

#[test]
fn any_size_is_drawn() {
    for width in [20, 33, 60, 95] {
        for height in [5, 9, 14, 30] {
            let mut state = demo((width, height));
            finished(&mut state, 3);
            screen(&state);
        }
    }
}

fn pass(state: &mut State, seconds: i64) {
    state.clock = crate::tui::clock::Clock::Held(state.clock.now().plus_seconds(seconds));
    let look = state.idle.look;
    update(state, Message::IdleLook(look));
}

#[test]
fn a_load_is_not_taken_from_under_whoever_waits_for_it_and_its_figures_are_told() {
    use crate::tui::state::Phase;
    let mut state = demo((120, 36));
    running(&mut state, Stage::Running, 1, false);
    pass(&mut state, 5_000);
    assert_eq!(state.phase, Phase::Open);
    let report = LoadReport {
        lanes: lanes(Stage::Finished, 1, false),
        samples: Vec::new(),
        log_id: Some(9),
    };
    tell(&mut state, Heard::Ended(Box::new(report)));
    pass(&mut state, 899);
    assert_eq!(test(&state).showing, Showing::Finished);
    pass(&mut state, 1);
    assert_eq!(state.phase, Phase::Shut);
    let told = &state.reports.back().unwrap().text;
    assert!(told.contains("line 9 of the log"), "{told}");
}

#[test]
fn a_console_that_only_reads_keeps_no_figures() {
    let mut state = demo((120, 36));
    state.read_only = true;
    finished(&mut state, 1);
    key(&mut state, "w");
    assert!(test(&state).naming.is_none());
    assert!(test(&state).note.as_ref().unwrap().contains("only reads"));
}

#[test]
fn of_two_tests_the_one_that_is_seen_has_the_keys_and_each_its_own_news() {
    let mut state = demo((120, 36));
    running(&mut state, Stage::Running, 3, false);
    let report = LoadReport {
        lanes: lanes(Stage::Stopped, 3, false),
        samples: vec![("endpoint".to_owned(), vec![3])],
        log_id: Some(9),
    };
    tell(&mut state, Heard::Ended(Box::new(report.clone())));
    key(&mut state, "t");
    let kinds = |state: &State| -> Vec<bool> {
        let is_test = |layer: &Layer| matches!(layer, Layer::LiveTest(_));
        state.layers.iter().map(is_test).collect()
    };
    assert_eq!(kinds(&state), [true, false]);
    key(&mut state, "B");
    assert_eq!(kinds(&state), [true, false, true]);
    assert_eq!(test(&state).showing, Showing::SetUp);
    let loads = key(&mut state, "r");
    assert!(!loads.iter().any(|effect| matches!(effect, Effect::LiveTest(..))));
    key(&mut state, "esc");
    assert_eq!(kinds(&state), [true, false], "the one that was seen is closed");

    // What one that lies beneath waits for reaches it; what nobody waits for is told.
    key(&mut state, "esc");
    key(&mut state, "r");
    let ticket = test(&state).ticket.unwrap();
    super::open(&mut state, super::Source::Line(3));
    update(
        &mut state,
        Message::LiveTest(News(ticket, Ok(Heard::Ended(Box::new(report.clone()))))),
    );
    assert_eq!(test(&state).showing, Showing::SetUp);
    key(&mut state, "esc");
    assert_eq!(test(&state).showing, Showing::Finished);
    super::open(&mut state, super::Source::Line(3));
    update(
        &mut state,
        Message::LiveTest(News(ticket, Ok(Heard::Ended(Box::new(report))))),
    );
    let told = &state.reports.back().expect("it is told").text;
    assert!(told.contains("the load is over"), "{told}");
}

//! The page on made-up invokes with a held clock: every tab, every way of seeing the reply, 50 MB of it.

use super::errand::{Errand, done};
use super::reply::Mode;
use super::*;
use crate::command::Key;
use crate::tui::effect::Effect;
use crate::tui::fake::{self, answer, demo, press, write};
use crate::tui::layers::Layer;
use crate::tui::message::Message;
use crate::tui::outside::Reading;
use crate::tui::state::State;
use crate::tui::update::update;
use crate::tui::view::tests::screen;
use crate::tui::view::view;
use crate::tui::widgets::tree::looked;
use crate::workspace::{Comparison, LogDetail, LogEntry};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use serde_json::{Value, json};
use std::sync::Arc;

mod comparing;
mod expressions;

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 36), (200, 50)];

/// An invoke that listed pointers.
fn listed(pointers: usize) -> LogDetail {
    let mut entry = fake::entry();
    let rows: Vec<Value> = (0..pointers)
        .map(|number| {
            json!({"address": fake::address(number as u64), "description": format!("Fine dust, hourly means of station {number}"),
                "tags": ["dataset", "air"], "x": number % 7, "connection_id": null})
        })
        .collect();
    entry.row.action = "get_all_pointers".into();
    entry.reply = Some(json!({"status": "success", "result": {"count": pointers, "pointers": rows}}));
    LogDetail::of(entry)
}

/// Opens the page on this, at its reply.
fn open(state: &mut State, detail: LogDetail) {
    press(state, &["4"]);
    update(state, Message::Key(Key::parse("enter").unwrap()));
    let id = page(state).id;
    let effects = update(state, Message::Entry(id, Ok(Box::new(detail))));
    answer(state, effects);
}

/// An invoke that the instance refused over HTTP.
fn refused() -> LogEntry {
    let mut entry = fake::entry();
    entry.reply = None;
    entry.row.status = "failed".into();
    entry.row.code = Some("peer_refused".into());
    entry.row.route = None;
    entry.row.reply_bytes = 0;
    let hint = "token or clock";
    entry.failure = Some(format!(
        "alpha: http://127.0.0.1:5001/invoke refused the credential: {hint}; ask the instance's administrator"
    ));
    entry.hops.truncate(1);
    entry.hops[0].phases.pop();
    let wire = &mut entry.wire[0];
    wire.status = 401;
    wire.response_headers = vec![("content-type".into(), "application/problem+json".into())];
    wire.response_body =
        json!({"type": "about:blank", "title": "Unauthorized\u{1b}[2J", "status": 401, "detail": hint})
            .to_string();
    wire.sizes.1 = wire.response_body.len() as u64;
    entry
}

/// An invoke that nobody answered.
fn unreached() -> LogEntry {
    let mut entry = refused();
    entry.row.code = Some("peer_unreachable".into());
    entry.failure = Some(
        "alpha: http://127.0.0.1:5001/invoke cannot be reached: Connection refused; check the URL".into(),
    );
    entry.hops[0].phases.truncate(2);
    let wire = &mut entry.wire[0];
    wire.status = 0;
    wire.response_headers.clear();
    wire.response_body.clear();
    wire.sizes.1 = 0;
    entry
}

fn page(state: &State) -> &InvokePage {
    match state.layers.last() {
        Some(Layer::Invoke(page)) => page,
        _ => panic!("the page is not on top"),
    }
}

fn compare(name: &str, prepare: impl Fn(&mut State)) {
    for size in SIZES {
        let mut state = demo(size);
        prepare(&mut state);
        insta::assert_snapshot!(format!("{name}_{}x{}", size.0, size.1), screen(&state));
    }
}

fn taken_to_pager(state: &mut State) -> Option<Reading> {
    let effects = fake::key(state, "ctrl-o");
    effects.into_iter().find_map(|effect| match effect {
        Effect::Read(reading) => Some(reading),
        _ => None,
    })
}

#[test]
fn what_a_tab_shows_can_be_taken_to_the_persons_own_pager() {
    let mut state = demo(SIZES[1]);
    let detail = listed(3);
    let (query, reply) = (detail.entry.query.to_string(), detail.reply.clone().unwrap());
    open(&mut state, detail);
    assert_eq!(
        taken_to_pager(&mut state),
        Some(Reading::Json(Arc::clone(&reply)))
    );
    press(&mut state, &["T"]);
    let Some(Reading::Json(list)) = taken_to_pager(&mut state) else {
        panic!("a table is a list");
    };
    assert!(list.starts_with("[{\"address\""), "{list}");
    press(&mut state, &["T", "|"]);
    write(&mut state, "result.count");
    press(&mut state, &["enter"]);
    assert_eq!(taken_to_pager(&mut state), Some(Reading::Json("3".into())));
    press(&mut state, &["tab"]);
    let Some(Reading::Text(wire)) = taken_to_pager(&mut state) else {
        panic!("the wire is text");
    };
    assert!(wire.contains("POST"), "{wire}");
    press(&mut state, &["tab"]);
    assert!(matches!(taken_to_pager(&mut state), Some(Reading::Text(_))));
    press(&mut state, &["tab"]);
    assert_eq!(
        taken_to_pager(&mut state),
        Some(Reading::Json(query.as_str().into()))
    );
}

#[test]
fn t42_nothing_of_the_wire_acts_on_the_terminal_of_a_pager() {
    let mut state = demo(SIZES[1]);
    let mut detail = listed(1);
    let entry = Arc::make_mut(&mut detail.entry);
    entry.wire[0]
        .response_headers
        .push(("x-evil".to_owned(), "\u{1b}[2J\u{9b}31m".to_owned()));
    open(&mut state, detail);
    press(&mut state, &["tab"]);
    let Some(Reading::Text(wire)) = taken_to_pager(&mut state) else {
        panic!("the wire is text");
    };
    assert!(wire.contains("x-evil"), "{wire}");
    assert!(
        !wire
            .chars()
            .any(|character| character.is_control() && character != '\n'),
        "{wire:?}"
    );
}

#[test]
fn tabs_and_states() {
    compare("query", |state| press(state, &["4", "enter", "1"]));
    compare("loading", |state| {
        press(state, &["4"]);
        update(state, Message::Key(Key::parse("enter").unwrap()));
    });
    compare("gone", |state| {
        press(state, &["4"]);
        update(state, Message::Key(Key::parse("enter").unwrap()));
        let id = page(state).id;
        update(state, Message::Entry(id, Err(fake::failure())));
    });
    compare("failed", |state| {
        let mut entry = fake::entry();
        entry.reply = None;
        entry.failure = Some("http://127.0.0.1:5002/invoke did not answer: connection refused".into());
        entry.row.status = "failed".into();
        entry.row.code = Some("peer_unreachable".into());
        entry.hops = Vec::new();
        entry.wire = Vec::new();
        open(state, LogDetail::of(entry));
    });
    compare("failed_wire", |state| {
        let mut entry = fake::entry();
        entry.wire = Vec::new();
        open(state, LogDetail::of(entry));
        press(state, &["3"]);
    });
    compare("failed_trace", |state| {
        let mut entry = fake::entry();
        entry.hops = Vec::new();
        open(state, LogDetail::of(entry));
        press(state, &["4"]);
    });
    compare("refused_wire", |state| {
        open(state, LogDetail::of(refused()));
        press(state, &["3"]);
    });
    compare("refused_trace", |state| {
        open(state, LogDetail::of(refused()));
        press(state, &["4"]);
    });
    compare("unreached_wire", |state| {
        open(state, LogDetail::of(unreached()));
        press(state, &["3"]);
    });
    compare("earlier_wire", |state| {
        let mut entry = unreached();
        entry.wire.clear();
        entry.hops.clear();
        open(state, LogDetail::of(entry));
        press(state, &["3"]);
    });
    compare("error_reply", |state| {
        let mut entry = fake::entry();
        entry.reply = Some(
            json!({"status": "error", "code": "pointer_not_found", "message": "there is no such pointer"}),
        );
        entry.row.status = "error".into();
        entry.row.code = Some("pointer_not_found".into());
        open(state, LogDetail::of(entry));
    });
    compare("empty_list", |state| open(state, listed(0)));
    compare("trace_selected", |state| {
        press(state, &["4", "enter", "4", "j", "j", "j"])
    });
    compare("wire_whole", |state| press(state, &["4", "enter", "3", "R"]));
    compare("wire_legacy", |state| {
        let mut entry = fake::entry();
        entry.wire[0].content_type = "text/plain".into();
        entry.wire[0].token =
            json!({"header": {"alg": "HS256"}, "claims": {"app_id": "a", "exp": 1_795_449_791}});
        entry.wire[0].request_body = format!("gAAAAABp{}", "AbCd".repeat(30));
        entry.wire[0].response_body = "<html>no</html>".into();
        open(state, LogDetail::of(entry));
        press(state, &["3"]);
    });
}

#[test]
fn ways_of_seeing_a_reply() {
    compare("tree", |state| {
        open(state, listed(100));
        press(state, &["j", "j", "j", "l", "j", "l", "j", "j"]);
    });
    compare("search", |state| {
        open(state, listed(100));
        press(state, &["/"]);
        write(state, "station 4");
    });
    compare("search_next", |state| {
        open(state, listed(100));
        press(state, &["/"]);
        write(state, "station 4");
        press(state, &["enter", "n", "n"]);
    });
    compare("search_nothing", |state| {
        open(state, listed(100));
        press(state, &["/"]);
        write(state, "nowhere");
    });
    compare("jq", |state| {
        open(state, listed(100));
        press(state, &["|"]);
        write(state, "result.pointers[:4] | map({address, x})");
    });
    compare("jq_error", |state| {
        open(state, listed(100));
        press(state, &["|"]);
        write(state, "result | nonsense");
    });
    compare("jq_offers", |state| {
        open(state, listed(100));
        press(state, &["|"]);
        write(state, "result.pointers[] | .");
    });
    compare("jq_taken", |state| {
        open(state, listed(100));
        press(state, &["|"]);
        write(state, "result.pointers | map(select(.");
        press(state, &["tab", "tab"]);
    });
    compare("raw", |state| {
        open(state, listed(100));
        press(state, &["R", "j"]);
    });
    compare("table", |state| {
        open(state, listed(100));
        press(state, &["T", "j", "j"]);
    });
    compare("table_sorted", |state| {
        open(state, listed(100));
        press(state, &["T", "l", "l", "l", "s", "s"]);
    });
    compare("no_table", |state| press(state, &["4", "enter", "T"]));
    compare("value", |state| {
        press(state, &["4", "enter", "j", "j", "j", "j", "enter"]);
    });
}

#[test]
fn two_beside_each_other() {
    let other = || {
        let mut entry = fake::entry();
        entry.row.id = 7;
        entry.row.route = None;
        entry.row.elapsed_us = 3_100;
        entry.row.instance = "beta".into();
        let reply = entry.reply.as_mut().unwrap();
        reply["result"]["tags"] = json!(["grid", "dataset", "new"]);
        reply["result"]["neighbor_count"] = json!(4);
        entry.hops.remove(1);
        LogDetail::of(entry)
    };
    compare("difference", |state| {
        let comparison = Comparison::of(&LogDetail::of(fake::entry()), &other());
        let page = DifferencePage::new(comparison, None);
        state.layers.push(Layer::Difference(Box::new(page)));
        update(state, Message::Tick);
    });
    compare("difference_end", |state| {
        let comparison = Comparison::of(&LogDetail::of(fake::entry()), &other());
        let page = DifferencePage::new(comparison, None);
        state.layers.push(Layer::Difference(Box::new(page)));
        press(state, &["G"]);
    });
    compare("direct_and_through", |state| {
        let mut direct = fake::entry();
        direct.row.elapsed_us = 2_000;
        direct.hops.drain(1..2);
        let comparison = Comparison::of(&LogDetail::of(direct), &LogDetail::of(fake::entry()));
        let page = DifferencePage::new(comparison, Some(23_400));
        state.layers.push(Layer::Difference(Box::new(page)));
        update(state, Message::Tick);
    });
}

#[test]
fn the_reply_is_seen_as_asked_and_escape_goes_back() {
    let mut state = demo((120, 36));
    open(&mut state, listed(30));
    press(&mut state, &["|"]);
    write(&mut state, "result.count");
    let shown = page(&state);
    let made = shown.reply.jq.as_ref().unwrap();
    assert_eq!((made.expression.as_str(), made.count), (".result.count", 1));
    press(&mut state, &["enter"]);
    assert_eq!(state.expressions, [".result.count"]);
    press(&mut state, &["esc"]);
    assert!(page(&state).reply.jq.is_none());
    press(&mut state, &["|", "up"]);
    assert!(
        page(&state).reply.jq.is_some(),
        "an earlier expression comes back"
    );
    press(&mut state, &["esc", "T"]);
    assert_eq!(page(&state).reply.mode, Mode::Table);
    press(&mut state, &["j", "j", "enter"]);
    let tree = page(&state).tree().unwrap();
    assert_eq!(
        tree.document.path(tree.selected().unwrap()),
        ".result.pointers[2]"
    );
    press(&mut state, &["R", "esc", "esc"]);
    assert!(state.layers.is_empty());
}

#[test]
fn fifty_megabytes_cost_what_is_visible() {
    let mut state = demo((200, 50));
    let mut detail = listed(1_000);
    let part = detail.reply.clone().unwrap();
    let inner = &part[part.find('[').unwrap() + 1..part.rfind(']').unwrap()];
    let copies = 50 * 1024 * 1024 / inner.len() + 1;
    let list = vec![inner; copies].join(",");
    detail.reply = Some(format!("{{\"status\":\"success\",\"result\":{{\"pointers\":[{list}]}}}}").into());
    let size = detail.reply.as_ref().unwrap().len();
    assert!(size > 50 * 1024 * 1024);
    press(&mut state, &["4"]);
    update(&mut state, Message::Key(Key::parse("enter").unwrap()));
    let id = page(&state).id;

    // Its beginning is there at once, and the rest is asked of another thread.
    let effects = update(&mut state, Message::Entry(id, Ok(Box::new(detail))));
    let (number, errand) = the_errand(effects);
    assert!(page(&state).tree().unwrap().document.len() < 20_000);
    assert!(screen(&state).contains("reading the whole, 50."));
    press(&mut state, &["j", "j"]);
    let effects = update(&mut state, Message::Inspected(id, number, done(errand)));
    answer(&mut state, effects);
    let values = page(&state).tree().unwrap().document.len();
    assert!(values > 1_000_000, "{values}");

    // Opening the list is work for another thread too.
    press(&mut state, &["j"]);
    let effects = update(&mut state, Message::Key(Key::char('l')));
    let (number, errand) = the_errand(effects);
    update(&mut state, Message::Inspected(id, number, done(errand)));
    assert!(page(&state).tree().unwrap().folding.len() > 150_000);

    // From then on no key and no frame looks at more than what is visible.
    for key in [
        "G", "k", "pgup", "l", "h", "g", "j", "ctrl-d", "G", "h", "l", "C", "o",
    ] {
        let before = looked();
        let effects = update(&mut state, Message::Key(Key::parse(key).unwrap()));
        let heavy = effects.iter().any(|effect| matches!(effect, Effect::Inspect(..)));
        let mut buffer = Buffer::empty(Rect::new(0, 0, 200, 50));
        view(&state, &mut buffer);
        let work = looked() - before;
        assert!(work < 3_000, "{key}: {work} values were looked at");
        if heavy {
            let (number, errand) = the_errand(effects);
            update(&mut state, Message::Inspected(id, number, done(errand)));
        }
    }

    // Nor do raw and table.
    press(&mut state, &["R", "G"]);
    assert!(screen(&state).contains("}}"));
    let before = looked();
    press(&mut state, &["k", "pgup"]);
    assert_eq!(looked(), before);
    press(&mut state, &["T"]);
    for key in ["G", "k", "l", "pgup"] {
        let before = looked();
        press(&mut state, &[key]);
        view(&state, &mut Buffer::empty(Rect::new(0, 0, 200, 50)));
        let work = looked() - before;
        assert!(work < 5_000, "{key}: {work} values were looked at");
    }
}

fn the_errand(effects: Vec<Effect>) -> (u64, Errand) {
    effects
        .into_iter()
        .find_map(|effect| match effect {
            Effect::Inspect(_, number, errand) => Some((number, errand)),
            _ => None,
        })
        .expect("nothing was asked of another thread")
}

#[test]
fn no_size_panics() {
    let prepare: [&[&str]; 8] = [
        &[],
        &["1"],
        &["3"],
        &["4"],
        &["R"],
        &["T"],
        &["/", "a"],
        &["|", "x"],
    ];
    for keys in prepare {
        let mut state = demo((80, 24));
        open(&mut state, listed(30));
        press(&mut state, keys);
        for size in [
            (1, 1),
            (3, 3),
            (20, 5),
            (7, 2),
            (40, 9),
            (30, 14),
            (300, 100),
            (5, 60),
        ] {
            let effects = update(&mut state, Message::Resize(size.0, size.1));
            answer(&mut state, effects);
            view(&state, &mut Buffer::empty(Rect::new(0, 0, size.0, size.1)));
        }
    }
}

#[test]
fn t42_no_escape_of_theirs_reaches_the_screen() {
    let nasty = "\u{1b}]52;c;aGk=\u{7}\u{202e}\u{9b}31m";
    let mut entry = fake::entry();
    entry.reply = Some(json!({"status": "success", "result": [{nasty: nasty, "a": nasty}]}));
    entry.query = json!({"action": nasty, nasty: [nasty]});
    entry.hops[1].instance = nasty.into();
    entry.wire[0].response_headers = vec![(nasty.into(), nasty.into())];
    entry.wire[0].token["claims"][nasty] = json!(nasty);
    entry.wire[0].response_body = nasty.into();
    for keys in [
        &["1"][..],
        &["2"],
        &["3"],
        &["4"],
        &["R"],
        &["T"],
        &["2", "O", "G", "enter"],
    ] {
        let mut state = demo((120, 36));
        open(&mut state, LogDetail::of(entry.clone()));
        press(&mut state, keys);
        let shown = screen(&state);
        for forbidden in ['\u{1b}', '\u{7}', '\u{9b}', '\u{202e}'] {
            assert!(!shown.contains(forbidden), "{keys:?}: {forbidden:?}");
        }
    }
}

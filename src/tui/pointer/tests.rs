//! The page about a pointer, at three sizes, with a held clock; and how one walks along pointers.

mod circuit_form;
mod importing;
mod marked;
mod meanwhile;
mod unknown;

use super::*;
use crate::command::Key;
use crate::model::{CIRCUIT_PREFIX, ConnectionStatus, CredentialState, InstanceState, Pointer};
use crate::protocol::Code;
use crate::tui::effect::{Effect, Work};
use crate::tui::fake::{self, demo, press, themed, write};
use crate::tui::layers::Layer;
use crate::tui::message::{Done, Message};
use crate::tui::state::State;
use crate::tui::theme::{ASCII, Depth};
use crate::tui::update::update;
use crate::tui::view::tests::screen;
use crate::workspace::{Failure, ImportReport, PointerDetail, RejectedRow};
use serde_json::{Value, json};

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 36), (200, 50)];

fn compare(name: &str, prepare: impl Fn(&mut State)) {
    for size in SIZES {
        let mut state = demo(size);
        prepare(&mut state);
        insta::assert_snapshot!(format!("{name}_{}x{}", size.0, size.1), screen(&state));
    }
}

/// Opens the page of the pointer in this row.
fn open_row(state: &mut State, row: usize) {
    press(state, &vec!["j"; row]);
    press(state, &["enter"]);
}

fn page(state: &State) -> &PointerPage {
    match state.layers.last() {
        Some(Layer::Pointer(page)) => page,
        _ => panic!("no pointer's page is on top"),
    }
}

/// Puts other things on the page that is open than the made-up instance tells.
fn show(state: &mut State, change: impl FnOnce(&mut PointerDetail)) {
    let (instance, address) = (page(state).instance.clone(), page(state).address.clone());
    let mut detail = fake::detail_of(&address);
    change(&mut detail);
    let effects = update(state, Message::Pointer(instance, address, Ok(Box::new(detail))));
    fake::answer(state, effects);
}

fn circuit(definition: &Value) -> Pointer {
    Pointer {
        data_reference: format!("{CIRCUIT_PREFIX}{definition}"),
        description: "Newest station, copied".into(),
        ..fake::pointer(4)
    }
}

fn valid() -> Value {
    json!([
        {"action": "search_pointers", "search_tags": ["air", "hourly"], "limit": 1},
        {"action": "get_pointer", "pointer_address": "{0.pointers.0.address}"},
        {"action": "relay", "connection_id": "conn_0123456789ab",
         "query": {"action": "create_pointer", "description": "copy of {1.description}", "tags": "{1.tags}"}},
        {"action": "add_neighbor", "pointer_address": "{1.address}", "neighbor_address": "ptr_000000000009"},
    ])
}

#[test]
fn each_route_says_who_seals_and_who_calls() {
    compare("route_endpoint", |state| open_row(state, 1));
    compare("route_circuit", |state| {
        open_row(state, 2);
        show(state, |detail| {
            let step = json!({"action": "federated_invoke", "endpoint": "http://127.0.0.1:5002/invoke",
                "kid": "kid_0123456789abcdef", "profile": "native", "sealed": "a".repeat(340)});
            detail.pointer.data_reference = format!("{CIRCUIT_PREFIX}{step}");
        });
    });
    compare("route_relay", |state| open_row(state, 3));
}

#[test]
fn a_way_that_is_broken_says_where() {
    compare("route_broken", |state| {
        open_row(state, 3);
        show(state, |detail| {
            if let Some(connection) = &mut detail.connection {
                connection.status = ConnectionStatus::Disabled;
            }
        });
        let mut rows = state.credentials.rows().to_vec();
        if let Some(row) = rows.iter_mut().find(|row| row.name == "beta/alpha-federation") {
            row.state = CredentialState::Suspended;
            row.attention = Some("its issuer suspended it: ask beta's administrator".into());
        }
        state.credentials.replace(rows);
        state.instances.rows[1].row.state = InstanceState::Unreachable;
    });
    compare("route_without_credential", |state| {
        open_row(state, 1);
        show(state, |detail| {
            detail.credential = None;
            detail.leads_to = None;
        });
    });
}

#[test]
fn a_circuit_is_drawn_as_steps() {
    compare("circuit", |state| {
        open_row(state, 4);
        show(state, |detail| detail.pointer = circuit(&valid()));
    });
    compare("circuit_disabled_connection", |state| {
        open_row(state, 4);
        show(state, |detail| {
            detail.pointer = circuit(&valid());
            detail.relays[0].status = ConnectionStatus::Disabled;
        });
    });
    compare("circuit_invalid", |state| {
        open_row(state, 4);
        show(state, |detail| {
            detail.pointer = circuit(&json!([
                {"action": "get_pointer", "pointer_address": "{1.address}"},
                ["no", "step"],
                {"action": "search_pointers", "search_term": "{0.} and {0.name}"},
                {"action": "relay", "connection_id": "{0.id}", "query": {}},
            ]));
        });
    });
    compare("circuit_unreadable", |state| {
        open_row(state, 4);
        show(state, |detail| {
            detail.pointer.data_reference = format!("{CIRCUIT_PREFIX}[\n  {{\"action\": whoami}}\n]");
        });
    });
}

#[test]
fn the_end_of_the_page_has_the_neighbours() {
    compare("neighbours", |state| {
        open_row(state, 4);
        press(state, &["G"]);
    });
}

#[test]
fn what_is_not_there_is_said() {
    compare("loading", |state| {
        press(state, &["j", "j", "j"]);
        update(state, Message::Key(Key::parse("enter").unwrap()));
    });
    compare("failing", |state| {
        press(state, &["j", "j", "j"]);
        update(state, Message::Key(Key::parse("enter").unwrap()));
        let (instance, address) = (page(state).instance.clone(), page(state).address.clone());
        update(state, Message::Pointer(instance, address, Err(fake::failure())));
    });
    compare("gone", |state| {
        open_row(state, 3);
        let (instance, address) = (page(state).instance.clone(), page(state).address.clone());
        let gone = Failure::new(
            Code::PointerNotFound,
            "no pointer at ptr_000000000003",
            "look for it",
        );
        update(state, Message::Pointer(instance, address, Err(gone)));
    });
}

#[test]
fn plain_signs_and_no_colour() {
    for (name, row) in [("ascii_route", 3), ("ascii_circuit", 4)] {
        let mut state = themed((80, 36), "dark", Depth::None);
        state.look.glyphs = ASCII;
        fake::fill(&mut state);
        open_row(&mut state, row);
        if row == 4 {
            show(&mut state, |detail| detail.pointer = circuit(&valid()));
        }
        let shown = screen(&state);
        assert!(
            shown
                .chars()
                .all(|character| character.is_ascii() || "…“”⏎".contains(character)),
            "{shown}"
        );
        insta::assert_snapshot!(name, shown);
    }
}

#[test]
fn one_walks_along_neighbours_and_back_again() {
    let mut state = demo((120, 50));
    open_row(&mut state, 4);
    let first = page(&state).address.clone();
    // The connection comes first, then the neighbours.
    press(&mut state, &["j", "j", "enter"]);
    let second = page(&state).address.clone();
    assert_eq!(second, fake::address(9));
    insta::assert_snapshot!("walked_120x50", screen(&state));
    press(&mut state, &["j", "j", "j", "enter"]);
    assert_eq!(page(&state).address, fake::address(10));
    assert_eq!(page(&state).trail.len(), 2);
    press(&mut state, &["backspace"]);
    assert_eq!(page(&state).address, second);
    assert!(page(&state).detail.is_some(), "it is not fetched again");
    press(&mut state, &["esc"]);
    assert_eq!(page(&state).address, first);
    press(&mut state, &["esc"]);
    assert!(state.layers.is_empty());
}

#[test]
fn links_lead_to_the_credential_and_the_peer() {
    let mut state = demo((120, 60));
    open_row(&mut state, 3);
    let sheet = sheet(&state, page(&state), 116);
    let to: Vec<String> = sheet
        .links
        .iter()
        .take(5)
        .map(|link| format!("{:?}", link.to))
        .collect();
    assert!(
        to[3].starts_with("Credential") && to[4].contains("beta"),
        "{to:?}"
    );
    press(&mut state, &["j", "j", "j", "j", "enter"]);
    assert!(
        matches!(state.layers.last(), Some(Layer::Credential(page)) if page.name == "beta/alpha-federation")
    );
    press(&mut state, &["esc", "j", "enter"]);
    assert!(state.layers.is_empty());
    assert_eq!(
        state
            .pointers
            .instance
            .as_ref()
            .map(ToString::to_string)
            .as_deref(),
        Some("beta")
    );
}

#[test]
fn neighbours_are_fetched_in_pages_when_one_comes_near_their_end() {
    let mut state = demo((120, 36));
    open_row(&mut state, 4);
    let before = page(&state).near.rows.len();
    assert!((20..100).contains(&before), "{before}");
    press(&mut state, &["G", "pgdn"]);
    let after = page(&state).near.rows.len();
    assert!(after > before, "{before} and then {after}");
    let fetched: Vec<_> = page(&state)
        .near
        .rows
        .iter()
        .map(|row| row.address.clone())
        .collect();
    assert!(
        fetched.windows(2).all(|pair| pair[0] < pair[1]),
        "none twice, none left out"
    );
}

#[test]
fn no_key_waits_for_what_is_fetched() {
    let mut state = demo((80, 24));
    press(&mut state, &["j", "j", "j"]);
    let effects = update(&mut state, Message::Key(Key::parse("enter").unwrap()));
    assert!(matches!(effects.as_slice(), [Effect::LoadPointer(..)]));
    // Nothing was answered, and one moves all the same; nothing is asked twice.
    for key in ["j", "j", "k", "G", "home", "pgdn"] {
        let effects = update(&mut state, Message::Key(Key::parse(key).unwrap()));
        assert!(effects.is_empty(), "{key}");
    }
}

#[test]
fn news_for_another_page_are_dropped() {
    let mut state = demo((120, 36));
    open_row(&mut state, 4);
    let rows = page(&state).near.rows.clone();
    let stray = fake::neighbours(Errand::Neighbors {
        instance: fake::name("beta"),
        address: fake::address(4),
        computed: true,
        offset: rows.len() as u64,
        limit: 20,
    });
    update(&mut state, Message::PointerNews(stray));
    assert_eq!(page(&state).near.rows, rows);
}

#[test]
fn t56_no_size_panics() {
    for definition in [valid(), json!([]), json!({"action": "relay"})] {
        for size in [(1, 1), (20, 5), (40, 9), (79, 12), (300, 100)] {
            let mut state = demo(size);
            open_row(&mut state, 4);
            show(&mut state, |detail| detail.pointer = circuit(&definition));
            press(&mut state, &["j", "j", "G", "k", "g"]);
            screen(&state);
        }
    }
}

#[test]
fn forms_say_what_is_meant_and_what_is_wrong_while_one_types() {
    compare("form_reference", |state| {
        press(state, &["n", "tab"]);
        write(state, "https://data.example/air/8.csv");
        press(state, &["tab"]);
        write(state, "#dataset ai");
    });
    compare("form_taken", |state| {
        press(state, &["n", "tab"]);
        write(state, "https://data.example/air/7.csv");
    });
    compare("form_circuit", |state| {
        press(state, &["n", "tab"]);
        write(
            state,
            "internal_circuit::[{\"action\": \"whoami\"}, {\"action\": \"get_pointer\", \"pointer_address\": \"{1.a}\"}]",
        );
    });
    compare("form_duplicate", |state| press(state, &["D"]));
    compare("form_tags", |state| press(state, &["T"]));
    compare("menu_assign", |state| press(state, &["b"]));
    compare("menu_fetch_with", |state| press(state, &["W"]));
    compare("form_fetch_header", |state| {
        press(state, &["W"]);
        press(state, &["n"]);
    });
    compare("form_import", |state| press(state, &["U"]));
    compare("form_export", |state| press(state, &["X"]));
    compare("confirm_delete_hanging", |state| press(state, &["x"]));
}

#[test]
fn a_tag_is_completed_from_those_of_the_instance_and_tags_are_normal() {
    let mut state = demo((120, 36));
    press(&mut state, &["T", "ctrl-u"]);
    write(&mut state, "#air, wa");
    press(&mut state, &["right"]);
    let effects = update(&mut state, Message::Key(Key::parse("enter").unwrap()));
    let Some(Effect::Work(_, Work::Tag(_, _, change))) = effects.first() else {
        panic!("nothing is tagged");
    };
    assert_eq!(
        (change.add.as_slice(), change.remove.as_slice()),
        (&["water".to_owned()][..], &["dataset".to_owned()][..])
    );
}

#[test]
fn a_reference_is_looked_for_only_once_it_rests() {
    let mut state = demo((120, 36));
    press(&mut state, &["n", "tab"]);
    let first = update(&mut state, Message::Key(Key::char('a')));
    let second = update(&mut state, Message::Key(Key::char('b')));
    let rested = |effects: Vec<Effect>| match effects.into_iter().next() {
        Some(Effect::After(_, message)) => message,
        _ => panic!("it does not wait"),
    };
    assert!(
        update(&mut state, rested(first)).is_empty(),
        "it went on meanwhile"
    );
    let asked = update(&mut state, rested(second));
    assert!(matches!(asked.as_slice(), [Effect::Pointer(Errand::Taken(_, text))] if text == "ab"));
}

#[test]
fn an_import_tells_how_far_it_is_and_which_rows_are_bad() {
    compare("import_under_way", |state| {
        press(state, &["U"]);
        write(state, "/data/air.jsonl");
        let effects = update(state, Message::Key(Key::ctrl('s')));
        let Some(Effect::Work(ticket, Work::PreviewImport(..))) = effects.first() else {
            panic!("nothing is imported");
        };
        update(
            state,
            Message::Step(
                *ticket,
                "looking at /data/air.jsonl: 42 %, 420 000 rows, 2 refused".into(),
            ),
        );
        press(state, &["esc"]);
    });
    compare("import_rejected", |state| {
        press(state, &["U"]);
        write(state, "/data/air.jsonl");
        update(state, Message::Key(Key::ctrl('s')));
        let ticket = state.running[0].ticket;
        let bad = |line, reason: &str| RejectedRow {
            line,
            reason: reason.into(),
        };
        let report = ImportReport {
            imported: 0,
            rejected: 140,
            rejected_rows: vec![
                bad(3, "not acceptable JSON: expected value at line 1 column 9"),
                bad(17, "it has no data_reference"),
            ],
            rows: 420_000,
            ..ImportReport::default()
        };
        let done = Done::Imported(fake::name("alpha"), report);
        update(state, Message::Worked(ticket, Ok(done)));
    });
}

#[test]
fn where_no_header_is_kept_yet_a_new_one_is_asked_for_at_once_on_the_pointer_s_own_instance() {
    for (keys, instance) in [(&[][..], "alpha"), (&["a", "G"][..], "beta")] {
        let mut state = demo((120, 36));
        press(&mut state, keys);
        let effects = update(&mut state, Message::Key(Key::parse("W").unwrap()));
        let Some(Effect::Pointer(super::Errand::CredentialPointers(on, address, there))) =
            effects.into_iter().next()
        else {
            panic!("it is asked what there is");
        };
        assert_eq!(on.as_str(), instance);
        let news = super::News::CredentialPointers(on, address, there, Ok(Vec::new()));
        update(&mut state, Message::PointerNews(news));
        let title = format!("Header for fetching, on {instance}");
        assert!(screen(&state).contains(&title), "{}", screen(&state));
    }
}

//! What is done to all that are marked: forms, menus, questions, how far it is, and what failed.

use super::compare;
use crate::model::ConnectionId;
use crate::protocol::{Code, Query};
use crate::tui::effect::{Effect, Work};
use crate::tui::fake::{self, demo, press, write};
use crate::tui::layers::Layer;
use crate::tui::message::{Done, Message};
use crate::tui::state::State;
use crate::tui::update::update;
use crate::workspace::{BulkAction, BulkReport, BulkTarget, Destruction, Failure, TagChange};
use std::path::PathBuf;

const SIZE: (u16, u16) = (120, 36);

/// Marks the first three of the selected instance.
fn mark(state: &mut State) {
    press(state, &["v", "v", "v"]);
}

/// Marks some of alpha and some of beta.
fn mark_on_both(state: &mut State) {
    press(state, &["a", "v", "v", "v", "v", "v", "v"]);
    let names: std::collections::BTreeSet<String> = state
        .pointers
        .marks
        .targets()
        .iter()
        .map(|target| target.instance.to_string())
        .collect();
    assert_eq!(names.len(), 2, "{names:?}");
}

fn begun(state: &mut State, key: &str) -> (u64, BulkAction, Vec<BulkTarget>) {
    let key = crate::command::Key::parse(key).unwrap();
    let effects = update(state, Message::Key(key));
    match effects.into_iter().next() {
        Some(Effect::Work(ticket, Work::Bulk(action, targets))) => (ticket, action, targets),
        _ => panic!("nothing is done to the marked ones"),
    }
}

#[test]
fn windows_about_marked_pointers() {
    compare("marked_form_tags", |state| {
        mark(state);
        press(state, &["T"]);
        write(state, "#reviewed ai");
    });
    compare("marked_form_tags_of_several", |state| {
        mark_on_both(state);
        press(state, &["T", "tab"]);
        write(state, "dat");
    });
    compare("marked_menu_assign", |state| {
        mark(state);
        press(state, &["b"]);
    });
    compare("marked_menu_instances", |state| {
        mark_on_both(state);
        press(state, &["b"]);
    });
    compare("marked_confirm_assign", |state| {
        mark(state);
        press(state, &["b", "1"]);
    });
    compare("marked_confirm_none", |state| {
        mark(state);
        press(state, &["b", "0"]);
    });
    compare("marked_form_export", |state| {
        mark(state);
        press(state, &["X"]);
    });
    compare("marked_under_way", |state| {
        mark(state);
        press(state, &["T"]);
        write(state, "reviewed");
        let (ticket, ..) = begun(state, "ctrl-s");
        update(state, Message::Step(ticket, "tagging 2 of 3, 1 failed".into()));
        press(state, &["esc"]);
    });
    compare("marked_failures", |state| {
        mark(state);
        press(state, &["X"]);
        let (ticket, action, targets) = begun(state, "ctrl-s");
        update(state, worked(ticket, action, targets));
    });
}

/// The first one failed, the others did not.
fn worked(ticket: u64, action: BulkAction, targets: Vec<BulkTarget>) -> Message {
    let mut targets = targets.into_iter();
    let failure = Failure::new(
        Code::PointerNotFound,
        "there is no such pointer any more",
        "somebody deleted it meanwhile: load the list again with ctrl-r",
    );
    let failed = targets.next().map(|target| (target, failure.on("alpha")));
    Message::Worked(
        ticket,
        Ok(Done::Bulk(Box::new(BulkReport {
            action,
            done: targets.collect(),
            failed: failed.into_iter().collect(),
            left: 0,
        }))),
    )
}

/// The question that is asked.
fn question(state: &State) -> &crate::tui::layers::Confirm {
    match state.layers.last() {
        Some(Layer::Confirm(confirm)) => confirm,
        _ => panic!("it is not asked"),
    }
}

#[test]
fn windows_before_marked_pointers_are_deleted() {
    compare("marked_confirm_delete", |state| {
        mark(state);
        press(state, &["x"]);
    });
    compare("marked_confirm_delete_hidden", |state| {
        press(state, &["v", "/"]);
        write(state, "#nothing");
        press(state, &["enter", "x"]);
    });
}

#[test]
fn a_question_names_what_is_marked_and_says_what_cannot_be_seen() {
    let mut state = demo(SIZE);
    press(&mut state, &["v"]);
    let marked = state.pointers.marks.targets()[0].address.to_string();
    let description: String = state
        .pointers
        .row(0)
        .unwrap()
        .description
        .chars()
        .take(20)
        .collect();
    press(&mut state, &["x"]);
    let seen = question(&state);
    assert_eq!(seen.title, "Delete one pointer?");
    assert_eq!(seen.yes, "delete it");
    assert!(
        seen.text.contains(&marked) && seen.text.contains(&description),
        "{}",
        seen.text
    );
    assert!(!seen.text.contains("visible"), "{}", seen.text);
    let told = seen.dependents.as_ref().unwrap().1.as_ref().unwrap();
    assert!(told[0].contains("9 relationships go with them"), "{told:?}");

    press(&mut state, &["esc", "/"]);
    write(&mut state, "#nothing");
    press(&mut state, &["enter"]);
    press(&mut state, &["x"]);
    let hidden = question(&state);
    assert!(
        hidden.text.contains(&marked) && hidden.text.contains(&description),
        "{}",
        hidden.text
    );
    assert!(
        hidden.text.contains("It is not visible under the filter."),
        "{}",
        hidden.text
    );
}

#[test]
fn tags_go_to_all_that_are_marked_and_what_failed_stays_marked() {
    let mut state = demo(SIZE);
    mark(&mut state);
    let marked = state.pointers.marks.targets();
    press(&mut state, &["T"]);
    write(&mut state, "new wa");
    press(&mut state, &["right", "tab"]);
    write(&mut state, "old");
    let (ticket, action, targets) = begun(&mut state, "enter");
    let change = TagChange {
        add: vec!["new".into(), "water".into()],
        remove: vec!["old".into()],
    };
    assert_eq!((&action, &targets), (&BulkAction::Tags(change), &marked));
    update(&mut state, worked(ticket, action, targets));
    assert_eq!(state.pointers.marks.targets(), marked[..1]);
    assert!(
        matches!(state.layers.as_slice(), [Layer::Notice(_)]),
        "the form is gone and the failures are listed"
    );
}

#[test]
fn those_of_one_instance_are_assigned_after_a_question() {
    let mut state = demo(SIZE);
    mark_on_both(&mut state);
    press(&mut state, &["b", "2"]);
    assert!(
        matches!(state.layers.as_slice(), [Layer::Menu(_)]),
        "the connections of beta"
    );
    press(&mut state, &["enter"]);
    let [Layer::Confirm(confirm)] = state.layers.as_slice() else {
        panic!("it is not asked");
    };
    assert_eq!(confirm.instance.as_deref(), Some("beta"));
    let (_, action, targets) = begun(&mut state, "y");
    let id = ConnectionId::parse("conn_0123456789ab").unwrap();
    assert_eq!(action, BulkAction::Assign(Some(id)));
    assert!(!targets.is_empty() && targets.iter().all(|target| target.instance.as_str() == "beta"));
}

#[test]
fn connections_that_come_when_one_has_gone_on_open_nothing() {
    let mut state = demo(SIZE);
    mark(&mut state);
    press(&mut state, &["?"]);
    let news = fake::neighbours(super::Errand::MarkedConnections(fake::name("alpha")));
    update(&mut state, Message::PointerNews(news));
    assert!(matches!(state.layers.as_slice(), [Layer::Help(_)]));
}

#[test]
fn an_export_of_what_is_marked_replaces_a_file_only_if_that_is_said() {
    let mut state = demo(SIZE);
    mark(&mut state);
    press(&mut state, &["X", "tab", "right"]);
    let (_, action, targets) = begun(&mut state, "enter");
    let path = PathBuf::from("marked.jsonl");
    let overwrite = true;
    assert_eq!(
        (action, targets.len()),
        (BulkAction::Export { path, overwrite }, 3)
    );
}

#[test]
fn what_is_marked_can_be_changed_though_nothing_is_selected() {
    let mut state = demo(SIZE);
    mark(&mut state);
    press(&mut state, &["/"]);
    write(&mut state, "#nothing");
    press(&mut state, &["enter", "T"]);
    assert!(matches!(state.layers.as_slice(), [Layer::Form(_)]));
}

#[test]
fn many_are_invoked_after_a_question_where_one_destroys_something() {
    let looked = |state: &mut State| -> (u64, Vec<BulkTarget>) {
        mark(state);
        let effects = update(state, Message::Key(crate::command::Key::parse("i").unwrap()));
        match effects.into_iter().next() {
            Some(Effect::Work(ticket, Work::InvokeMany(targets))) => (ticket, targets),
            _ => panic!("what they do is looked up first"),
        }
    };
    let destruction = |number: u64| Destruction {
        query: Query::new(
            "delete_pointer",
            serde_json::json!({"pointer_address": fake::address(7)}),
        ),
        instance: "alpha".into(),
        way: Some(format!("through {} of alpha", fake::address(number))),
    };
    compare("marked_confirm_invoke", |state| {
        let (ticket, targets) = looked(state);
        let found = (1..=7).map(destruction).collect();
        update(
            state,
            Message::Worked(ticket, Ok(Done::AsksForMany(targets, found))),
        );
    });
    let mut state = demo(SIZE);
    let (ticket, targets) = looked(&mut state);
    let asks = Done::AsksForMany(targets.clone(), vec![destruction(1)]);
    update(&mut state, Message::Worked(ticket, Ok(asks)));
    assert!(question(&state).text.contains(fake::address(1).as_str()));
    let (_, action, agreed) = begun(&mut state, "y");
    assert_eq!(action, BulkAction::Invoke { destroys: true });
    assert_eq!(agreed, targets);

    // Whoever has gone on is not asked: the next key is meant for something else.
    let mut state = demo(SIZE);
    let (ticket, targets) = looked(&mut state);
    press(&mut state, &["?"]);
    let asks = Done::AsksForMany(targets, vec![destruction(1)]);
    update(&mut state, Message::Worked(ticket, Ok(asks)));
    assert!(!matches!(state.layers.last(), Some(Layer::Confirm(_))));
    assert!(state.reports.back().unwrap().text.contains("not invoked"));
}

//! Filters that are kept under a name, for each kind of list its own.

use super::*;
use crate::tui::layers::Rows;
use crate::tui::update::candidates;
use crate::tui::update::filter_words::filter_words;

type KeptNow = Vec<(Rows, String, Option<String>)>;

fn kept(effects: &[Effect]) -> KeptNow {
    let kept = effects.iter().filter_map(|effect| match effect {
        Effect::KeepFilter(rows, name, filter) => Some((*rows, name.clone(), filter.clone())),
        _ => None,
    });
    kept.collect()
}

/// A log with a filter that is kept as `graphs`.
fn keeping() -> State {
    let mut state = demo(SIZE);
    press(&mut state, &["4", "/"]);
    write(&mut state, "graph status:ok");
    press(&mut state, &["enter"]);
    let effects = say(&mut state, "save-filter graphs");
    let graphs = (Rows::Log, "graphs".to_owned(), Some("graph status:ok".to_owned()));
    assert_eq!(kept(&effects), [graphs]);
    press(&mut state, &["backspace"]);
    assert_eq!(state.log.text, "");
    state
}

#[test]
fn a_name_stands_for_what_was_kept_while_it_is_typed_and_when_it_is_taken() {
    let mut state = keeping();
    press(&mut state, &["/"]);
    write(&mut state, "saved:graphs since:1h");
    assert_eq!(state.log.text, "graph status:ok since:1h");
    press(&mut state, &["enter"]);
    assert_eq!(
        state.log.text, "graph status:ok since:1h",
        "what holds is what is shown"
    );
    say(&mut state, "log saved:graphs");
    assert_eq!(state.log.text, "graph status:ok");
    // A kind of list has its own.
    press(&mut state, &["2"]);
    say(&mut state, "filter air saved:graphs");
    assert_eq!(state.pointers.filter, "air");
    let report = state.reports.back().unwrap();
    assert!(
        report.text.contains("no filter is kept as \"graphs\""),
        "{}",
        report.text
    );
}

#[test]
fn kept_filters_are_completed_listed_and_forgotten() {
    let mut state = keeping();
    let offered = |state: &State, rows, text: &str| -> Vec<String> {
        let found = filter_words(state, rows, text);
        found.items.into_iter().map(|item| item.text).collect()
    };
    assert_eq!(offered(&state, Rows::Log, "a sav"), ["saved:"]);
    assert_eq!(offered(&state, Rows::Log, "a saved:g"), ["saved:graphs"]);
    assert!(
        offered(&state, Rows::Pointers, "sav").is_empty(),
        "none is kept there"
    );
    let names = candidates(&state, "forget-filter g").items;
    assert_eq!(names.len(), 1);
    assert_eq!(
        (names[0].text.as_str(), names[0].doc.as_str()),
        ("graphs", "graph status:ok")
    );
    press(&mut state, &["g", "f", "1"]);
    assert_eq!(state.log.text, "graph status:ok");
    let effects = say(&mut state, "forget-filter graphs");
    assert_eq!(kept(&effects), [(Rows::Log, "graphs".to_owned(), None)]);
    assert_eq!(kept(&say(&mut state, "forget-filter graphs")), []);
    press(&mut state, &["g", "f"]);
    assert!(state.layers.is_empty(), "there is nothing to choose from");
    assert_eq!(
        state.reports.back().unwrap().text,
        "no filter of this list is kept"
    );
}

#[test]
fn what_is_no_filter_or_no_name_is_not_kept() {
    let mut state = demo(SIZE);
    press(&mut state, &["3"]);
    assert_eq!(kept(&say(&mut state, "save-filter mine")), []);
    assert_eq!(state.reports.back().unwrap().text, "there is no filter to keep");
    say(&mut state, "filter side:held");
    assert_eq!(kept(&say(&mut state, "save-filter my own")), []);
    assert_eq!(kept(&say(&mut state, "save-filter own")).len(), 1);
}

#[test]
fn an_audit_trail_has_its_own_and_what_the_vault_tells_stands() {
    let mut state = demo(SIZE);
    press(&mut state, &["g", "a", "/"]);
    write(&mut state, "outcome:denied");
    press(&mut state, &["enter"]);
    let effects = say(&mut state, "save-filter denied");
    assert_eq!(kept(&effects)[0].0, Rows::Audit);
    let mut told = state.filters.clone();
    told.note(Rows::Audit, "other", Some("who:museum"));
    update(&mut state, Message::Filters(Ok(told)));
    press(&mut state, &["/"]);
    press(&mut state, &["ctrl-u"]);
    write(&mut state, "saved:other");
    let Some(Layer::Audit(page)) = state.layers.iter().rev().nth(1) else {
        panic!("no page");
    };
    assert_eq!(page.text, "who:museum");
}

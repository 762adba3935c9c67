//! The line after `:`: what it completes, refuses, runs and remembers.

use super::super::*;
use super::SIZE;
use crate::tui::fake::{self, demo, key, press, write};
use crate::tui::layers::Layer;
use crate::tui::state::Pane;

#[test]
fn the_command_line_completes_runs_and_remembers() {
    let mut state = demo(SIZE);
    press(&mut state, &[":"]);
    write(&mut state, "zo");
    press(&mut state, &["tab", "enter"]);
    assert!(state.zoom);
    press(&mut state, &[":", "up", "enter"]);
    assert!(!state.zoom);
    press(&mut state, &[":"]);
    write(&mut state, "pointers beta");
    press(&mut state, &["enter"]);
    assert_eq!(state.instances.selected_name(), Some(fake::name("beta")));
    press(&mut state, &[":"]);
    write(&mut state, "frobnicate");
    press(&mut state, &["enter"]);
    assert!(
        matches!(state.layers.last(), Some(Layer::Command(line)) if line.error.as_deref().is_some_and(|error| error.contains("frobnicate")))
    );
}

/// What the line after `:` says.
pub fn line(state: &State) -> String {
    match state.layers.last() {
        Some(Layer::Command(line)) => line.input.value().to_owned(),
        _ => panic!("no command line"),
    }
}

#[test]
fn the_command_line_completes_commands_and_what_may_follow_them() {
    let mut state = demo(SIZE);
    press(&mut state, &[":"]);
    write(&mut state, "pointers be");
    press(&mut state, &["tab"]);
    assert_eq!(line(&state), "pointers beta");
    press(&mut state, &["esc", ":"]);
    write(&mut state, "theme l");
    press(&mut state, &["tab"]);
    assert_eq!(line(&state), "theme light");
    press(&mut state, &["esc", ":"]);
    write(&mut state, "t");
    let mut taken = Vec::new();
    for _ in 0..4 {
        press(&mut state, &["tab"]);
        taken.push(line(&state));
    }
    press(&mut state, &["shift-tab"]);
    assert_eq!(line(&state), taken[2], "{taken:?}");
}

#[test]
fn a_wrong_line_stays_and_says_what_was_expected() {
    for (text, told) in [
        ("pa", "may be"),
        ("zoom in", "nothing may follow"),
        ("pointers nowhere", "there are: alpha"),
        ("call sideways", "endpoint, circuit, relay"),
        ("cancel", "needs something that is waited for"),
    ] {
        let mut state = demo(SIZE);
        press(&mut state, &["j", "j", "j", ":"]);
        write(&mut state, text);
        press(&mut state, &["enter"]);
        let Some(Layer::Command(line)) = state.layers.last() else {
            panic!("{text} closed the line");
        };
        let error = line.error.clone().unwrap();
        assert!(error.contains(told), "{text}: {error}");
        write(&mut state, "x");
        assert!(matches!(state.layers.last(), Some(Layer::Command(line)) if line.error.is_none()));
    }
}

#[test]
fn lines_written_before_come_back_by_how_they_begin_and_by_what_they_contain() {
    let mut state = demo(SIZE);
    for text in ["theme light", "zoom", "theme dark"] {
        press(&mut state, &[":"]);
        write(&mut state, text);
        press(&mut state, &["enter"]);
    }
    press(&mut state, &[":"]);
    write(&mut state, "th");
    press(&mut state, &["up"]);
    assert_eq!(line(&state), "theme dark");
    press(&mut state, &["up"]);
    assert_eq!(line(&state), "theme light");
    press(&mut state, &["down", "down"]);
    assert_eq!(line(&state), "th");
    press(&mut state, &["ctrl-r"]);
    write(&mut state, "light");
    press(&mut state, &["enter"]);
    assert_eq!(line(&state), "theme light");
}

#[test]
fn what_names_an_instance_is_possible_where_that_one_is() {
    let mut state = demo(SIZE);
    press(&mut state, &["1"]);
    state.instances.select(2);
    assert_eq!(state.instances.selected_name(), Some(fake::name("gamma")));
    let read = |state: &State, text: &str| super::super::command_line::read(state, text);
    assert!(read(&state, "stop").is_err(), "the selected one is stopped");
    assert!(read(&state, "stop alpha").is_ok());
    assert!(read(&state, "restart beta").is_ok());
    assert!(read(&state, "start gamma").is_ok());
    assert!(read(&state, "stop gamma").unwrap_err().contains("on gamma"));
    let offered = candidates(&state, "sto").items;
    assert!(offered.iter().any(|candidate| candidate.text == "stop"));
    state.instances.select(0);
    assert!(read(&state, "start gamma").is_ok());
    assert!(read(&state, "start alpha").is_err());
}

#[test]
fn the_history_is_kept_without_queries_and_comes_back() {
    let mut state = demo(SIZE);
    let mut kept = None;
    for text in ["zoom", r#"query {"action": "get_graph_stats"}"#] {
        press(&mut state, &[":"]);
        write(&mut state, text);
        for effect in key(&mut state, "enter") {
            if let Effect::Remember("history", list) = effect {
                kept = Some(list);
            }
        }
    }
    let kept = kept.unwrap();
    assert_eq!(kept, r#"["zoom"]"#);
    let mut next = demo(SIZE);
    update(
        &mut next,
        Message::Preferences(Ok(vec![("history".to_owned(), kept)])),
    );
    press(&mut next, &[":", "up"]);
    assert_eq!(line(&next), "zoom");
    update(
        &mut next,
        Message::Preferences(Ok(vec![("history".to_owned(), "not a list".to_owned())])),
    );
    assert_eq!(next.history, ["zoom"]);
}

#[test]
fn one_line_goes_to_a_pane_of_an_instance_with_a_filter() {
    let mut state = demo(SIZE);
    press(&mut state, &[":"]);
    write(&mut state, "pointers beta /fine dust");
    press(&mut state, &["enter"]);
    assert_eq!(state.instances.selected_name(), Some(fake::name("beta")));
    assert_eq!(
        (state.focus, state.pointers.filter.as_str()),
        (Pane::Pointers, "fine dust")
    );
    press(&mut state, &[":"]);
    write(&mut state, "log @beta status:failed");
    press(&mut state, &["enter"]);
    assert_eq!(
        (state.focus, state.log.text.as_str()),
        (Pane::Log, "@beta status:failed")
    );
}

#[test]
fn a_filter_alone_may_follow_where_an_instance_may() {
    for (text, pane, filter) in [
        ("log status:failed", Pane::Log, "status:failed"),
        ("log took:>5ms", Pane::Log, "took:>5ms"),
        ("log @alpha status:ok", Pane::Log, "@alpha status:ok"),
        ("log dust", Pane::Log, "dust"),
        ("pointers #dataset", Pane::Pointers, "#dataset"),
        ("pointers route:relay", Pane::Pointers, "route:relay"),
        ("pointers /dust", Pane::Pointers, "dust"),
        ("pointers beta #dataset", Pane::Pointers, "#dataset"),
    ] {
        let mut state = demo(SIZE);
        press(&mut state, &[":"]);
        write(&mut state, text);
        press(&mut state, &["enter"]);
        assert!(state.layers.is_empty(), "{text} is refused");
        assert_eq!((state.focus, state.filter_text(pane)), (pane, filter), "{text}");
    }
    let state = demo(SIZE);
    let read = |text: &str| super::super::command_line::read(&state, text);
    assert!(read("log @nowhere").unwrap_err().contains("there is no instance"));
    let told = read("pointers dust").unwrap_err();
    assert!(told.contains("/dust"), "{told}");
}

#[test]
fn every_argument_that_is_known_is_completed() {
    let mut state = demo(SIZE);
    state.focus = Pane::Pointers;
    for (text, offered) in [
        ("log @al", "@alpha"),
        ("log status:f", "status:failed"),
        ("log beta cr", "cred:"),
        ("filter @al", "@alpha"),
        ("filter #a", "#air"),
        ("pointers beta /rou", "route:"),
        ("pointers #a", "#air"),
        ("pointers be", "beta"),
        ("columns le", "leads-to"),
        ("copy py", "python"),
        ("compare ", "3"),
    ] {
        let found = candidates(&state, text);
        let texts: Vec<&str> = found.items.iter().map(|item| item.text.as_str()).collect();
        assert!(texts.contains(&offered), "{text}: {texts:?}");
        let taken = format!("{}{offered}", &text[..found.from]);
        assert!(taken.starts_with(text.trim_end()), "{text} becomes {taken}");
    }
    let of_log = candidates(&state, "log #");
    assert!(of_log.items.is_empty(), "lines of the log have no tags");
    let read = super::super::command_line::read(&state, "columns leads-to");
    assert!(read.is_ok(), "{read:?}");
}

#[test]
fn files_are_completed_folder_by_folder() {
    let mut state = demo(SIZE);
    press(&mut state, &[":"]);
    write(&mut state, "import ");
    write(&mut state, "air.j");
    press(&mut state, &["tab"]);
    assert_eq!(line(&state), "import air.jsonl");
    press(&mut state, &["esc", ":"]);
    write(&mut state, "import /srv/");
    let offered = candidates(&state, &line(&state));
    assert_eq!(offered.from, "import /srv/".len());
    assert!(!offered.items.is_empty());
}

#[test]
fn the_log_is_exported_to_the_file_that_is_named() {
    let mut state = demo(SIZE);
    press(&mut state, &["4", ":"]);
    write(&mut state, "export-log calls.har");
    press(&mut state, &["enter"]);
    let Some(Layer::Form(form)) = state.layers.last() else {
        panic!("no form");
    };
    assert_eq!(form.value("path"), "calls.har");
    assert_eq!(form.value("format"), "har");
}

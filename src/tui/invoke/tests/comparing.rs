//! What can be done on the page about two invokes.

use super::*;
use crate::tui::message::Mouse;

/// Two invokes of which the second has another tag and one more, and took less.
fn two() -> Comparison {
    let mut entry = fake::entry();
    entry.row.id = 7;
    entry.row.elapsed_us = 3_100;
    entry.row.instance = "beta".into();
    let reply = entry.reply.as_mut().unwrap();
    reply["result"]["tags"] = json!(["grid", "dataset", "new"]);
    reply["result"]["description"] = json!("a long one, ".repeat(40));
    Comparison::of(&LogDetail::of(fake::entry()), &LogDetail::of(entry))
}

fn compared(size: (u16, u16), added_us: Option<i64>) -> State {
    let mut state = demo(size);
    let page = DifferencePage::new(two(), added_us);
    state.layers.push(Layer::Difference(Box::new(page)));
    update(&mut state, Message::Tick);
    state
}

fn shown(state: &State) -> &DifferencePage {
    match state.layers.last() {
        Some(Layer::Difference(page)) => page,
        _ => panic!("the page is not on top"),
    }
}

fn said(state: &State) -> String {
    let row = shown(state).selected().unwrap();
    row.line.spans.iter().map(|(text, _)| text.as_str()).collect()
}

/// What goes to the clipboard because of the last of these keys.
fn copied(state: &mut State, keys: &[&str]) -> Option<String> {
    let (last, before) = keys.split_last().unwrap();
    press(state, before);
    fake::key(state, last)
        .into_iter()
        .find_map(|effect| match effect {
            Effect::Copy(text) => Some(text),
            _ => None,
        })
}

/// Selects the first line that has this.
fn go_to(state: &mut State, text: &str) {
    press(state, &["/"]);
    write(state, text);
    press(state, &["enter"]);
    assert!(said(state).contains(text), "{}", said(state));
}

#[test]
fn enter_opens_the_invoke_that_the_line_is_about() {
    let ids = [fake::entry().row.id, 7];
    let opened = |keys: &[&str]| {
        let mut state = compared(SIZES[1], None);
        press(&mut state, keys);
        (page(&state).id, page(&state).tab)
    };
    assert_eq!(opened(&["enter"]), (ids[0], Tab::Reply));
    assert_eq!(opened(&["j", "enter"]), (ids[1], Tab::Reply));
    // What is about both has one chosen, by its key or by going to it.
    assert_eq!(opened(&["j", "j", "enter", "1"]), (ids[0], Tab::Reply));
    assert_eq!(opened(&["G", "enter", "j", "enter"]), (ids[1], Tab::Wire));
    let mut state = compared(SIZES[1], None);
    press(&mut state, &[":"]);
    write(&mut state, "open-side second");
    press(&mut state, &["enter"]);
    assert_eq!(page(&state).id, ids[1]);

    let mut state = compared(SIZES[1], None);
    go_to(&mut state, "\"new\"");
    press(&mut state, &["enter"]);
    assert_eq!(page(&state).id, ids[1], "what was added stands in the second one");
    press(&mut state, &["esc"]);
    assert!(said(&state).contains("new"), "one comes back to the line");
}

#[test]
fn a_line_all_of_it_and_its_command_are_copied() {
    let mut state = compared(SIZES[0], None);
    go_to(&mut state, "a long one");
    let line = copied(&mut state, &["y", "y"]).unwrap();
    assert!(
        line.starts_with("+ ") && line.contains("\"description\": \"a long one"),
        "{line}"
    );
    assert_eq!(
        line.matches("a long one, ").count(),
        40,
        "whole, however it is broken: {line}"
    );
    // On another row of the same line it is the same.
    press(&mut state, &["j"]);
    assert_eq!(copied(&mut state, &["y", "y"]).unwrap(), line);
    let all = copied(&mut state, &["y", "a"]).unwrap();
    assert!(all.lines().any(|other| other.trim() == line), "{all}");
    for part in ["Outcome", "Timings", "Reply", "~ instance", "in all"] {
        assert!(all.contains(part), "no {part} in {all}");
    }
    let command = copied(&mut state, &["y", "c"]).unwrap();
    let ids = format!("log diff {} 7", fake::entry().row.id);
    assert!(
        command.starts_with("butterfly --home ") && command.ends_with(&ids),
        "{command}"
    );
    press(&mut state, &["g", "g", "j", "j"]);
    assert_eq!(said(&state), "");
    press(&mut state, &["y"]);
    let Some(Layer::Menu(menu)) = state.layers.last() else {
        panic!("there is nothing to choose from");
    };
    let labels: Vec<&str> = menu.items.iter().map(|item| item.label.as_str()).collect();
    assert_eq!(labels, ["all", "command"], "a blank line is nothing to copy");
}

#[test]
fn something_is_looked_for_and_gone_to() {
    let mut state = compared(SIZES[1], None);
    press(&mut state, &["/"]);
    write(&mut state, "TAGS");
    assert!(shown(&state).seeking.found.is_empty(), "capitals are exact");
    press(&mut state, &["esc", "/"]);
    write(&mut state, "instance");
    let found = shown(&state).seeking.found.clone();
    assert!(!found.is_empty());
    assert_eq!(shown(&state).cursor, found[0]);
    press(&mut state, &["enter", "n"]);
    assert_eq!(shown(&state).cursor, found[1 % found.len()]);
    press(&mut state, &["N"]);
    assert_eq!(shown(&state).cursor, found[0]);
    press(&mut state, &["N"]);
    assert_eq!(shown(&state).cursor, found[found.len() - 1], "it goes round");
    press(&mut state, &["/", "esc"]);
    assert!(!state.situation().matches);
    update(&mut state, Message::Paste("instance".to_owned()));
    assert!(shown(&state).seeking.found.is_empty(), "nothing is typed now");
    compare("difference_search", |state| {
        *state = compared(state.size, Some(23_400));
        press(state, &["/"]);
        write(state, "tags");
    });
}

#[test]
fn the_selection_stays_on_its_line_whatever_the_width() {
    let mut state = compared(SIZES[2], None);
    go_to(&mut state, "a long one");
    update(&mut state, Message::Resize(60, 20));
    assert!(
        said(&state).starts_with("+ ") && said(&state).contains("description"),
        "{}",
        said(&state)
    );
    press(&mut state, &["G"]);
    let page = shown(&state);
    assert_eq!(page.cursor, page.rows.len() - 1);
    press(&mut state, &["g", "g"]);
    let area = crate::tui::content::page_area(&state);
    update(&mut state, Message::Mouse(Mouse::Click(area.x + 3, area.y + 4)));
    assert_eq!(shown(&state).cursor, 4);
}

#[test]
fn t42_a_comparison_taken_to_a_pager_acts_on_no_terminal() {
    let mut state = demo(SIZES[1]);
    let mut comparison = two();
    comparison.other.instance = "evil\u{1b}[2J\u{202e}".to_owned();
    let page = DifferencePage::new(comparison, None);
    state.layers.push(Layer::Difference(Box::new(page)));
    update(&mut state, Message::Tick);
    let Some(Reading::Text(text)) = taken_to_pager(&mut state) else {
        panic!("a comparison is text");
    };
    assert!(text.contains("evil") && text.contains("Timings"), "{text}");
    assert!(
        !text
            .chars()
            .any(|character| character.is_control() && character != '\n'),
        "{text:?}"
    );
}

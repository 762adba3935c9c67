//! What was being written is not lost to what is written after it, for the same instance.

use super::{POINTER, STATS, composer, keep_unsent, kept, send, text, write_query};
use crate::tui::composer::open_query;
use crate::tui::fake::{answer, demo, name, press, write};
use crate::tui::message::Message;
use crate::tui::state::State;
use crate::tui::update::update;
use serde_json::json;

/// Opens a query of the log for alpha, as `e` does, and changes it.
fn edit_another(state: &mut State) -> String {
    let effects = open_query(state, name("alpha"), &json!({"action": "whoami"}));
    answer(state, effects);
    write(state, " ");
    text(state).to_owned()
}

/// What the vault keeps.
fn kept_of_alpha(state: &State) -> Vec<String> {
    let kept = state.composer.kept.get(&name("alpha"));
    kept.cloned().unwrap_or_default()
}

#[test]
fn what_is_written_beside_it_is_kept_beside_it() {
    let mut state = demo((120, 36));
    press(&mut state, &["I"]);
    write_query(&mut state, POINTER);
    press(&mut state, &["esc"]);
    let other = edit_another(&mut state);
    press(&mut state, &["esc", "I"]);
    assert_eq!(text(&state), other);
    let note = composer(&state).note.clone().unwrap().0;
    assert_eq!(note, "another text that was not sent is under ^R");
    insta::assert_snapshot!("unsent_texts", {
        press(&mut state, &["ctrl-r"]);
        crate::tui::view::tests::screen(&state)
    });
    press(&mut state, &["enter"]);
    assert_eq!(text(&state), POINTER);
    let both = vec![other.clone(), POINTER.to_owned()];
    assert_eq!(kept_of_alpha(&state), both);

    // So it is in the next console, beside what was written there before they were read.
    let mut state = demo((120, 36));
    press(&mut state, &["I"]);
    write_query(&mut state, STATS);
    press(&mut state, &["esc"]);
    update(&mut state, Message::Drafts(Ok(vec![(name("alpha"), both)])));
    let all = vec![STATS.to_owned(), other, POINTER.to_owned()];
    assert_eq!(kept(keep_unsent(&mut state)), [("alpha".to_owned(), all)]);
}

#[test]
fn a_text_that_is_gone_on_with_takes_its_own_place_and_a_few_are_kept() {
    let mut state = demo((120, 36));
    for number in 0..9 {
        edit_another(&mut state);
        write_query(&mut state, &format!("{number}"));
        press(&mut state, &["esc"]);
    }
    press(&mut state, &["I"]);
    write(&mut state, "x");
    press(&mut state, &["esc"]);
    let texts = ["8x", "7", "6", "5", "4"].map(str::to_owned).to_vec();
    assert_eq!(kept_of_alpha(&state), texts);
}

#[test]
fn another_text_takes_the_place_of_what_is_written_and_that_is_offered_again() {
    let mut state = demo((120, 36));
    press(&mut state, &["I"]);
    write_query(&mut state, POINTER);
    press(&mut state, &["ctrl-t", "enter"]);
    assert_ne!(text(&state), POINTER);
    press(&mut state, &["ctrl-r", "enter"]);
    assert_eq!(text(&state), POINTER);
}

#[test]
fn what_was_sent_is_not_offered_as_unsent() {
    let mut state = demo((120, 36));
    press(&mut state, &["I"]);
    write_query(&mut state, STATS);
    send(&mut state);
    press(&mut state, &["esc"]);
    edit_another(&mut state);
    send(&mut state);
    press(&mut state, &["esc"]);
    assert!(kept_of_alpha(&state).is_empty());
}

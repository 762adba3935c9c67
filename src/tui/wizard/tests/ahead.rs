//! Keys that are pressed before what they answer is there.

use super::*;

/// Types keys while nothing that was asked for has come yet; what was asked is returned.
fn type_ahead(state: &mut State, keys: &[&str], text: &str) -> Vec<Effect> {
    let named = keys.iter().map(|key| Key::parse(key).unwrap());
    let letters = text.chars().map(Key::char);
    named
        .chain(letters)
        .flat_map(|key| update(state, Message::Key(key)))
        .collect()
}

#[test]
fn what_is_typed_before_the_facts_are_there_waits_for_them() {
    let mut state = demo((120, 36));
    press(&mut state, &["1"]);
    let asked = type_ahead(&mut state, &["o", "enter"], "museum-lab");
    let pasted = update(&mut state, Message::Paste("-two".into()));
    assert_eq!(step(&state), Step::Begin);
    answer(&mut state, asked.into_iter().chain(pasted).collect());
    assert_eq!(step(&state), Step::Who);
    assert_eq!(wizard(&state).typed(Step::Who, "app_id"), "museum-lab-two");
    // Pointers to pick from come late: what is found and picked meanwhile is not lost either.
    press(&mut state, &["enter"]);
    let asked = type_ahead(&mut state, &["enter", "down", "space"], "");
    assert_eq!(step(&state), Step::Scope);
    assert!(wizard(&state).list.picked.is_empty());
    answer(&mut state, asked);
    assert_eq!(wizard(&state).list.picked, [address(2).to_string()]);
}

#[test]
fn of_a_large_text_that_is_pasted_into_a_field_it_is_said_that_it_is_cut() {
    let mut state = demo((120, 36));
    press(&mut state, &["1", "o", "enter"]);
    assert_eq!(step(&state), Step::Who);
    update(&mut state, Message::Paste("a".repeat(100_000)));
    assert_eq!(wizard(&state).note.as_deref(), Some(crate::tui::layers::CUT));
    press(&mut state, &["backspace"]);
    assert_eq!(wizard(&state).note, None);
}

#[test]
fn what_waits_is_bounded_and_is_dropped_by_esc_and_by_a_failure() {
    let mut state = demo((120, 36));
    press(&mut state, &["1"]);
    let asked = type_ahead(&mut state, &["o", "enter"], &"a".repeat(1_000));
    answer(&mut state, asked);
    assert_eq!(wizard(&state).typed(Step::Who, "app_id").len(), 63);

    let mut state = demo((120, 36));
    press(&mut state, &["1"]);
    let asked = type_ahead(&mut state, &["o", "enter"], "museum");
    let ticket = wizard(&state).ticket.unwrap();
    update(&mut state, Message::Wizard(News::Came(ticket, Err(failure()))));
    drop(asked);
    assert_eq!(step(&state), Step::Begin);
    assert!(wizard(&state).failure.is_some());
    press(&mut state, &["esc"]);
    assert!(!is_open(&state));

    let mut state = demo((120, 36));
    press(&mut state, &["1"]);
    let asked = type_ahead(&mut state, &["o", "enter", "esc"], "");
    assert!(!is_open(&state));
    answer(&mut state, asked);
    assert!(!is_open(&state) && state.layers.is_empty());
}

#[test]
fn what_is_under_way_is_not_answered_ahead() {
    let mut state = demo((120, 36));
    offer_until_delivery(&mut state);
    press(&mut state, &["1", "enter"]);
    assert_eq!(step(&state), Step::Review);
    // The second and third Enter were not meant for a code that nobody has seen.
    let asked = type_ahead(&mut state, &["enter", "enter", "enter"], "");
    answer(&mut state, asked);
    assert_eq!(step(&state), Step::HandOver);
}

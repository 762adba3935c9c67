//! Offers at the cursor: when there are some, what keys do with them, and what taking one writes.

use super::blank;
use super::offer::{offers, take};
use super::place::{Slot, place};
use super::state::{Composer, Popup};
use crate::command::{Key, KeyCode};
use crate::protocol::json_text::Tree;
use crate::tui::state::State;

/// Keys while there are offers. True if the key was for them.
pub fn press(composer: &mut Composer, key: Key) -> bool {
    let Some(popup) = &mut composer.popup else {
        return false;
    };
    let last = popup.offers.len().saturating_sub(1);
    match (key.code, key.ctrl) {
        (KeyCode::Esc, _) => composer.popup = None,
        (KeyCode::Down, false) | (KeyCode::Char('n'), true) => {
            popup.selected = if popup.selected == last {
                0
            } else {
                popup.selected + 1
            };
            popup.wanted = true;
        }
        (KeyCode::Up, false) | (KeyCode::Char('p'), true) => {
            popup.selected = if popup.selected == 0 {
                last
            } else {
                popup.selected - 1
            };
            popup.wanted = true;
        }
        (KeyCode::PageDown, _) => popup.selected = (popup.selected + 6).min(last),
        (KeyCode::PageUp, _) => popup.selected = popup.selected.saturating_sub(6),
        (KeyCode::Tab, _) => accept(composer),
        (KeyCode::Enter, false) if popup.wanted || popup.place.begun => accept(composer),
        _ => return false,
    }
    true
}

fn accept(composer: &mut Composer) {
    let Some(popup) = composer.popup.take() else {
        return;
    };
    let Some(offer) = popup.offers.get(popup.selected) else {
        return;
    };
    let (span, text, caret) = take(composer.editor.text(), &popup.place, offer);
    composer.editor.replace(span, &text);
    composer.editor.go_to(caret);
}

/// Offers what fits at the cursor, because a person asked for it.
pub fn complete(state: &State, composer: &mut Composer) {
    composer.tree = Tree::of(composer.editor.text());
    offer(state, composer, true);
    match &composer.popup {
        Some(popup) if popup.offers.len() == 1 => accept(composer),
        Some(_) => {}
        None => composer.note = Some((nothing_to_offer(state, composer), true)),
    }
}

fn nothing_to_offer(state: &State, composer: &Composer) -> String {
    let instance = &composer.instance;
    if !composer.knows {
        return "this home does not know the instance that is asked in the end".to_owned();
    }
    if let Some(failure) = state.composer.unasked.get(instance) {
        return format!("{instance} could not be asked: {}", failure.message);
    }
    match state.composer.of(instance, composer.identity.as_ref()) {
        Some(_) => "nothing to offer here".to_owned(),
        None => format!("{instance} has not told yet what it knows"),
    }
}

/// Offers what fits at the cursor; by itself only where something is begun.
pub fn offer(state: &State, composer: &mut Composer, wanted: bool) {
    let before = composer.popup.take();
    let text = composer.editor.text();
    let Some(place) = place(text, &composer.tree, composer.editor.cursor()) else {
        return;
    };
    let is_start = place.slot == Slot::Start;
    if !wanted && !place.begun && (place.slot == Slot::Name || is_start) {
        return;
    }
    let in_blank = blank::offers(text, &place, &state.composer, composer);
    let known = state.composer.of(&composer.instance, composer.identity.as_ref());
    let known = known.filter(|_| composer.knows);
    let elsewhere = || known.map(|knowledge| offers(text, &place, knowledge, &composer.found));
    let offers = in_blank.or_else(elsewhere).unwrap_or_default();
    if offers.is_empty() {
        return;
    }
    let same = before.as_ref().filter(|before| before.place.slot == place.slot);
    let label = same.and_then(|before| before.offers.get(before.selected));
    let selected = label.and_then(|chosen| offers.iter().position(|offer| offer.label == chosen.label));
    composer.popup = Some(Popup {
        selected: selected
            .filter(|_| same.is_some_and(|before| before.wanted))
            .unwrap_or(0),
        wanted: wanted || same.is_some_and(|before| before.wanted),
        offers,
        place,
    });
}

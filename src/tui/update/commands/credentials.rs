//! What is done with credentials.

use super::super::begin::begin;
use super::super::on_top::{push, push_menu};
use crate::model::Side;
use crate::tui::effect::{Effect, Work};
use crate::tui::layers::{Form, Item, Layer};
use crate::tui::state::State;

pub(super) fn on_credential(state: &mut State, work: impl FnOnce(String) -> Work) -> Vec<Effect> {
    match state.credential().map(|row| row.name.clone()) {
        Some(name) => vec![begin(state, work(name))],
        None => Vec::new(),
    }
}

/// How long the older key is answered, in seconds: a day, or not at all.
const OVERLAPS: [(char, &str, &str, u32); 2] = [
    (
        'd',
        "with a day of overlap",
        "the old key is answered for 24 h more",
        86_400,
    ),
    ('n', "now", "the old key is refused at once: it leaked", 0),
];

pub(super) fn choose_overlap(state: &mut State) -> Vec<Effect> {
    let Some(row) = state.credential() else {
        return Vec::new();
    };
    let name = row.name.clone();
    let mut items: Vec<Item> = OVERLAPS
        .into_iter()
        // The present key is its holder's to replace: an issuer who needs it refused suspends or revokes it.
        .filter(|(_, _, _, overlap)| *overlap > 0 || !row.is_mixed_by_its_holder())
        .map(|(key, label, doc, overlap)| Item::work(key, label, doc, Work::Rotate(name.clone(), overlap)))
        .collect();
    if row.overlap_until.is_some() && row.side == Side::Issued {
        items.push(Item::work(
            'e',
            "end the overlap",
            "the older key is refused from now on",
            Work::EndOverlap(name.clone()),
        ));
    }
    push_menu(state, format!("Rotate the keys of {name}"), items)
}

/// Asks what the credential shall allow.
pub(super) fn change_credential(state: &mut State) -> Vec<Effect> {
    let now = state.clock.now();
    match state.credential().map(|row| Form::change_credential(row, now)) {
        Some(form) => push(state, Layer::Form(Box::new(form))),
        None => Vec::new(),
    }
}

//! What is offered in a blank: names that were asked for before, actions whose replies something can be taken of, and
//! what there is in such a reply. Pure.

use super::errand::Errand;
use super::memory::Memory;
use super::offer::{Offer, best_first, plain};
use super::place::{Place, Slot, place};
use super::state::{Composer, Taking};
use crate::protocol::json_text::quoted;
use crate::workspace::{ReplyPath, blanks_of};
use std::collections::HashSet;

/// What is offered in a blank, the best first; none where the place is no blank.
pub fn offers(text: &str, place: &Place, memory: &Memory, composer: &Composer) -> Option<Vec<Offer>> {
    let made = match &place.slot {
        Slot::Blank => names(memory, composer),
        Slot::Taken(reply) if composer.taking.is_of(reply) => {
            composer.taking.paths.iter().map(path).collect()
        }
        Slot::Taken(_) => Vec::new(),
        _ => return None,
    };
    Some(best_first(text, place, made, |_| false))
}

/// The reply that is to be looked at, for a blank that takes something of it.
pub fn to_look_at(composer: &mut Composer) -> Option<Errand> {
    let place = place(composer.editor.text(), &composer.tree, composer.editor.cursor())?;
    let Slot::Taken(reply) = place.slot else {
        return None;
    };
    // Of the instance that the query goes to first, unless another is named.
    let first = composer.way.first(&composer.instance).as_str();
    let instance = reply.instance.as_deref().unwrap_or(first).to_owned();
    let of = Some((reply.clone(), instance.clone()));
    if composer.taking.of == of {
        return None;
    }
    composer.taking = Taking {
        of,
        paths: Vec::new(),
    };
    Some(Errand::LookInto(reply, instance))
}

fn names(memory: &Memory, composer: &Composer) -> Vec<Offer> {
    let first = composer.way.first(&composer.instance).as_str();
    let mut seen = HashSet::new();
    let mut offers = Vec::new();
    for (name, answer) in &memory.answers {
        seen.insert(name.clone());
        offers.push(asked(name, &format!("is asked for; last time: {answer}")));
    }
    for template in memory.templates() {
        let query = serde_json::from_str(&template.text).unwrap_or_default();
        for blank in blanks_of(&query) {
            if seen.insert(blank.name.clone()) {
                offers.push(asked(&blank.name, &format!("is asked for in {}", template.name)));
            }
        }
    }
    for sent in memory.history.iter().filter(|sent| sent.status == "success") {
        let query: serde_json::Value = serde_json::from_str(&sent.query).unwrap_or_default();
        let Some(action) = query.get("action").and_then(|action| action.as_str()) else {
            continue;
        };
        let reply = if sent.instance == first {
            action.to_owned()
        } else {
            format!("{action}@{}", sent.instance)
        };
        if seen.insert(reply.clone()) {
            offers.push(taken(&reply, &sent.instance));
        }
    }
    offers
}

/// A name by which somebody is asked: that is the whole blank.
fn asked(name: &str, detail: &str) -> Offer {
    plain(name, detail, format!("{name}}}}}"))
}

/// A reply that something is taken of: what that is comes next.
fn taken(reply: &str, instance: &str) -> Offer {
    let begun = format!("{reply} | ");
    let detail = format!("something of the last reply of {instance}");
    Offer {
        caret: begun.len(),
        ..plain(reply, &detail, format!("{begun}}}}}"))
    }
}

/// It stands in a text of a query: what it has in quotes is escaped as JSON.
fn path(path: &ReplyPath) -> Offer {
    let text = quoted(&path.path);
    let escaped = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    plain(
        &path.path,
        &path.shown,
        format!("{}}}}}", escaped.unwrap_or(&path.path)),
    )
}

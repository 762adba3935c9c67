//! What is offered at a place, and what taking an offer does to the text. Pure.

use super::place::{Next, Place, Slot};
use crate::protocol::json_text::quoted;
use crate::protocol::{ActionInfo, Actions, ParameterInfo, ValueKind};
use crate::workspace::{Knowledge, blank, skeleton};
use std::ops::Range;

/// Offers that are made at most.
const MOST: usize = 200;

/// Something to take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// What it is called.
    pub label: String,
    /// What it is, in a few words.
    pub detail: String,
    /// Whether the query needs it.
    pub needed: bool,
    /// What it puts into the text.
    pub insert: String,
    /// Where the cursor stands then, counted in what is put in.
    pub caret: usize,
}

/// Pointers that were found for a word: address and description.
pub type Found = [(String, String)];

/// What is offered at a place, the best first.
pub fn offers(text: &str, place: &Place, knowledge: &Knowledge, found: &Found) -> Vec<Offer> {
    let actions = &knowledge.actions;
    let action = place.action.as_deref().and_then(|name| actions.find(name));
    let made = match &place.slot {
        Slot::Start => actions.list.iter().map(whole).collect(),
        Slot::Name => names(place, action),
        Slot::Value(name) if name == "action" => actions
            .list
            .iter()
            .map(|action| named(text, place, action))
            .collect(),
        Slot::Value(name) => values(place, parameter(action, name), knowledge, found),
        Slot::Item(name) => {
            parameter(action, name).map_or_else(Vec::new, |parameter| texts(parameter, knowledge))
        }
        // What goes there does not depend on what the instance knows.
        Slot::Blank | Slot::Taken(_) => Vec::new(),
    };
    let by_description = wants_pointer(place, actions).is_some() && !place.partial.starts_with("ptr_");
    // Pointers were found by their descriptions, by whoever knows them all.
    best_first(text, place, made, |offer| {
        by_description && offer.insert.starts_with("\"ptr_")
    })
}

/// The offers that fit what was typed, or were found to fit, the best first.
pub fn best_first(
    text: &str,
    place: &Place,
    made: Vec<Offer>,
    was_found: impl Fn(&Offer) -> bool,
) -> Vec<Offer> {
    let mut ranked: Vec<(usize, Offer)> = made
        .into_iter()
        .filter_map(|offer| {
            let rank = if was_found(&offer) {
                Some(0)
            } else {
                rank(&place.partial, &offer.label)
                    .or_else(|| rank(&place.partial, offer.insert.trim_matches('"')))
            };
            Some((rank?, offer))
        })
        .collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    let mut offers: Vec<Offer> = ranked.into_iter().map(|(_, offer)| offer).collect();
    offers.truncate(MOST);
    // What is there already to the letter is no offer.
    if matches!(offers.as_slice(), [only] if only.insert == text[place.span.clone()]) {
        offers.clear();
    }
    offers
}

/// The parameter at this place, if it takes a pointer's address.
pub fn wants_pointer<'a>(place: &Place, actions: &'a Actions) -> Option<&'a ParameterInfo> {
    let (Slot::Value(name) | Slot::Item(name)) = &place.slot else {
        return None;
    };
    let action = place.action.as_deref().and_then(|name| actions.find(name));
    parameter(action, name).filter(|parameter| parameter.kind == ValueKind::PointerAddress)
}

/// The text after an offer was taken: what is replaced, by what, and where the cursor stands then.
pub fn take(text: &str, place: &Place, offer: &Offer) -> (Range<usize>, String, usize) {
    let start = place.comma_at.unwrap_or(place.span.start);
    let lead = match place.comma_at {
        Some(comma) if comma == place.span.start => ", ".to_owned(),
        Some(comma) => format!(",{}", &text[comma..place.span.start]),
        None if text[..place.span.start].ends_with(':') => " ".to_owned(),
        None => String::new(),
    };
    let comma = if place.next == Next::Another { "," } else { "" };
    let caret = start + lead.len() + offer.caret;
    (
        start..place.span.end,
        format!("{lead}{}{comma}", offer.insert),
        caret,
    )
}

/// How well a text fits what was typed: 0 from its beginning, then from the beginning of a word, anywhere, or with
/// letters left out.
fn rank(partial: &str, text: &str) -> Option<usize> {
    let (partial, text) = (partial.to_lowercase(), text.to_lowercase());
    if text.starts_with(&partial) {
        return Some(0);
    }
    match text.find(&partial) {
        Some(at) if text[..at].ends_with(['_', ' ', '-', '/']) => return Some(1),
        Some(_) => return Some(2),
        None => {}
    }
    let mut letters = text.chars();
    partial
        .chars()
        .all(|letter| letters.any(|other| other == letter))
        .then_some(3)
}

fn parameter<'a>(action: Option<&'a ActionInfo>, name: &str) -> Option<&'a ParameterInfo> {
    action.and_then(|action| action.parameter(name))
}

fn whole(action: &ActionInfo) -> Offer {
    let insert = skeleton(action);
    Offer {
        label: action.name.clone(),
        detail: action.help.clone(),
        needed: false,
        caret: first_blank(&insert),
        insert,
    }
}

/// An action's name; where the query has nothing else yet, with everything that the action needs.
fn named(text: &str, place: &Place, action: &ActionInfo) -> Offer {
    let mut insert = quoted(&action.name);
    let is_alone = place.given.iter().all(|name| name == "action");
    if is_alone && place.next == Next::End {
        let object = &text[place.object.clone()];
        let line = text[..place.span.start]
            .rfind('\n')
            .map_or("", |at| &text[at + 1..]);
        let indent: String = line.chars().take_while(|letter| *letter == ' ').collect();
        let between = if object.contains('\n') {
            format!(",\n{indent}")
        } else {
            ", ".to_owned()
        };
        for parameter in action.parameters.iter().filter(|parameter| parameter.required) {
            insert.push_str(&format!(
                "{between}{}: {}",
                quoted(&parameter.name),
                blank(parameter)
            ));
        }
    }
    Offer {
        label: action.name.clone(),
        detail: action.help.clone(),
        needed: false,
        caret: first_blank(&insert),
        insert,
    }
}

/// Between the first quotes with nothing in them, or at the end.
fn first_blank(text: &str) -> usize {
    text.find(": \"\"").map_or(text.len(), |at| at + 3)
}

fn names(place: &Place, action: Option<&ActionInfo>) -> Vec<Offer> {
    let is_given = |name: &str| place.given.iter().any(|given| given == name);
    let mut offers = Vec::new();
    if !is_given("action") {
        offers.push(name(
            place,
            "action",
            "\"\"",
            "what is asked for".to_owned(),
            true,
        ));
    }
    let Some(action) = action else { return offers };
    for parameter in action.by_need().filter(|parameter| !is_given(&parameter.name)) {
        let detail = format!("{} · {}", parameter.kind.words(), parameter.help);
        offers.push(name(
            place,
            &parameter.name,
            &blank_to_complete(parameter),
            detail,
            parameter.required,
        ));
    }
    offers
}

/// Quotes with nothing between them, where what goes there is offered next.
fn blank_to_complete(parameter: &ParameterInfo) -> String {
    match parameter.kind {
        ValueKind::Text if !parameter.choices.is_empty() => "\"\"".to_owned(),
        ValueKind::Texts => "[\"\"]".to_owned(),
        _ => blank(parameter),
    }
}

fn name(place: &Place, name: &str, value: &str, detail: String, needed: bool) -> Offer {
    let insert = if place.next == Next::Colon {
        quoted(name)
    } else {
        format!("{}: {value}", quoted(name))
    };
    let inside = [": \"\"", ": [\"\"", ": {}", ": []"].iter().find_map(|blank| {
        insert
            .find(blank)
            .map(|at| at + if *blank == ": [\"\"" { 4 } else { 3 })
    });
    Offer {
        label: name.to_owned(),
        detail,
        needed,
        caret: inside.unwrap_or(insert.len()),
        insert,
    }
}

/// An offer behind which the cursor stands once it is taken.
pub fn plain(label: &str, detail: &str, insert: String) -> Offer {
    Offer {
        label: label.to_owned(),
        detail: detail.to_owned(),
        needed: false,
        caret: insert.len(),
        insert,
    }
}

fn values(
    place: &Place,
    parameter: Option<&ParameterInfo>,
    knowledge: &Knowledge,
    found: &Found,
) -> Vec<Offer> {
    let Some(parameter) = parameter else {
        return Vec::new();
    };
    match parameter.kind {
        ValueKind::Flag => ["true", "false"]
            .into_iter()
            .map(|word| plain(word, "", word.to_owned()))
            .collect(),
        ValueKind::PointerAddress => found
            .iter()
            .map(|(address, description)| plain(description, address, quoted(address)))
            .collect(),
        ValueKind::ConnectionId => ids(&knowledge.connections),
        ValueKind::DomainId => ids(&knowledge.domains),
        ValueKind::Text => texts(parameter, knowledge),
        ValueKind::Texts if !place.begun => vec![Offer {
            caret: 2,
            ..plain("[ … ]", "a list", "[\"\"]".to_owned())
        }],
        _ => Vec::new(),
    }
}

fn texts(parameter: &ParameterInfo, knowledge: &Knowledge) -> Vec<Offer> {
    let (names, what) = match parameter.names.as_deref() {
        _ if !parameter.choices.is_empty() => (&parameter.choices, ""),
        Some("tag") => (&knowledge.tags, "tag"),
        Some("credential") => (&knowledge.credentials, "issued credential"),
        Some("held_credential") => (&knowledge.held, "held credential"),
        _ => return Vec::new(),
    };
    names.iter().map(|name| plain(name, what, quoted(name))).collect()
}

fn ids(named: &[(String, String)]) -> Vec<Offer> {
    named
        .iter()
        .map(|(id, name)| {
            let label = if name.is_empty() { id } else { name };
            plain(label, id, quoted(id))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::fake::knowledge;
    use super::super::place::place;
    use super::*;
    use crate::protocol::Query;
    use crate::protocol::json_text::Tree;
    use proptest::prelude::*;

    fn all(marked: &str) -> (String, Place, Vec<Offer>) {
        let cursor = marked.find('|').unwrap();
        let text = marked.replace('|', "");
        let place = place(&text, &Tree::of(&text), cursor).expect("something can be completed");
        let found = [("ptr_000000000007".to_owned(), "Fine dust".to_owned())];
        let offers = offers(&text, &place, &knowledge(), &found);
        (text, place, offers)
    }

    fn labels(marked: &str) -> Vec<String> {
        all(marked).2.into_iter().map(|offer| offer.label).collect()
    }

    /// The text, with a mark at the cursor, after the first offer of this label was taken.
    fn taken(marked: &str, label: &str) -> String {
        let (mut text, place, offers) = all(marked);
        let offer = offers
            .iter()
            .find(|offer| offer.label == label)
            .unwrap_or_else(|| panic!("{label} is not offered"));
        let (span, insert, caret) = take(&text, &place, offer);
        text.replace_range(span, &insert);
        text.insert(caret, '|');
        text
    }

    #[test]
    fn parameters_come_with_those_that_are_needed_first() {
        assert_eq!(
            labels(r#"{"action": "search_pointers", |}"#)[..2],
            ["search_term", "search_tags"]
        );
        assert_eq!(
            labels(r#"{"action": "add_neighbor", |}"#)[..2],
            ["pointer_address", "neighbor_address"]
        );
        assert_eq!(labels(r#"{|}"#), ["action"]);
    }

    #[test]
    fn taking_an_action_brings_what_it_needs() {
        assert_eq!(
            taken(r#"{"action": "get_pointer|"}"#, "get_pointer"),
            r#"{"action": "get_pointer", "pointer_address": "|"}"#
        );
        assert_eq!(
            taken("{\n  \"action\": \"get_p|\"\n}", "get_pointer"),
            "{\n  \"action\": \"get_pointer\",\n  \"pointer_address\": \"|\"\n}"
        );
        assert_eq!(
            taken("get_po|", "get_pointer"),
            "{\n  \"action\": \"get_pointer\",\n  \"pointer_address\": \"|\"\n}"
        );
        assert_eq!(
            taken(
                r#"{"action": "x|", "limit": 3}"#.replace("x|", "whoa|").as_str(),
                "whoami"
            ),
            r#"{"action": "whoami"|, "limit": 3}"#
        );
    }

    #[test]
    fn values_are_those_of_their_parameter() {
        assert_eq!(
            labels(r#"{"action": "search_pointers", "federated": |}"#),
            ["true", "false"]
        );
        assert_eq!(
            labels(r#"{"action": "search_pointers", "tag_match_mode": "|"}"#),
            ["ALL", "ANY"]
        );
        assert_eq!(
            labels(r#"{"action": "search_pointers", "search_tags": ["a|"]}"#),
            ["air", "dataset"]
        );
        assert_eq!(
            labels(r#"{"action": "get_pointer", "pointer_address": "dust|"}"#),
            ["Fine dust"]
        );
        assert_eq!(
            taken(
                r#"{"action": "get_pointer", "pointer_address": "dust|"}"#,
                "Fine dust"
            ),
            r#"{"action": "get_pointer", "pointer_address": "ptr_000000000007"|}"#
        );
        assert_eq!(
            labels(r#"{"action": "relay", "connection_id": "bet|"}"#),
            ["to beta"]
        );
    }

    #[test]
    fn commas_are_put_where_they_are_missing() {
        assert_eq!(
            taken(r#"{"action": "search_pointers" |}"#, "limit"),
            r#"{"action": "search_pointers", "limit": 0|}"#
        );
        assert_eq!(
            taken(
                r#"{"lim| "action": "search_pointers"}"#.replace("| ", "|\n").as_str(),
                "limit"
            ),
            "{\"limit\": 0|,\n\"action\": \"search_pointers\"}"
        );
        assert_eq!(taken(r#"{"action":|}"#, "whoami"), r#"{"action": "whoami"|}"#);
    }

    proptest! {
        #[test]
        fn whatever_is_taken_in_a_whole_query_leaves_a_whole_query(which in 0usize..10_000, name in 0usize..10_000) {
            let knowledge = knowledge();
            let action = &knowledge.actions.list[which % knowledge.actions.list.len()];
            let mut text = skeleton(action);
            let cursor = text.len() - 2;
            let place = place(&text, &Tree::of(&text), cursor).unwrap();
            prop_assert_eq!(&place.slot, &Slot::Name);
            let offers = offers(&text, &place, &knowledge, &[]);
            prop_assume!(!offers.is_empty());
            let offer = &offers[name % offers.len()];
            let (span, insert, caret) = take(&text, &place, offer);
            text.replace_range(span, &insert);
            prop_assert!(text.is_char_boundary(caret));
            let query = Query::parse(text.as_bytes()).unwrap();
            prop_assert_eq!(query.action(), &action.name);
            prop_assert!(query.get(&offer.label).is_some());
        }
    }
}

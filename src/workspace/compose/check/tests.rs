//! Each remark, and where it stands.

use super::*;
use crate::protocol::Query;
use proptest::prelude::*;
use serde_json::json;

fn actions() -> Actions {
    Actions::told(&json!({"actions": [
        {"name": "get_pointer", "help": "Shows.", "access": "granted", "writes": false, "parameters": [
            {"name": "pointer_address", "kind": "pointer_address", "required": true, "help": "which"},
            {"name": "limit", "kind": "count", "required": false, "help": "how many"}]},
        {"name": "set_connection_status", "help": "Sets.", "access": "granted", "writes": true, "parameters": [
            {"name": "status", "kind": "text", "required": true, "help": "which", "choices": ["active", "disabled"]}]},
        {"name": "list_offers", "help": "Lists.", "access": "owner", "writes": false, "parameters": []},
        {"name": "whoami", "help": "Tells.", "access": "anyone", "writes": false, "parameters": []},
    ]}))
    .unwrap()
}

/// What is remarked: the text that it is about, its weight, its words.
fn remarks_where(text: &str, read_only: bool, grant: Option<&Grant>) -> Vec<(String, Weight, String)> {
    let actions = actions();
    let facts = Facts {
        actions: Some(&actions),
        grant,
        read_only,
    };
    findings(text, &facts)
        .into_iter()
        .map(|finding| {
            (
                text[finding.span.clone()].to_owned(),
                finding.weight,
                finding.message,
            )
        })
        .collect()
}

fn remarks(text: &str) -> Vec<(String, Weight, String)> {
    remarks_where(text, false, None)
}

fn only(text: &str) -> (String, Weight, String) {
    let mut found = remarks(text);
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

const FINE: &str = r#"{"action": "get_pointer", "pointer_address": "ptr_0123456789ab", "trace": true}"#;

#[test]
fn what_is_fine_is_not_remarked_upon() {
    assert_eq!(remarks(FINE), []);
    assert_eq!(remarks(r#"{"action": "whoami"}"#), []);
}

#[test]
fn what_will_be_filled_in_is_of_any_kind_and_what_looks_like_a_blank_and_is_none_is_warned_of() {
    let blanks = r#"{"action": "get_pointer", "pointer_address": "{{create_pointer | .result.pointer.address}}", "limit": "{{limit:json}}"}"#;
    assert_eq!(remarks(blanks), []);
    let choice = r#"{"action": "set_connection_status", "status": "{{status}}"}"#;
    assert_eq!(remarks(choice), []);
    let found =
        remarks(r#"{"action": "get_pointer", "pointer_address": "ptr_0123456789ab", "limit": "{{a b}}"}"#);
    let (place, weight, message) = &found[0];
    assert_eq!((place.as_str(), *weight), ("\"{{a b}}\"", Weight::Warning));
    assert!(message.contains("is sent as it is"), "{message}");
    assert_eq!(found[1].2, "limit takes a whole number");
}

#[test]
fn what_is_no_query_is_stopped() {
    assert_eq!(only("  ").1, Weight::Stopper);
    assert_eq!(only("{\"action\": }").1, Weight::Stopper);
    assert_eq!(only("[1]").0, "[");
    assert_eq!(only("{}").0, "{");
    assert_eq!(only(r#"{"action": 7}"#).0, "7");
    assert_eq!(only(r#"{"action": ""}"#).1, Weight::Stopper);
    assert_eq!(
        only(r#"{"action": "whoami", "action": "whoami"}"#).1,
        Weight::Stopper
    );
}

#[test]
fn unknown_names_are_warned_of_and_the_near_one_is_named() {
    let (place, weight, message) = only(r#"{"action": "get_ponter", "pointer_address": 7}"#);
    assert_eq!((place.as_str(), weight), ("\"get_ponter\"", Weight::Warning));
    assert!(message.contains("get_pointer?"), "{message}");
    let (place, _, message) =
        only(r#"{"action": "get_pointer", "pointer_address": "ptr_0123456789ab", "limits": 3}"#);
    assert_eq!(place, "\"limits\"");
    assert!(message.contains("limit?"), "{message}");
}

#[test]
fn parameters_are_there_and_of_their_kind() {
    assert!(only(r#"{"action": "get_pointer"}"#).2.contains("pointer_address"));
    assert!(
        only(r#"{"action": "get_pointer", "pointer_address": null}"#)
            .2
            .contains("needs")
    );
    assert_eq!(
        only(r#"{"action": "get_pointer", "pointer_address": "ptr_1"}"#).0,
        "\"ptr_1\""
    );
    let text = r#"{"action": "get_pointer", "pointer_address": "ptr_0123456789ab", "limit": -1}"#;
    assert_eq!(only(text).0, "-1");
    let (place, _, message) = only(r#"{"action": "set_connection_status", "status": "on"}"#);
    assert_eq!(place, "\"on\"");
    assert!(message.contains("active, disabled"), "{message}");
}

#[test]
fn where_only_reading_is_allowed_whatever_may_change_something_is_stopped() {
    let stops = |text: &str| {
        remarks_where(text, true, None)
            .iter()
            .any(|(_, weight, _)| *weight == Weight::Stopper)
    };
    assert!(!stops(FINE));
    assert!(stops(
        r#"{"action": "set_connection_status", "status": "active"}"#
    ));
    assert!(stops(r#"{"action": "unheard_of"}"#));
    assert!(!stops(r#"{"action": "get_something_else"}"#));
    assert!(stops(r#"{"action": "invoke_through_connection"}"#));
}

#[test]
fn what_the_grant_does_not_allow_is_warned_of() {
    let grant = Grant::read(["whoami"]);
    let warned = |text: &str| remarks_where(text, false, Some(&grant));
    assert!(warned(FINE)[0].2.contains("not in this identity's grant"));
    assert!(warned(r#"{"action": "list_offers"}"#)[0].2.contains("owner"));
    assert_eq!(warned(r#"{"action": "whoami"}"#), []);
    let owner = Grant::owner();
    assert_eq!(remarks_where(FINE, false, Some(&owner)), []);
}

#[test]
fn what_is_too_large_is_stopped() {
    let text = format!(
        "{{\"action\": \"whoami\", \"trace\": \"{}\"}}",
        "x".repeat(LONGEST_QUERY)
    );
    let found = findings(&text, &Facts::default());
    assert!(found[0].weight == Weight::Stopper && found[0].message.contains("bytes"));
    let huge = "x".repeat(LONGEST_BODY + 1);
    assert_eq!(findings(&huge, &Facts::default()).len(), 1);
}

proptest! {
    #[test]
    fn whatever_is_typed_every_remark_has_a_place_and_what_is_no_query_is_stopped(
        text in r#"(\{"action": ?)?["{}\[\]:, a-z0-9_é\n]{0,40}"#, read_only: bool,
    ) {
        let actions = actions();
        let facts = Facts { actions: Some(&actions), read_only, grant: None };
        let found = findings(&text, &facts);
        for finding in &found {
            prop_assert!(text.get(finding.span.clone()).is_some());
        }
        let stopped = found.iter().any(|finding| finding.weight == Weight::Stopper);
        prop_assert!(stopped || Query::parse(text.as_bytes()).is_ok());
        prop_assert!(found.windows(2).all(|pair| pair[0].weight >= pair[1].weight));
    }
}

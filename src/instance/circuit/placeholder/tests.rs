use super::*;
use proptest::prelude::*;
use serde_json::json;

fn joined(text: &str) -> String {
    pieces(text)
        .map(|piece| match piece {
            Piece::Text(part) => part.to_owned(),
            Piece::Placeholder { inner, .. } => format!("{{{inner}}}"),
        })
        .collect()
}

#[test]
fn a_placeholder_alone_keeps_the_kind_of_its_value() {
    let results = [json!({"count": 3, "pointers": [{"address": "ptr_0123456789ab"}]})];
    let filled = fill(&json!({"limit": "{0.count}", "all": "{0}"}), &results, &[]).unwrap();
    assert_eq!(filled, json!({"limit": 3, "all": results[0]}));
    let filled = fill(&json!(["{0.pointers.0.address}"]), &results, &[]).unwrap();
    assert_eq!(filled, json!(["ptr_0123456789ab"]));
}

#[test]
fn a_placeholder_within_text_becomes_text() {
    let results = [json!({"name": "weather"}), json!([1, {"deep": true}])];
    let filled = fill(&json!("{0.name}: {1.1} {not one} {} {0.} {x.y}"), &results, &[]).unwrap();
    assert_eq!(filled, json!("weather: {\"deep\":true} {not one} {} {0.} {x.y}"));
}

#[test]
fn what_was_put_in_is_not_looked_at_again() {
    let results = [json!("{1}"), json!("secret")];
    assert_eq!(fill(&json!("<{0}>"), &results, &[]).unwrap(), json!("<{1}>"));
    assert_eq!(fill(&json!("{0}"), &results, &[]).unwrap(), json!("{1}"));
}

#[test]
fn a_path_that_leads_nowhere_is_named_with_what_is_there() {
    let results = [json!({"a": [1], "c": {}, "d": "text", "e": null})];
    for (missing, there) in [
        (
            "0.b",
            r#"what step 0 came to has no "b", only "a", "c", "d", "e""#,
        ),
        ("0.a.1", r#"its a is a list of 1 and has no "1""#),
        ("0.a.x", r#"its a is a list of 1 and has no "x""#),
        ("0.a.0.z", r#"its 0 is a plain value and has no "z""#),
        ("0.c.z", r#"its c is empty and has no "z""#),
        ("0.d.z", r#"its d is a text and has no "z""#),
        ("0.e.z", r#"its e is null and has no "z""#),
        ("1", "there is no step 1 before it"),
        ("999999.a", "there is no step 999999 before it"),
    ] {
        let error = fill(&json!(format!("{{{missing}}}")), &results, &[]).unwrap_err();
        assert_eq!(error, FillError::Nothing(missing.to_owned(), there.to_owned()));
    }
    let many: serde_json::Map<String, Value> =
        (0..9).map(|number| (format!("n{number}"), json!(0))).collect();
    let error = fill(&json!("{0.x}"), &[Value::Object(many)], &[]).unwrap_err();
    assert!(error.to_string().ends_with(r#""n7", …"#), "{error}");
}

#[test]
fn a_step_cannot_grow_without_bound() {
    let results = [json!("x".repeat(LARGEST_STEP / 2))];
    assert!(fill(&json!("{0}"), &results, &[]).is_ok());
    assert_eq!(
        fill(&json!(["{0}", "{0}"]), &results, &[]),
        Err(FillError::TooLarge)
    );
    let many = "{0}".repeat(10_000);
    assert_eq!(fill(&json!(many), &results, &[]), Err(FillError::TooLarge));
}

#[test]
fn references_are_found_wherever_they_are() {
    assert_eq!(
        last_reference(&json!({"a": ["{0.x}", {"b": "to {7} and {2.y}"}]})),
        Some(7)
    );
    assert_eq!(last_reference(&json!({"{9}": "{a}", "n": 1})), None);
}

fn braces() -> impl Strategy<Value = String> {
    prop::collection::vec(
        prop_oneof![
            Just("{".to_owned()),
            Just("}".to_owned()),
            Just(".".to_owned()),
            Just("{0.a}".to_owned()),
            "[0-9a-zé]{1,3}",
        ],
        0..24,
    )
    .prop_map(|parts| parts.concat())
}

/// A number of that size may have been meant so, and nothing says of a rounded one that it is.
#[test]
fn what_was_rounded_is_not_put_in_as_if_it_were_what_the_peer_said() {
    let results = [json!({"wei": 2.5e19, "name": "n", "small": 1.5}), json!(2.5e19)];
    for text in ["{0.wei}", "{0}", "about {0.wei}"] {
        assert!(fill(&json!(text), &results, &[]).is_ok(), "{text}");
        let error = fill(&json!(text), &results, &[0]).unwrap_err();
        assert!(matches!(error, FillError::Rounded(_, 0)), "{error}");
    }
    for text in ["{0.name}", "{0.small}", "{1}"] {
        assert!(fill(&json!(text), &results, &[0]).is_ok(), "{text}");
    }
}

proptest! {
    #[test]
    fn pieces_put_together_are_the_text(text in braces()) {
        prop_assert_eq!(joined(&text), text);
    }

    #[test]
    fn text_without_placeholders_stays_as_it_is(text in "[^{]{0,40}") {
        prop_assert_eq!(fill(&json!(text), &[], &[]).unwrap(), json!(text));
    }

    #[test]
    fn filling_succeeds_exactly_when_every_reference_is_there(text in braces(), count in 0usize..3) {
        let results: Vec<Value> = (0..count).map(|index| json!({"a": index})).collect();
        let filled = fill(&json!(text), &results, &[]);
        if last_reference(&json!(text)).is_some_and(|last| last >= count) {
            prop_assert!(filled.is_err());
        }
        if last_reference(&json!(text)).is_none() {
            prop_assert_eq!(filled.unwrap(), json!(text));
        }
    }

    #[test]
    fn a_value_comes_through_unchanged(text in "\\PC{0,40}") {
        prop_assert_eq!(fill(&json!("{0.v}"), &[json!({"v": text})], &[]).unwrap(), json!(text));
    }
}

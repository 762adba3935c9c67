use super::super::evaluate;
use super::filters::FILTERS;
use super::*;
use proptest::prelude::*;
use serde_json::{Value, json};

fn reply() -> Value {
    json!({
        "status": "success",
        "result": {
            "count": 2,
            "pointers": [{"address": "ptr_1", "tags": ["air"], "my owner": null}, {"address": "ptr_2", "x": 7}],
        },
    })
}

/// The place at the end of a text, and what is offered there.
fn offered(text: &str, reply: &Value) -> Option<(JqPlace, Vec<JqOffer>)> {
    let place = place(text)?;
    // How fast this machine is at the moment is not what is tested; all other limits hold.
    let limits = Limits {
        time: Duration::from_secs(600),
        ..JqPlace::limits()
    };
    let answer = |question: String| evaluate(reply.to_string().into(), &question, limits);
    let standing = match place.question().map(answer) {
        Some(Ok(answer)) => standing(&answer),
        _ => Standing::default(),
    };
    let offers = place.offers(&standing);
    Some((place, offers))
}

fn texts(text: &str) -> Vec<String> {
    offered(text, &reply()).map_or_else(Vec::new, |(_, offers)| {
        offers.into_iter().map(|offer| offer.text).collect()
    })
}

#[test]
fn members_are_those_of_what_the_expression_leads_to() {
    let owner = "\"my owner\"";
    let members = [".address", ".tags", &format!(".{owner}"), ".x"];
    for (text, expected) in [
        (".", &[".status", ".result"][..]),
        (".re", &[".result"]),
        (".RES", &[".result"]),
        (".sul", &[".result"]),
        (".result", &[]),
        (".result.", &[".count", ".pointers"]),
        (".result.pointers", &[".pointers[]", ".pointers[0]"]),
        (".result.pointers.", &["[]", "[0]", "[-1]"]),
        (".result.pointers[", &["]", "0]", "-1]"]),
        (".result.pointers[].", &members),
        (".result.pointers[0].", &members[..3]),
        (".result.pointers[1] | .", &[".address", ".x"]),
        (".result.pointers | map(.", &members),
        (".result | .pointers[] | select(.x > 1) | .", &[".address", ".x"]),
        (".result.pointers[] | select(.", &members),
        ("[.result.pointers[] | {a: .ad", &[".address"]),
        ("[.result.pointers[] | {ad", &["address"]),
        (".result.pointers[] | {x, my", &[owner]),
        (".result.pointers | sort_by(.address) | map(.t", &[".tags"]),
        (".result.pointers[] | with_entries(.", &[".key", ".value"]),
        (".result.pointers[0].tags[", &["]", "0]", "-1]"]),
        (".result[", &["\"count\"]", "\"pointers\"]"]),
        (".result as $r | .st", &[".status"]),
        (".result.pointers |= map(.t", &[".tags"]),
        ("\"\\(.result.po", &[".pointers"]),
        ("limit(1; .result.pointers[]) | .ad", &[".address"]),
        ("if .st", &[".status"]),
        (".result.count + .st", &[".status"]),
        (".nothing.", &[]),
        (".status.", &[]),
        (".status ", &[]),
        ("\"a.", &[]),
        (".result) | .", &[]),
        ("# .", &[]),
        ("reduce .result.pointers[] as $p (0; .", &[]),
        ("reduce .result.po", &[".pointers"]),
        ("reduce .result.pointers[] as $p (.st", &[".status"]),
        ("reduce .result.pointers[] as $p ({a: 1, b: 2}; .", &[".a", ".b"]),
        ("reduce .result.pointers[] as $p (0; . + $", &["$p"]),
        ("reduce .result.pointers[] as $p (0; . + $p.ad", &[".address"]),
        ("reduce .result.pointers[] as $p ({n: 0}; .n += 1).", &[".n"]),
        ("reduce .result.pointers[] as $p (0; .) | $", &[]),
        ("foreach .result.pointers[] as $p ({n: 0}; .n += 1; .", &[".n"]),
        (
            "[.result.pointers[] as {address: $at, tags: [$first]} | {at: $",
            &["$first", "$at"],
        ),
        (".result as $r | .status as $s | $r.", &[".count", ".pointers"]),
        (".result as $r | .status as $s | $", &["$s", "$r"]),
        (".result as $r | .", &[".status", ".result"]),
        (".result as $", &[]),
        ("(.result as $r | $r.count) | $", &[]),
        ("if .status == \"success\" then .result | .co", &[".count"]),
        (".result | if .count > 1 then .pointers[0].ad", &[".address"]),
        (".result | if .count > 1 then .pointers else .co", &[".count"]),
        ("if .status then .result else . end | .co", &[".count"]),
        ("if .status then .result else . end.co", &[".count"]),
        ("[if .status then .result else . end] | .[0].co", &[".count"]),
        ("{if: .re", &[".result"]),
        ("{a: .result | .co", &[".count"]),
        (".status end | .", &[]),
        ("def mine: .result; mi", &["mine"]),
        ("def mine(f; $n): f; mi", &["mine("]),
        ("def mine: .result; mine | .co", &[".count"]),
        (".result | def mine: .pointers[]; mine | .ad", &[".address"]),
        (
            "def mine: .x; def mi2: .; .result.pointers | map(mi",
            &["mi2", "mine"],
        ),
        ("def mine: .pointers[]; .result | [mine | .ad", &[".address"]),
        ("def mine: {a: 1}; [map(mine | .", &[".a"]),
        ("def mine(f; $n): .result | f + $", &["$n"]),
        ("def mine(inner): in", &["inner", "mine("]),
        ("def mine(inner): .; in", &["mine("]),
        ("def mine: def inner: .x; in", &["inner", "mine"]),
        ("def mine: def inner: .x; inner; in", &["mine"]),
        (".result | def mine: .co", &[".count"]),
        ("[(def mine: .; mine)] | mi", &[]),
        ("def ", &[]),
        ("def mi", &[]),
        ("def mine(", &[]),
        ("def mine(.", &[]),
        ("$x.", &[]),
        ("1.", &[]),
        ("", &[]),
    ] {
        let found = texts(text);
        let found = found
            .iter()
            .filter(|text| !FILTERS.iter().any(|(filter, _)| filter == text));
        let skips_first = text.is_empty();
        let found: Vec<&String> = found.filter(|_| !skips_first).collect();
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn what_stands_there_is_said_with_it() {
    let (_, offers) = offered(".result.", &reply()).unwrap();
    let said: Vec<&str> = offers.iter().map(|offer| offer.shown.as_str()).collect();
    assert_eq!(said, ["2", "[…] with 2 items"]);
    let (_, offers) = offered(".", &json!({"a": "x".repeat(100), "b": {"c": 1}, "d": null})).unwrap();
    let said: Vec<&str> = offers.iter().map(|offer| offer.shown.as_str()).collect();
    assert_eq!(
        said,
        [&format!("{}…", "x".repeat(SHOWN)), "{…} with 1 member", "null"]
    );
}

#[test]
fn where_nothing_is_begun_members_come_before_filters() {
    let found = texts(".result | ");
    assert_eq!(found[..3], [".count", ".pointers", "select("]);
    assert_eq!(texts(".result | sel"), ["select("]);
    assert_eq!(texts(".result.pointers | ")[..3], [".[]", ".[0]", ".[-1]"]);
    assert_eq!(texts(".result | keys"), Vec::<String>::new());
    let found = texts(".result as $r | .result | ");
    assert_eq!(found[..4], [".count", ".pointers", "$r", "select("]);
}

#[test]
fn what_is_begun_is_asked_for_once() {
    let question = |text: &str| place(text).unwrap().question();
    assert_eq!(question(".result.p"), question(".result.pointers"));
    assert_ne!(question(".result."), question(".result.pointers."));
}

#[test]
fn every_filter_is_one_of_jq() {
    for (filter, _) in FILTERS {
        let alone = match filter.strip_suffix('(') {
            Some("sub" | "gsub") => format!("{filter}\"a\"; \"b\")"),
            Some("limit") => format!("{filter}1; .)"),
            Some(_) => format!("{filter}.)"),
            None => (*filter).to_owned(),
        };
        let program = format!("empty | {alone}");
        let answer = evaluate("null".into(), &program, Limits::default());
        assert!(answer.is_ok(), "{program}: {answer:?}");
    }
}

#[test]
fn a_reply_of_many_members_is_asked_within_limits() {
    let wide: Value = (0..5_000)
        .map(|at| (format!("m{at}"), json!("x".repeat(100))))
        .collect();
    let many: Value = (0..1_000).map(|_| wide["m1"].clone()).collect();
    let (_, offers) = offered(".[1].", &json!([many, wide])).unwrap();
    assert_eq!(offers.len(), MEMBERS);
}

fn documents() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(Value::from),
            prop::collection::btree_map("[a-c_]{1,2}|.{0,4}", inner, 1..4)
                .prop_map(|members| members.into_iter().collect()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// One offer is taken after the other, down to what has nothing in it: what comes of it is always an expression.
    #[test]
    fn what_is_offered_can_be_taken(document in documents(), choices in prop::collection::vec(0usize..100, 1..5)) {
        let mut text = ".".to_owned();
        for choice in choices {
            let (place, offers) = offered(&text, &document).unwrap();
            if offers.is_empty() {
                break;
            }
            text = format!("{}{}", &text[..place.from], offers[choice % offers.len()].text);
            let answer = evaluate("null".into(), &format!("empty | {text}"), Limits::default());
            prop_assert!(answer.is_ok(), "{text} over {document}: {answer:?}");
            text.push('.');
        }
    }

    #[test]
    fn any_name_can_be_taken(name in ".{0,12}") {
        let document = json!({name: 7});
        for text in [".", ".[", "{"] {
            let (place, offers) = offered(text, &document).unwrap();
            let written = format!("{}{}", &text[..place.from], offers[0].text);
            let (whole, expected) = match text {
                "{" => (format!("{written}}}"), document.to_string()),
                _ => (written, "7".to_owned()),
            };
            let answer = evaluate(document.to_string().into(), &whole, Limits::default()).unwrap();
            let results: Vec<Value> = answer.results.iter().map(|json| serde_json::from_str(json).unwrap()).collect();
            prop_assert_eq!(results, [serde_json::from_str::<Value>(&expected).unwrap()], "{}", whole);
        }
    }

    #[test]
    fn any_text_has_a_place_or_none(text in "([.a\\[\\](){}|;,:\"\\\\ é$?=#]| as \\$a|if |then |else |end|reduce |foreach |def f: |def g(h; \\$i): ){0,24}") {
        if let Some(place) = place(&text) {
            prop_assert_eq!(&text[place.from..], place.begun.as_str());
            if let Some(question) = place.question() {
                // It may be about nothing, but it is always answered in time and never a panic.
                let _ = evaluate("{\"a\": [1]}".into(), &question, JqPlace::limits());
            }
        }
    }
}

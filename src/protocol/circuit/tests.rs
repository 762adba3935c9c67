use super::*;
use proptest::prelude::*;
use serde_json::json;

fn read(definition: &Value) -> Circuit {
    Circuit::read(&definition.to_string())
}

#[test]
fn steps_are_numbered_and_what_they_take_is_an_arrow() {
    let circuit = read(&json!([
        {"action": "search_pointers", "search_tags": ["air"], "limit": 1},
        {"action": "get_pointer", "pointer_address": "{0.pointers.0.address}"},
        {"action": "create_pointer", "data_reference": "copy of {1.data_reference}", "tags": ["{0}", "new"]},
    ]));
    assert!(circuit.is_list && circuit.faults.is_empty(), "{circuit:?}");
    let shown: Vec<_> = circuit
        .steps
        .iter()
        .map(|step| step.action.as_deref().unwrap())
        .collect();
    assert_eq!(shown, ["search_pointers", "get_pointer", "create_pointer"]);
    let arrow = &circuit.steps[1].arrows[0];
    assert_eq!((arrow.from, arrow.path.as_str()), (0, "pointers.0.address"));
    assert_eq!(arrow.into, "pointer_address");
    let into: Vec<_> = circuit.steps[2]
        .arrows
        .iter()
        .map(|arrow| arrow.into.as_str())
        .collect();
    assert_eq!(into, ["data_reference", "tags.0"]);
}

#[test]
fn a_placeholder_for_what_does_not_come_before_is_flagged_where_it_stands() {
    let text = "[\n  {\"action\": \"whoami\"},\n  {\"action\": \"get_pointer\",\n   \"pointer_address\": \"{2.address}\"}\n]";
    let circuit = Circuit::read(text);
    let fault = circuit.first_fault().unwrap();
    assert_eq!((fault.step, fault.place), (Some(1), Some((4, 24))));
    assert!(
        fault.refused && fault.message.contains("{2.address}"),
        "{fault:?}"
    );
    assert!(!circuit.steps[1].arrows[0].is_resolved);
}

#[test]
fn broken_json_is_told_with_line_and_column() {
    let circuit = Circuit::read("[\n  {\"action\": \"whoami\",}\n]");
    assert!(circuit.steps.is_empty());
    let fault = circuit.first_fault().unwrap();
    assert_eq!(fault.place, Some((2, 23)));
    assert!(
        fault
            .words()
            .starts_with("line 2, column 23: not acceptable JSON"),
        "{}",
        fault.words()
    );
    assert!(!fault.message.contains(" at line "), "{}", fault.message);
}

#[test]
fn relays_and_federated_invokes_say_where_they_lead() {
    let relay = read(&json!([{"action": "relay", "connection_id": "conn_0123456789ab",
        "query": {"action": "get_graph_stats"}}]));
    assert!(relay.faults.is_empty(), "{relay:?}");
    assert_eq!(
        relay.steps[0].leads,
        Leads::Relay {
            connection: "conn_0123456789ab".into(),
            asks: "get_graph_stats".into()
        }
    );
    let posted = json!({"action": "federated_invoke", "endpoint": "https://b.example/invoke",
        "kid": "kid_0123456789abcdef", "profile": "native", "sealed": "a.b.c.d.e"});
    let alone = read(&posted);
    assert!(alone.faults.is_empty(), "{alone:?}");
    let Leads::Federated { sealed, kid, .. } = &alone.steps[0].leads else {
        panic!("{alone:?}");
    };
    assert_eq!((*sealed, kid.as_deref()), (9, Some("kid_0123456789abcdef")));
    assert!(read(&json!([{"action": "whoami"}, posted])).is_refused());
}

#[test]
fn what_an_instance_refuses_is_refused_here() {
    for definition in [
        json!([]),
        json!("whoami"),
        json!([[]]),
        json!([{"no_action": 1}]),
        json!([{"action": 3}]),
        json!({"action": "relay", "connection_id": "{0.id}", "query": {"action": "x"}}),
        json!({"action": "relay", "connection_id": "conn_0123456789ab"}),
        json!({"action": "get_pointer", "pointer_address": "{0.address}"}),
        json!(vec![json!({"action": "whoami"}); MOST_STEPS + 1]),
    ] {
        assert!(read(&definition).is_refused(), "{definition}");
    }
}

#[test]
fn what_only_looks_like_a_placeholder_is_pointed_at_and_not_refused() {
    let circuit = read(
        &json!([{"action": "whoami"}, {"action": "search_pointers", "search_term": "{0.} {0.a b} {x} {}"}]),
    );
    assert!(!circuit.is_refused());
    let told: Vec<_> = circuit
        .faults
        .iter()
        .map(|fault| fault.message.as_str())
        .collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].starts_with("{0.} in search_term") && told[1].starts_with("{0.a b}"));
}

#[test]
fn what_is_sealed_is_counted_and_never_shown() {
    let sealed = "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIiwia2lkIjoia2lkXzAxMjM0NTY3ODlhYmNkZWYiLCJ0eXAiOiJiZmx5LXF1ZXJ5K2p3ZSJ9..bm9uY2U.Ym9keQ.dGFn";
    if crate::protocol::profile_of_sealed(sealed).is_none() {
        panic!("the sample is not recognised as sealed");
    }
    let circuit =
        read(&json!({"action": "federated_invoke", "endpoint": "https://b.example", "sealed": sealed}));
    assert!(!format!("{circuit:?}").contains("Ym9keQ"));
}

/// Every placeholder in the strings of a value.
fn placeholders(value: &Value) -> usize {
    match value {
        Value::String(text) => pieces(text).filter(|piece| piece.step().is_some()).count(),
        Value::Array(items) => items.iter().map(placeholders).sum(),
        Value::Object(members) => members.values().map(placeholders).sum(),
        _ => 0,
    }
}

fn any_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("{0}".to_owned()),
        Just("{1.a.0}".to_owned()),
        Just("{9.x}".to_owned()),
        Just("{0.".to_owned()),
        Just("{\"".to_owned()),
        ".{0,4}",
    ];
    prop::collection::vec(piece, 0..5).prop_map(|pieces| pieces.concat())
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any_text().prop_map(Value::String),
        any::<i32>().prop_map(|number| json!(number)),
        Just(Value::Null),
        Just(json!("relay")),
        Just(json!("federated_invoke")),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            prop::collection::btree_map(
                prop_oneof![Just("action".to_owned()), Just("query".to_owned()), "[a-z]{0,3}"],
                inner,
                0..4
            )
            .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in ".{0,200}") {
        let circuit = Circuit::read(&text);
        prop_assert!(circuit.faults.iter().all(|fault| !fault.words().is_empty()));
    }

    #[test]
    fn every_placeholder_is_an_arrow_and_resolved_or_flagged(definition in any_value()) {
        let circuit = read(&definition);
        let arrows: Vec<_> = circuit.steps.iter().flat_map(|step| &step.arrows).collect();
        prop_assert_eq!(arrows.len(), placeholders(&definition));
        for step in &circuit.steps {
            let dangling = step.arrows.iter().filter(|arrow| !arrow.is_resolved).count();
            let flagged = circuit
                .faults_of(step.index)
                .filter(|fault| fault.refused && fault.message.contains(" takes from step "))
                .count();
            prop_assert_eq!(dangling, flagged);
            for arrow in &step.arrows {
                prop_assert_eq!(arrow.is_resolved, arrow.from < step.index);
            }
        }
    }
}

#[test]
fn where_steps_begin_is_known_in_any_text() {
    let starts = |text: &str| super::places::step_starts(text);
    assert_eq!(starts("  {\"action\": \"a\"}"), [(1, 3)]);
    assert_eq!(
        starts("[\n  {\"a\": [1, {}]},\n  {\"b\": \"},{\\\"\"} , 7"),
        [(2, 3), (3, 3), (3, 20)]
    );
    assert_eq!(starts("[]"), []);
    assert_eq!(starts(""), []);
}

proptest! {
    #[test]
    fn every_step_has_a_beginning(
        steps in prop::collection::vec(prop::sample::select(vec!["{}", "[1, 2]", "7", "\"a,b\"", "{\"x\": [{}, \"]\"]}"]), 0..6),
        gap in prop::sample::select(vec!["", " ", "\n", "\n  "]),
    ) {
        let text = format!("[{gap}{}{gap}]", steps.join(&format!(",{gap}")));
        prop_assert_eq!(super::places::step_starts(&text).len(), steps.len());
    }

    #[test]
    fn no_text_is_too_odd_for_it(text in "\\PC{0,60}") {
        let circuit = Circuit::read(&text);
        for fault in &circuit.faults {
            prop_assert!(!circuit.located(fault).is_empty());
        }
    }
}

//! A call beside the same query asked directly, two lines beside each other, jq over replies, and what is not asked of
//! an instance on which nothing may be changed.

use super::binary::{Home, Serving};
use super::error;
use serde_json::{Value, json};

/// The demo's federation; what its pointers are called by.
fn demo(home: &Home) -> (Serving, Value) {
    let serving = Serving::start(home.command(&["demo", "--no-tui", "--json"]));
    let ready: Value = serde_json::from_str(&serving.line).unwrap();
    (serving, ready["pointers"].clone())
}

/// The newest line of the invoke log.
fn newest(home: &Home) -> Value {
    home.ok(&["log", "list", "--limit", "1"])[0].clone()
}

#[test]
fn a_call_is_put_beside_the_same_query_asked_directly() {
    let home = Home::empty();
    let (_serving, pointers) = demo(&home);
    for route in ["endpoint", "circuit", "relay"] {
        home.ok(&["call", "alpha", pointers[route].as_str().unwrap(), "--trace"]);
        let line = newest(&home)["id"].clone();
        let compared = home.ok(&["log", "compare", &line.to_string()]);
        assert_eq!(compared["through"], line, "{route}");
        assert_eq!(compared["made"], compared["direct"], "{route}");
        let direct = home.ok(&["log", "show", &compared["direct"].to_string()]);
        assert_eq!(
            (&direct["kind"], &direct["instance"]),
            (&json!("invoke"), &json!("beta")),
            "{route}"
        );
        assert_eq!(
            compared["reply"]["changes"],
            json!([]),
            "the same answer either way"
        );
        let took = |side: &str| compared[side]["elapsed_us"].as_i64().unwrap();
        assert_eq!(compared["added_us"], took("other") - took("one"));
    }
}

#[test]
fn an_invoke_is_put_beside_the_same_query_through_another_instance() {
    let home = Home::empty();
    let (_serving, pointers) = demo(&home);
    let relay = pointers["relay"].as_str().unwrap();
    let pointer = home.ok(&["pointer", "show", "alpha", relay]);
    let query = pointer["pointer"]["federated"]["query"].to_string();
    home.ok(&["invoke", "beta", &query]);
    let line = newest(&home)["id"].clone();
    let compared = home.ok(&["log", "compare", &line.to_string()]);
    assert_eq!(
        (&compared["direct"], &compared["made"]),
        (&line, &compared["through"])
    );
    let through = home.ok(&["log", "show", &compared["through"].to_string()]);
    assert_eq!(
        (&through["kind"], &through["instance"]),
        (&json!("call"), &json!("alpha"))
    );
    let words = home.run(&["log", "compare", &line.to_string()]);
    assert!(
        words.stdout.contains("through another instance, which adds"),
        "{}",
        words.stdout
    );
}

/// Has a pointer of alpha ask its peer for something else from now on.
fn ask_for_another(home: &Home, address: &str, query: &Value) {
    let shown = home.ok(&["pointer", "show", "alpha", address])["pointer"].clone();
    let mut federated = shown["federated"].clone();
    federated["query"] = query.clone();
    let mut reference = shown["data_reference"].clone();
    if federated["route"] == "relay" {
        let step = json!([{"action": "relay", "connection_id": federated["connection_id"], "query": query}]);
        reference = format!("internal_circuit::{step}").into();
    }
    let change = json!({"action": "update_pointer", "pointer_address": address, "data_reference": reference,
        "federated": federated});
    home.ok(&["invoke", "alpha", &change.to_string()]);
}

#[test]
fn a_call_is_made_again_with_the_query_that_was_logged_whatever_its_pointer_says_by_now() {
    let home = Home::empty();
    let (_serving, pointers) = demo(&home);
    let made = json!({"action": "create_pointer", "data_reference": "https://example.org/never", "description": "no"});
    for route in ["endpoint", "relay", "circuit"] {
        let address = pointers[route].as_str().unwrap();
        home.ok(&["call", "alpha", address]);
        let line = newest(&home)["id"].to_string();
        let asked = home.ok(&["log", "show", &line])["query"].clone();
        ask_for_another(&home, address, &made);
        let again = home.run_json(&["--read-only", "log", "replay", &line]);
        if route == "circuit" {
            assert_eq!(again.code, 1, "{again:?}");
            let told = error(&again)["message"].as_str().unwrap().to_owned();
            assert!(told.contains("sealed beforehand"), "{told}");
            continue;
        }
        assert_eq!(again.code, 0, "{route}: {again:?}");
        let id = newest(&home)["id"].to_string();
        assert_ne!(id, line);
        assert_eq!(home.ok(&["log", "show", &id])["query"], asked, "{route}");
    }
    let all = home.ok(&["pointer", "list", "beta", "--filter", "ref:example.org/never"]);
    assert_eq!(all["count"], 0, "nothing was made");
}

#[test]
fn a_call_whose_query_the_log_does_not_know_is_not_made_again_where_nothing_may_change() {
    let home = Home::empty();
    let (_serving, _) = demo(&home);
    assert_eq!(home.run_json(&["call", "alpha", "ptr_ffffffffffff"]).code, 1);
    let line = newest(&home)["id"].to_string();
    assert_eq!(home.run_json(&["--read-only", "log", "replay", &line]).code, 3);
}

#[test]
fn what_is_missing_for_a_comparison_is_said() {
    let home = Home::empty();
    let _serving = home.serve_new("alpha");
    home.ok(&["invoke", "alpha", r#"{"action": "get_graph_stats"}"#]);
    let missing = home.run_json(&["log", "compare", "1"]);
    assert_eq!(missing.code, 1);
    let told = error(&missing);
    assert!(
        told["message"].as_str().unwrap().contains("no federated pointer"),
        "{told}"
    );
    assert!(
        told["remedy"]
            .as_str()
            .unwrap()
            .contains(&home.printed("federate")),
        "{told}"
    );
}

#[test]
fn two_lines_are_put_beside_each_other() {
    let home = Home::empty();
    let _serving = home.serve_new("alpha");
    let stats = r#"{"action": "get_graph_stats"}"#;
    home.ok(&["invoke", "alpha", stats]);
    home.ok(&["pointer", "create", "alpha", "https://example.org/a"]);
    home.ok(&["invoke", "alpha", stats]);
    let differs = home.ok(&["log", "diff", "1", "2"]);
    let changes = differs["reply"]["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 1, "{differs}");
    assert!(
        changes[0]["path"].as_str().unwrap().contains("total_pointers"),
        "{differs}"
    );
    let same = home.ok(&["log", "diff", "1", "1"]);
    assert_eq!(same["reply"]["changes"], json!([]));
    let words = home.run(&["log", "diff", "1", "2"]);
    for part in ["total_pointers", "reply: one change", "query: the same"] {
        assert!(words.stdout.contains(part), "no {part} in {}", words.stdout);
    }
    assert_eq!(home.run_json(&["log", "diff", "1", "99"]).code, 1);
}

#[test]
fn jq_takes_out_of_a_reply_what_is_wanted() {
    let home = Home::empty();
    let _serving = home.serve_new("alpha");
    for name in ["a", "b", "c"] {
        home.ok(&[
            "pointer",
            "create",
            "alpha",
            &format!("https://example.org/{name}"),
        ]);
    }
    let list = r#"{"action": "list_pointers", "limit": 10}"#;
    let names = home.ok(&[
        "invoke",
        "alpha",
        list,
        "--jq",
        "[.result.pointers[].data_reference] | sort[]",
    ]);
    assert_eq!(
        names,
        json!([
            "https://example.org/a",
            "https://example.org/b",
            "https://example.org/c"
        ])
    );
    let id = newest(&home)["id"].to_string();
    assert_eq!(
        home.ok(&["log", "show", &id, "--jq", ".result.pointers | length"]),
        json!([3])
    );
    let words = home.run(&[
        "invoke",
        "alpha",
        list,
        "--jq",
        ".status, (.result.pointers | length)",
    ]);
    assert_eq!(words.stdout, "\"success\"\n3\n");
    let wrong = home.run_json(&["invoke", "alpha", list, "--jq", ".status |"]);
    assert_eq!(wrong.code, 1);
    assert!(
        error(&wrong)["message"]
            .as_str()
            .unwrap()
            .contains("not finished"),
        "{}",
        wrong.stdout
    );
    let missing = r#"{"action": "get_pointer", "pointer_address": "ptr_000000000001"}"#;
    let failed = home.run_json(&["invoke", "alpha", missing, "--jq", ".code"]);
    assert_eq!(
        (failed.code, failed.json()),
        (1, json!(["pointer_not_found"])),
        "an error is one whatever is taken out of it"
    );
}

#[test]
fn no_route_changes_an_instance_that_is_read_only_here() {
    let home = Home::empty();
    let (_serving, pointers) = demo(&home);
    let write = json!({"action": "create_pointer", "data_reference": "https://example.org/new"}).to_string();
    let mut writing = Vec::new();
    for route in ["endpoint", "circuit"] {
        let made = home.ok(&[
            "federate", "alpha", "--via", "beta", "--query", &write, "--route", route,
        ]);
        writing.push(made["pointer"]["address"].as_str().unwrap().to_owned());
    }
    home.ok(&["instance", "edit", "beta", "--set-read-only", "on"]);
    let before = home.ok(&["invoke", "beta", r#"{"action": "get_graph_stats"}"#]);
    for pointer in &writing {
        let refused = home.run_json(&["call", "alpha", pointer]);
        assert_eq!(refused.code, 3, "{}", refused.stdout);
        let told = error(&refused);
        assert_eq!(
            (told["code"].as_str(), told["instance"].as_str()),
            (Some("read_only"), Some("beta"))
        );
        assert!(
            told["remedy"].as_str().unwrap().contains("--set-read-only off"),
            "{told}"
        );
        let loaded = home.run_json(&["bench", "alpha", "--pointer", pointer, "--count", "1", "--yes"]);
        assert_eq!(loaded.code, 3, "{}", loaded.stdout);
    }
    let after = home.ok(&["invoke", "beta", r#"{"action": "get_graph_stats"}"#]);
    assert_eq!(before, after);
    // Reading goes on, on every route.
    for route in ["endpoint", "circuit", "relay"] {
        home.ok(&["call", "alpha", pointers[route].as_str().unwrap()]);
    }
    home.ok(&["instance", "edit", "beta", "--set-read-only", "off"]);
    // Now it is for the peer to say: the demo's grant does not allow it.
    let asked = home.run_json(&["call", "alpha", &writing[0]]).json();
    let message = asked["reply"]["message"].as_str().unwrap_or_default();
    assert!(message.contains("grant"), "{asked}");
}

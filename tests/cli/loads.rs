//! `butterfly bench`: figures, kept runs, comparisons, and what is not loaded by accident.

use super::binary::{Home, Serving, add_original};
use super::error;
use serde_json::{Value, json};

const STATS: &str = r#"{"action": "get_graph_stats"}"#;

/// A load that is over soon: so many calls, all of them counted.
fn load<'a>(instance: &'a str, query: &'a str, count: &'a str) -> Vec<&'a str> {
    let line = [
        "bench",
        instance,
        query,
        "--count",
        count,
        "--concurrency",
        "2",
        "--warm-up",
        "0s",
    ];
    line.to_vec()
}

/// The demo's federation, and the addresses of its pointers by route.
fn demo(home: &Home) -> (Serving, Value) {
    let serving = Serving::start(home.command(&["demo", "--no-tui", "--json"]));
    let line: Value = serde_json::from_str(&serving.line).unwrap();
    (serving, line["pointers"].clone())
}

#[test]
fn scripts_get_the_figures_that_the_design_promises() {
    let home = Home::empty();
    let _serving = home.serve_new("alpha");
    let figures = home.ok(&load("alpha", STATS, "40"));
    assert_eq!(figures["requests"], 40);
    assert_eq!(figures["errors"], json!({}));
    assert!(figures["elapsed_s"].as_f64().unwrap() > 0.0 && figures["rate"].as_f64().unwrap() > 0.0);
    let at = |name: &str| figures["latency_us"][name].as_u64().unwrap();
    assert!(0 < at("p50") && at("p50") <= at("p90") && at("p90") <= at("p99"));
    assert!(at("p99") <= at("p999") && at("p999") <= at("max"));
    let counted: u64 = figures["histogram"]
        .as_array()
        .unwrap()
        .iter()
        .map(|bucket| bucket["count"].as_u64().unwrap())
        .sum();
    assert!(
        counted >= 40,
        "the corrected latencies, at least one for each call"
    );
    assert_eq!(figures["routes"][0]["route"], "get_graph_stats");
}

#[test]
fn people_get_a_table_and_a_histogram() {
    let home = Home::empty();
    let _serving = home.serve_new("alpha");
    let ended = home.run(&load("alpha", STATS, "20"));
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    for part in ["P99.9", "get_graph_stats", "####", "of the invoke log sums it up"] {
        assert!(ended.stdout.contains(part), "no {part} in\n{}", ended.stdout);
    }
}

#[test]
fn the_engine_counts_what_the_instance_has_on_record() {
    let home = Home::empty();
    let _serving = home.serve_new("alpha");
    let missing = r#"{"action": "get_pointer", "pointer_address": "ptr_000000000001"}"#;
    let good = home.ok(&load("alpha", STATS, "60"));
    let ended = home.run_json(&load("alpha", missing, "15"));
    assert_eq!(ended.code, 1, "nothing came back well: {}", ended.stdout);
    let bad = ended.json();
    let records = home.ok(&["audit", "list", "alpha", "--limit", "1000"]);
    let on_record = |action: &str, outcome: &str| -> u64 {
        let rows = records.as_array().unwrap().iter();
        rows.filter(|row| row["action"] == action && row["outcome"] == outcome)
            .count() as u64
    };
    assert_eq!(on_record("get_graph_stats", "done"), good["requests"]);
    assert_eq!(
        on_record("get_pointer", "failed"),
        bad["errors"]["pointer_not_found"]
    );
    assert_eq!(bad["errors"]["pointer_not_found"], 15);
}

#[test]
fn a_run_is_one_line_of_the_invoke_log() {
    let home = Home::empty();
    let _serving = home.serve_new("alpha");
    let mut line = load("alpha", STATS, "10");
    line.extend(["--trace-every", "0"]);
    let figures = home.ok(&line);
    let rows = home.ok(&["log", "list"]);
    let rows = rows.as_array().unwrap();
    assert_eq!(rows.len(), 1, "{rows:?}");
    assert_eq!(rows[0]["id"], figures["log_id"]);
    assert_eq!(
        (&rows[0]["kind"], &rows[0]["action"], &rows[0]["status"]),
        (&json!("load"), &json!("load get_graph_stats"), &json!("success"))
    );
    assert_eq!(
        home.ok(&["log", "list", "--filter", "kind:load"])
            .as_array()
            .unwrap()
            .len(),
        1
    );
    let shown = home.ok(&["log", "show", "1"]);
    assert_eq!(shown["query"], serde_json::from_str::<Value>(STATS).unwrap());
    assert_eq!(shown["reply"]["result"]["requests"], 10);
    assert_eq!(shown["reply"]["result"]["asked"]["concurrency"], 2);
    let copied = home.ok(&["log", "copy", "1"]);
    let text = copied["text"].as_str().unwrap();
    assert!(
        text.contains(" bench alpha '{\"action\":\"get_graph_stats\"}' --concurrency 2 --count 10"),
        "{text}"
    );
    let again = home.run_json(&["log", "replay", "1"]);
    assert_eq!(again.code, 1);
    assert!(
        error(&again)["remedy"]
            .as_str()
            .unwrap()
            .contains(&home.printed("bench"))
    );
}

#[test]
fn runs_are_kept_listed_shown_compared_and_forgotten() {
    let home = Home::empty();
    let _serving = home.serve_new("alpha");
    let unknown = home.run_json(&[&load("alpha", STATS, "10")[..], &["--compare", "monday"]].concat());
    assert_eq!(unknown.code, 1);
    assert!(
        home.ok(&["log", "list"]).as_array().unwrap().is_empty(),
        "nothing was loaded first"
    );

    home.ok(&[&load("alpha", STATS, "20")[..], &["--save", "monday"]].concat());
    let kept = home.ok(&["bench", "list"]);
    assert_eq!(
        (&kept[0]["name"], &kept[0]["instance"], &kept[0]["requests"]),
        (&json!("monday"), &json!("alpha"), &json!(20))
    );
    let shown = home.ok(&["bench", "show", "monday"]);
    assert_eq!(
        (&shown["name"], &shown["requests"]),
        (&json!("monday"), &json!(20))
    );

    let compared = home.ok(&[&load("alpha", STATS, "20")[..], &["--compare", "monday"]].concat());
    assert_eq!(compared["compared_with"], "monday");
    let changes = compared["changes"]["get_graph_stats"].as_array().unwrap();
    for what in ["rate", "p50", "p99"] {
        assert!(
            changes.iter().any(|change| change["what"] == what),
            "no {what} in {changes:?}"
        );
    }
    let words = home.run(&[&load("alpha", STATS, "20")[..], &["--compare", "monday"]].concat());
    assert!(words.stdout.contains("compared with monday"), "{}", words.stdout);

    assert_eq!(
        home.run(&["--read-only", "bench", "delete", "monday", "--yes"])
            .code,
        3
    );
    assert_eq!(
        home.ok(&["bench", "delete", "monday", "--yes"]),
        json!({"deleted": "monday"})
    );
    assert!(home.ok(&["bench", "list"]).as_array().unwrap().is_empty());
    let odd = home.run_json(&[&load("alpha", STATS, "5")[..], &["--save", "no/path"]].concat());
    assert_eq!(odd.code, 1);
}

#[test]
fn routes_are_loaded_side_by_side() {
    let home = Home::empty();
    let (_serving, pointers) = demo(&home);
    let address = pointers["relay"].as_str().unwrap();
    let figures = home.ok(&[
        "bench",
        "alpha",
        "--pointer",
        address,
        "--route",
        "endpoint",
        "--route",
        "relay",
        "--count",
        "12",
        "--concurrency",
        "1",
        "--warm-up",
        "0s",
        "--trace-every",
        "3",
    ]);
    let routes = figures["routes"].as_array().unwrap();
    let labels: Vec<&Value> = routes.iter().map(|route| &route["route"]).collect();
    assert_eq!(labels, ["endpoint", "relay"]);
    for route in routes {
        assert_eq!((&route["requests"], &route["errors"]), (&json!(12), &json!({})));
        assert!(route["traced"].as_u64().unwrap() > 0);
        let traced = route["log"].as_array().unwrap();
        let entry = home.ok(&["log", "show", &traced[0].to_string()]);
        assert_eq!(entry["kind"], "call");
    }
}

#[test]
fn the_lines_of_a_run_stand_in_the_log_in_the_order_of_time() {
    let home = Home::empty();
    let (_serving, pointers) = demo(&home);
    let address = pointers["relay"].as_str().unwrap();
    let line = "--route endpoint --route relay --count 24 --concurrency 1 --warm-up 0s --trace-every 1";
    let mut bench = vec!["bench", "alpha", "--pointer", address];
    bench.extend(line.split(' '));
    let figures = home.ok(&bench);
    let of_run = |row: &Value| row["id"].as_u64().unwrap() >= figures["log_id"].as_u64().unwrap();
    let rows = home.ok(&["log", "list"]);
    let rows: Vec<&Value> = rows
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| of_run(row))
        .collect();
    assert_eq!(rows.len(), 7, "three of each route, and what sums it up");
    let times: Vec<&str> = rows.iter().map(|row| row["at"].as_str().unwrap()).collect();
    assert!(
        times.is_sorted_by(|newer, older| newer >= older),
        "newest first: {times:?}"
    );
    for route in figures["routes"].as_array().unwrap() {
        let took = |id: &Value| rows.iter().find(|row| row["id"] == *id).unwrap()["elapsed_us"].as_u64();
        let took: Vec<_> = route["log"].as_array().unwrap().iter().map(took).collect();
        assert!(
            took.is_sorted_by(|slower, faster| slower >= faster),
            "the slowest first: {took:?}"
        );
    }
}

#[test]
fn without_a_terminal_what_writes_is_loaded_with_yes_only() {
    let home = Home::empty();
    let _serving = home.serve_new("alpha");
    let writes = r#"{"action": "create_pointer", "data_reference": "https://example.org/a"}"#;
    let refused = home.run_json(&load("alpha", writes, "3"));
    assert_eq!(refused.code, 2, "{}", refused.stdout);
    let told = error(&refused);
    assert!(
        told["message"].as_str().unwrap().contains("create_pointer"),
        "{told}"
    );
    assert!(told["remedy"].as_str().unwrap().contains("--yes"), "{told}");
    assert_eq!(home.ok(&["pointer", "list", "alpha"])["count"], 0);
    let mut line = load("alpha", writes, "3");
    line.push("--yes");
    let figures = home.ok(&line);
    assert_eq!(figures["requests"], 3);
    assert_eq!(home.ok(&["pointer", "list", "alpha"])["count"], 1);
    line.insert(0, "--read-only");
    assert_eq!(home.run(&line).code, 3);
}

#[test]
fn without_a_terminal_someone_elses_instance_is_loaded_with_yes_only() {
    let home = Home::empty();
    let secret = home.write_private("secret", "a-secret-for-this-test-and-nothing-else");
    let key = home.write_private("key", "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXoxMjM0NTY=");
    home.ok(&add_original(
        "far",
        "https://far.example/invoke",
        "me",
        [&secret, &key],
    ));
    let refused = home.run_json(&load("far", STATS, "1"));
    assert_eq!(refused.code, 2, "{}", refused.stdout);
    let message = error(&refused)["message"].as_str().unwrap().to_owned();
    assert!(message.contains("someone else's instance"), "{message}");
}

#[test]
fn where_nothing_was_measured_no_figure_looks_good() {
    let home = Home::empty();
    let _serving = home.serve_new("alpha");
    // One call is due in the warm-up, and the next one after the end.
    let line = [
        "bench",
        "alpha",
        STATS,
        "--rate",
        "0.5",
        "--warm-up",
        "10ms",
        "--duration",
        "1ms",
        "--save",
        "nothing",
    ];
    let ended = home.run_json(&line);
    assert_eq!(ended.code, 1, "{}", ended.stderr);
    let figures = ended.json();
    assert_eq!(figures["requests"], 0);
    assert_eq!(figures["latency_us"]["p99"], Value::Null);
    assert!(ended.stderr.contains("nothing was measured"), "{}", ended.stderr);
    assert_eq!(home.ok(&["bench", "list"]), json!([]));
    let text = home.run(&line).stdout;
    assert!(
        text.contains("nothing measured") && !text.contains("0 us"),
        "{text}"
    );
}

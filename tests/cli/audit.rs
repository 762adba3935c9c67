//! The audit trail from the command line, and what becomes of it when somebody edits the file.

use super::binary::{Home, Serving};
use super::error;
use rusqlite::Connection;
use serde_json::{Value, json};

/// A home with a stopped instance on whose trail something is.
fn with_a_trail() -> Home {
    let home = Home::empty();
    home.ok(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    for number in 0..3 {
        home.ok(&[
            "pointer",
            "create",
            "alpha",
            &format!("https://example.org/{number}"),
        ]);
    }
    home
}

#[test]
fn the_trail_tells_which_call_relayed() {
    let home = Home::empty();
    let serving = Serving::start(home.command(&["demo", "--no-tui", "--json"]));
    let ready: Value = serde_json::from_str(&serving.line).unwrap();
    home.ok(&["call", "alpha", ready["pointers"]["relay"].as_str().unwrap()]);
    let records = home.ok(&["audit", "list", "alpha"]);
    let of = |action: &str, outcome: &str| {
        let mut records = records.as_array().unwrap().iter();
        records
            .find(|record| record["action"] == action && record["outcome"] == outcome)
            .unwrap_or_else(|| panic!("no {outcome} of {action}: {records:?}"))
    };
    let step = of("relay", "intent");
    assert!(step["jti"].is_string(), "{step}");
    assert_eq!(step["jti"], of("invoke_through_connection", "done")["jti"]);
    assert_eq!(serving.stop(), 0);
}

#[test]
fn a_trail_is_filtered_by_its_instance() {
    let home = with_a_trail();
    let count = |filter: &str| {
        let records = home.ok(&["audit", "list", "alpha", "--filter", filter, "--limit", "1000"]);
        records.as_array().unwrap().len()
    };
    assert_eq!(count("action:create_pointer outcome:done"), 3);
    assert_eq!(
        count("action:create_pointer !outcome:done"),
        3,
        "each was begun once"
    );
    assert_eq!(count("action:create_pointer outcome:done since:1h"), 3);
    assert_eq!(count("before:1h"), 0);
    assert_eq!(count("nobody"), 0);
    let one = home.ok(&[
        "audit",
        "list",
        "alpha",
        "--filter",
        "create done",
        "--limit",
        "1",
    ]);
    assert_eq!(one.as_array().unwrap().len(), 1);
    let ended = home.run(&["audit", "list", "alpha", "--filter", "outcome:odd"]);
    assert_eq!(ended.code, 2);
    assert!(
        ended.stderr.contains("intent, done, denied, failed"),
        "{}",
        ended.stderr
    );
}

fn edit(home: &Home, sql: &str) {
    let conn = Connection::open(home.path("instances/alpha/audit.db")).unwrap();
    conn.execute_batch(sql).unwrap();
}

/// Verifies a trail that is broken; what is said of it.
fn broken(home: &Home) -> Value {
    let ended = home.run_json(&["audit", "verify", "alpha"]);
    assert_eq!(ended.code, 1, "{}", ended.stdout);
    assert_eq!(error(&ended)["code"], "audit_broken");
    let report = ended.json();
    assert_eq!(report["valid"], false);
    let number = report["first_bad"].as_u64().unwrap();
    let told = format!("record {number} ");
    assert!(
        error(&ended)["message"].as_str().unwrap().contains(&told),
        "{}",
        ended.stdout
    );
    assert!(ended.stderr.contains(&told), "{}", ended.stderr);
    report
}

#[test]
fn what_is_on_record_is_listed_a_page_at_a_time() {
    let home = with_a_trail();
    let newest = home.ok(&["audit", "list", "alpha", "--limit", "2"]);
    let newest = newest.as_array().unwrap();
    assert_eq!(newest.len(), 2);
    assert_eq!(
        (&newest[0]["outcome"], &newest[1]["outcome"]),
        (&json!("done"), &json!("intent"))
    );
    assert_eq!(newest[0]["action"], "create_pointer");
    assert!(newest[0]["subject"].as_str().unwrap().starts_with("ptr_"));
    let last = newest[1]["sequence"].to_string();
    let older = home.ok(&["audit", "list", "alpha", "--before", &last, "--limit", "1"]);
    assert_eq!(
        older[0]["sequence"].as_u64().unwrap() + 1,
        newest[1]["sequence"].as_u64().unwrap()
    );
    let words = home.run(&["audit", "list", "alpha"]);
    assert!(words.stdout.contains("create_pointer"), "{}", words.stdout);
}

#[test]
fn threat_50_a_whole_trail_is_verified_and_an_edited_record_named() {
    let home = with_a_trail();
    let report = home.ok(&["audit", "verify", "alpha"]);
    assert_eq!(
        (&report["valid"], &report["finding"]),
        (&json!(true), &Value::Null)
    );
    // This console saw its end just now.
    let again = home.ok(&["audit", "verify", "alpha"]);
    assert_eq!(
        (&again["kept"][0]["kept_by"], &again["kept"][0]["holds"]),
        (&json!("console"), &json!(true))
    );

    edit(&home, "UPDATE records SET app_id = 'nobody' WHERE sequence = 3");
    let report = broken(&home);
    assert_eq!(
        (&report["first_bad"], &report["line"]["app_id"]),
        (&json!(3), &json!("nobody"))
    );
}

#[test]
fn threat_50_a_cut_tail_is_noticed_by_the_console_that_saw_it() {
    let home = with_a_trail();
    home.ok(&["audit", "verify", "alpha"]);
    edit(
        &home,
        "UPDATE ends SET sequence = 2, hash = (SELECT hash FROM records WHERE sequence = 2) WHERE what = 'head';
         DELETE FROM records WHERE sequence > 2",
    );
    let report = broken(&home);
    assert_eq!(report["kept"][0]["holds"], false);
    // Not less so when it has grown beyond where it was.
    for number in 10..20 {
        home.ok(&[
            "pointer",
            "create",
            "alpha",
            &format!("https://example.org/{number}"),
        ]);
    }
    broken(&home);
}

#[test]
fn clearing_is_asked_for_and_stays_on_record() {
    let home = with_a_trail();
    let before = home.ok(&["audit", "verify", "alpha"]);
    let refused = home.run_json(&["--read-only", "audit", "clear", "alpha"]);
    assert_eq!(
        (refused.code, error(&refused)["code"].as_str()),
        (3, Some("read_only"))
    );
    let cleared = home.ok(&["audit", "clear", "alpha", "--yes"])["cleared"].clone();
    assert!(cleared["sequence"].as_u64() > before["head"]["sequence"].as_u64());
    let left = home.ok(&["audit", "list", "alpha"]);
    let first = left.as_array().unwrap().last().unwrap();
    assert_eq!(first["action"], "clear_audit_log");
    assert!(
        first["reason"]
            .as_str()
            .unwrap()
            .contains(cleared["hash"].as_str().unwrap())
    );
    let after = home.ok(&["audit", "verify", "alpha"]);
    assert_eq!(
        (&after["valid"], &after["kept"][0]["holds"]),
        (&json!(true), &Value::Null)
    );
}

#[test]
fn an_instance_that_is_hosted_is_watched_by_whoever_probes_it() {
    let home = Home::empty();
    let serving = home.serve_new("alpha");
    assert_eq!(home.ok(&["instance", "probe", "alpha"])["error"], Value::Null);
    assert_eq!(serving.stop(), 0);
    let report = home.ok(&["audit", "verify", "alpha"]);
    assert_eq!(report["kept"][0]["kept_by"], "console");
}

//! `butterfly log …`: filters, marks, notes, copies, exports, and sending again.

use super::binary::Home;
use super::error;
use serde_json::{Value, json};
use std::process::Command;

const STATS: &str = r#"{"action": "get_graph_stats"}"#;
const MISSING: &str = r#"{"action": "get_pointer", "pointer_address": "ptr_000000000001"}"#;

/// Three lines: two that went well, one that did not.
fn home() -> Home {
    let home = Home::empty();
    home.ok(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    home.ok(&["invoke", "alpha", STATS]);
    home.run_json(&["invoke", "alpha", MISSING]);
    home.ok(&["invoke", "alpha", STATS]);
    home
}

fn ids(home: &Home, more: &[&str]) -> Vec<u64> {
    let line = [&["log", "list"], more].concat();
    let rows = home.ok(&line);
    rows.as_array()
        .unwrap()
        .iter()
        .map(|row| row["id"].as_u64().unwrap())
        .collect()
}

#[test]
fn lines_are_filtered_paged_marked_and_noted() {
    let home = home();
    assert_eq!(ids(&home, &["--filter", "@alpha since:1h"]), [3, 2, 1]);
    assert_eq!(ids(&home, &["--filter", "status:error code:not_found"]), [2]);
    assert_eq!(ids(&home, &["--filter", "pointer:0001"]), [2]);
    assert_eq!(ids(&home, &["--filter", "get_graph", "--before", "3"]), [1]);
    assert_eq!(ids(&home, &["--limit", "1"]), [3]);
    assert_eq!(ids(&home, &["--sort", "time"]), [1, 2, 3]);
    assert_eq!(ids(&home, &["--sort", "time:desc", "--limit", "2"]), [3, 2]);
    assert_eq!(ids(&home, &["--sort", "outcome", "--limit", "1"]), [2]);
    assert_eq!(ids(&home, &["--sort", "action:desc", "--before", "3"]), [2, 1]);
    let wrong = home.run(&["log", "list", "--sort", "colour"]);
    assert_eq!(wrong.code, 2);
    assert!(
        wrong.stderr.contains("not one of time, instance"),
        "{}",
        wrong.stderr
    );
    let wrong = home.run(&["log", "list", "--filter", "status:odd"]);
    assert_eq!(wrong.code, 2);
    assert!(
        wrong.stderr.contains("column 8") && wrong.stderr.contains("interpreted"),
        "{}",
        wrong.stderr
    );

    assert_eq!(home.ok(&["log", "mark", "1", "2", "77"]), json!({"marked": 2}));
    assert_eq!(
        home.ok(&["log", "note", "2", "gone since Tuesday"]),
        json!({"id": 2, "note": "gone since Tuesday"})
    );
    assert_eq!(ids(&home, &["--filter", "marked"]), [2, 1]);
    assert_eq!(ids(&home, &["--filter", "marked !noted"]), [1]);
    assert_eq!(ids(&home, &["--filter", "note:tuesday"]), [2]);
    let shown = home.ok(&["log", "show", "2"]);
    assert_eq!(
        (&shown["marked"], &shown["note"]),
        (&json!(true), &json!("gone since Tuesday"))
    );
    assert_eq!(home.ok(&["log", "unmark", "1"]), json!({"unmarked": 1}));
    assert_eq!(home.ok(&["log", "unmark", "--all"]), json!({"unmarked": 1}));
    home.ok(&["log", "note", "2"]);
    assert!(ids(&home, &["--filter", "noted"]).is_empty());
    assert_eq!(home.run_json(&["log", "note", "99", "x"]).code, 1);
}

#[test]
fn a_line_is_sent_again_as_a_new_one() {
    let home = home();
    assert_eq!(home.ok(&["log", "replay", "1"])["status"], "success");
    assert_eq!(
        home.run_json(&["log", "replay", "2"]).code,
        1,
        "it still is not there"
    );
    assert_eq!(ids(&home, &[]), [5, 4, 3, 2, 1]);
    let made = r#"{"action": "create_pointer", "data_reference": "https://example.org/a"}"#;
    home.ok(&["invoke", "alpha", made]);
    let refused = home.run_json(&["--read-only", "log", "replay", "6"]);
    assert_eq!(refused.code, 3);
    assert_eq!(ids(&home, &["--limit", "1"]), [6], "nothing was sent");
}

#[test]
fn what_held_secrets_is_not_sent_again() {
    let home = home();
    home.run_json(&[
        "invoke",
        "alpha",
        r#"{"action": "hold_credential", "credential": {"app_id": "a", "endpoint": "http://127.0.0.1:1/invoke", "root": "s3cret"}}"#,
    ]);
    let refused = home.run_json(&["log", "replay", "4"]);
    assert_eq!(refused.code, 1);
    assert!(error(&refused)["message"].as_str().unwrap().contains("secrets"));
}

#[test]
fn the_copied_command_does_the_same() {
    let home = home();
    let copied = home.ok(&["log", "copy", "1"]);
    let text = copied["text"].as_str().unwrap();
    assert!(
        text.contains("invoke alpha '{\"action\":\"get_graph_stats\"}'"),
        "{text}"
    );
    assert_eq!(home.ok(&["log", "copy", "2", "--as", "query"])["as"], "query");
    let query: Value = serde_json::from_str(
        home.ok(&["log", "copy", "2", "--as", "query"])["text"]
            .as_str()
            .unwrap(),
    )
    .unwrap();
    assert_eq!(query, serde_json::from_str::<Value>(MISSING).unwrap());
    let reply = home.ok(&["log", "copy", "2", "--as", "reply"]);
    assert!(reply["text"].as_str().unwrap().contains("pointer_not_found"));
    // Pasted into a shell, with this program under its name.
    let program = env!("CARGO_BIN_EXE_butterfly");
    let line = text.replacen("butterfly", program, 1);
    let ended = Command::new("sh").args(["-c", &line]).output().unwrap();
    let reply: Value = serde_json::from_slice(&ended.stdout).unwrap_or_else(|_| panic!("{ended:?}"));
    assert_eq!(reply["status"], "success");
    assert_eq!(ids(&home, &["--limit", "1"]), [4]);
}

#[test]
fn an_export_holds_every_line_oldest_first() {
    let home = home();
    home.ok(&["log", "mark", "2"]);
    let all = home.run(&["log", "export"]);
    let lines: Vec<Value> = all
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let places: Vec<&Value> = lines.iter().map(|line| &line["id"]).collect();
    assert_eq!(places, [&json!(1), &json!(2), &json!(3)]);
    assert_eq!(lines[0], home.ok(&["log", "show", "1"]));
    let path = home.path("marked.har");
    home.run(&["log", "export", "--filter", "marked", path.to_str().unwrap()]);
    let har: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    assert_eq!(har["log"]["version"], "1.2");
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&path).unwrap().permissions());
    assert_eq!(
        mode & 0o777,
        0o600,
        "what the vault seals is not for others to read"
    );
    let entries = har["log"]["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 1);
    // The instance was not hosted: nothing travelled.
    assert_eq!(entries[0]["response"]["status"], 0);
    assert_eq!(entries[0]["_butterfly"]["code"], "pointer_not_found");
    // Nothing is left of what was written meanwhile.
    let beside = std::fs::read_dir(home.path("marked.har").parent().unwrap()).unwrap();
    let mut names = beside.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert!(names.all(|name| !name.ends_with(".part")));
}

#[cfg(target_os = "linux")]
#[test]
fn a_reply_is_told_though_the_log_cannot_be_written() {
    use super::binary::End;
    use super::faults::Faults;
    let home = home();
    let faults = Faults::none();
    let before = ids(&home, &[]).len();
    for rule in ["full console.db-wal", "write console.db-wal"] {
        faults.set(rule);
        for (query, code) in [(STATS, 0), (MISSING, 1)] {
            for json in [true, false] {
                let mut line = vec!["invoke", "alpha", query];
                line.splice(0..0, json.then_some("--json"));
                let mut command = home.command(&line);
                faults.put_under(&mut command);
                let ended = command.end();
                assert_eq!(ended.code, code, "{rule}: {}", ended.stderr);
                assert!(ended.stdout.contains("status"), "{rule}: {}", ended.stdout);
                assert!(
                    ended.stderr.contains("not in the invoke log"),
                    "{rule}: {}",
                    ended.stderr
                );
            }
        }
    }
    faults.mend();
    assert_eq!(ids(&home, &[]).len(), before);
}

#[test]
fn a_mark_for_a_line_that_is_not_there_is_told_of_and_fails_where_there_is_no_other() {
    let home = home();
    for verb in ["mark", "unmark"] {
        let ended = home.run_json(&["log", verb, "9999"]);
        assert_eq!(ended.code, 1);
        assert!(
            error(&ended)["message"]
                .as_str()
                .unwrap()
                .contains("no line 9999")
        );
    }
    let ended = home.run_json(&["log", "mark", "1", "9999"]);
    assert_eq!((ended.code, &ended.json()["marked"]), (0, &json!(1)));
    assert!(ended.stderr.contains("no line 9999"), "{}", ended.stderr);
}

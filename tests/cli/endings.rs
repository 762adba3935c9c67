//! How verbs end whose output nobody reads, and what exports say to scripts.

use super::binary::{End, Ended, Home};
use serde_json::json;
use std::fs::OpenOptions;

/// Runs a verb whose reader is gone before it begins.
fn unread(home: &Home, line: &[&str]) -> Ended {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    home.command(line).stdout(writer).end()
}

/// Runs a verb whose output cannot be written.
fn on_a_full_disk(home: &Home, line: &[&str]) -> Ended {
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    home.command(line).stdout(full).end()
}

#[test]
fn a_failure_is_one_also_where_its_reader_has_seen_enough() {
    let home = Home::empty();
    home.ok(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    let failing = ["invoke", "alpha", r#"{"action":"nope"}"#];
    assert_eq!(home.run(&failing).code, 1);
    assert_eq!(unread(&home, &failing).code, 1);
    let endpoint = home.ok(&["instance", "show", "alpha"])["endpoint"].clone();
    let url = endpoint.as_str().unwrap();
    assert!(url.starts_with("http://127.0.0.1:"), "{url}");
    assert_eq!(home.run(&["instance", "probe", "alpha"]).code, 4);
    assert_eq!(unread(&home, &["instance", "probe", "alpha"]).code, 4);
    // What went well did, whoever read it.
    assert_eq!(unread(&home, &["instance", "list"]).code, 0);
}

#[test]
fn what_is_shown_once_and_cannot_be_read_is_a_failure_that_says_how_to_end_it() {
    let home = Home::empty();
    home.ok(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    let plain = [
        "handshake",
        "offer",
        "alpha",
        "--app-id",
        "reader",
        "--by",
        "plain",
        "--holder",
        "console",
        "--yes",
    ];
    let ended = on_a_full_disk(&home, &plain);
    assert_eq!(ended.code, 1, "{ended:?}");
    let remedy = ended.stderr.split("remedy: ").nth(1).unwrap();
    let command = remedy.split('`').nth(1).unwrap();
    let words: Vec<&str> = command.split(' ').collect();
    let [_, "--home", _, verb @ ..] = words.as_slice() else {
        panic!("{command}");
    };
    let name = *verb.last().unwrap();
    assert!(name.ends_with("@alpha"), "{remedy}");
    home.ok(&[verb, &["--yes"]].concat());
    assert_eq!(home.ok(&["credential", "show", name])["state"], "revoked");
    let other = plain.map(|word| if word == "reader" { "second" } else { word });
    assert_eq!(unread(&home, &other).code, 1);
    let file = home.beside("bundle.age");
    let sealed = [
        "handshake",
        "offer",
        "alpha",
        "--app-id",
        "other",
        "--file",
        &file,
    ];
    let ended = on_a_full_disk(&home, &sealed);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(ended.stderr.contains("handshake cancel "), "{}", ended.stderr);
}

#[test]
fn an_export_into_a_file_says_to_scripts_what_it_came_to() {
    let home = Home::empty();
    home.ok(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    home.ok(&["pointer", "create", "alpha", "https://example.org/1"]);
    for (verb, count) in [
        (vec!["pointer", "export", "alpha"], 1),
        (vec!["log", "export"], 0),
    ] {
        let file = home.beside(&format!("{}.jsonl", verb[0]));
        let line: Vec<&str> = verb.iter().copied().chain([file.as_str()]).collect();
        let told = home.ok(&line);
        assert_eq!(told["file"], json!(file));
        assert!(told["count"].as_u64().unwrap() >= count, "{told}");
    }
    let file = home.beside("owner.json");
    let line = [
        "credential",
        "export",
        "alpha/owner",
        "--plain",
        "--yes",
        "--out",
        &file,
    ];
    assert_eq!(home.ok(&line), json!({"file": file, "count": 1}));
}

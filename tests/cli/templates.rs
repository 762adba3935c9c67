//! `butterfly template …` and queries that are kept with blanks.

use super::binary::Home;
use super::error;
use serde_json::json;

const SEARCH: &str = r#"{"action": "search_pointers", "search_term": "{{what}}", "limit": "{{limit:json}}"}"#;

fn with_pointers(home: &Home) {
    home.ok(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    for (what, file) in [("Tide tables", "a"), ("Tide gauges", "b"), ("Soil moisture", "c")] {
        let reference = format!("https://data.example/{file}.csv");
        home.ok(&["pointer", "create", "alpha", &reference, "--description", what]);
    }
}

#[test]
fn queries_are_kept_listed_shown_and_forgotten() {
    let home = Home::empty();
    assert_eq!(home.ok(&["template", "list"]), json!([]));
    home.ok(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    let kept = home.ok(&["template", "save", "search", SEARCH, "--instance", "alpha"]);
    assert_eq!(
        (kept["name"].as_str(), kept["text"].as_str()),
        (Some("search"), Some(SEARCH))
    );
    let listed = home.ok(&["template", "list"]);
    assert_eq!(listed[0]["text"], SEARCH);
    assert_eq!(home.ok(&["template", "show", "search"])["text"], SEARCH);
    let ended = home.run(&["--json", "template", "save", "x", "no query"]);
    assert_eq!(ended.code, 2);
    let ended = home.run(&["--json", "--read-only", "template", "delete", "search", "--yes"]);
    assert_eq!(error(&ended)["code"], "read_only");
    home.ok(&["template", "delete", "search", "--yes"]);
    let ended = home.run(&["--json", "template", "show", "search"]);
    assert!(error(&ended)["message"].as_str().unwrap().contains("no template"));
}

#[test]
fn a_kept_query_is_sent_with_its_blanks_filled_in() {
    let home = Home::empty();
    with_pointers(&home);
    home.ok(&["template", "save", "search", SEARCH]);
    let filled = ["--template", "search", "--set", "what=Tide", "--set", "limit=1"];
    let reply = home.ok(&[&["invoke", "alpha"], &filled[..]].concat());
    assert_eq!(reply["result"]["pointers"].as_array().unwrap().len(), 1);
    let looked = home.ok(&[&["invoke", "alpha", "--dry-run"], &filled[..]].concat());
    let text = looked["legs"][0]["query"]["text"].as_str().unwrap();
    assert!(text.contains(r#""search_term":"Tide","limit":1"#), "{text}");

    // A later query takes what it needs from an earlier reply.
    let next = r#"{"action": "get_pointer_summary", "pointer_address": "{{search_pointers | .result.pointers[0].address}}"}"#;
    home.ok(&["template", "save", "first", next]);
    let reply = home.ok(&["invoke", "alpha", "--template", "first"]);
    assert!(
        reply["result"]["description"]
            .as_str()
            .unwrap()
            .starts_with("Tide")
    );
}

#[test]
fn what_is_missing_unknown_or_no_answer_is_told_before_anything_is_sent() {
    let home = Home::empty();
    with_pointers(&home);
    home.ok(&["template", "save", "search", SEARCH]);
    let lines = home.ok(&["log", "list"]).as_array().unwrap().len();
    let refused = |line: &[&str]| {
        let ended = home.run(&[&["--json", "invoke", "alpha"], line].concat());
        assert_ne!(ended.code, 0);
        error(&ended)["message"].as_str().unwrap_or_default().to_owned()
    };
    let missing = refused(&["--template", "search", "--set", "what=Tide"]);
    assert!(missing.contains("what goes into limit"), "{missing}");
    let unknown = refused(&[
        "--template",
        "search",
        "--set",
        "what=x",
        "--set",
        "limit=1",
        "--set",
        "limits=1",
    ]);
    assert!(unknown.contains("limits"), "{unknown}");
    let no_json = refused(&["--template", "search", "--set", "what=x", "--set", "limit=few"]);
    assert!(no_json.contains("is to be JSON"), "{no_json}");
    refused(&["--template", "nothing"]);
    // Without a query, with two, or with half an answer, the line itself is wrong.
    for line in [
        &["invoke", "alpha"][..],
        &["invoke", "alpha", SEARCH, "--template", "search"],
        &["invoke", "alpha", SEARCH, "--set", "what"],
    ] {
        assert_eq!(home.run(line).code, 2, "{line:?}");
    }
    assert_eq!(home.ok(&["log", "list"]).as_array().unwrap().len(), lines);
}

#[test]
fn what_a_query_may_do_is_judged_as_it_is_sent() {
    let home = Home::empty();
    with_pointers(&home);
    let hidden = r#"{"action": "relay", "connection_id": "conn_0123456789ab", "query": "{{query:json}}"}"#;
    let answer = r#"query={"action": "delete_pointer", "pointer_address": "ptr_0123456789ab"}"#;
    let ended = home.run(&[
        "--json",
        "--read-only",
        "invoke",
        "alpha",
        hidden,
        "--set",
        answer,
    ]);
    assert_eq!(error(&ended)["code"], "read_only", "{}", ended.stdout);
    // And without an answer, a query travels as it is written.
    let reply = home.run(&["--json", "invoke", "alpha", SEARCH]);
    assert!(reply.stdout.contains("invalid_parameter"), "{}", reply.stdout);
}

#[test]
fn queries_stand_in_files_too_where_a_team_keeps_them() {
    let home = Home::empty();
    with_pointers(&home);
    home.ok(&["template", "save", "search", SEARCH, "--instance", "alpha"]);
    let team = home.path("team");
    std::fs::create_dir(&team).unwrap();
    let file = team.join("coast.toml");
    let ended = home.run(&["template", "export", file.to_str().unwrap()]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let config = "[queries]\nfrom = [\"team\"]\n[vault]\nkey_file = \"vault.key\"\n";
    std::fs::write(home.path("config.toml"), config).unwrap();

    let listed = home.ok(&["template", "list"]);
    let kinds: Vec<_> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (&row["name"], &row["kind"]))
        .collect();
    assert_eq!(
        kinds,
        [
            (&json!("search"), &json!("kept")),
            (&json!("coast/search"), &json!("file"))
        ]
    );
    let filled = [
        "--template",
        "coast/search",
        "--set",
        "what=Soil",
        "--set",
        "limit=5",
    ];
    let reply = home.ok(&[&["invoke", "alpha"], &filled[..]].concat());
    assert_eq!(reply["result"]["pointers"].as_array().unwrap().len(), 1);

    // It belongs to whoever has the file.
    for line in [
        &["template", "delete", "coast/search", "--yes"][..],
        &["template", "save", "coast/search", SEARCH],
    ] {
        let ended = home.run(&[&["--json"], line].concat());
        let message = error(&ended)["message"].as_str().unwrap().to_owned();
        assert!(message.contains("coast.toml"), "{message}");
    }
    let ended = home.run(&["template", "export", file.to_str().unwrap()]);
    assert!(ended.stderr.contains("--force"), "{}", ended.stderr);

    std::fs::write(team.join("broken.toml"), "[one]\nquery = 7\n").unwrap();
    let ended = home.run(&["template", "list"]);
    assert!(ended.stderr.contains("broken.toml, line 2"), "{}", ended.stderr);
    assert!(ended.stdout.contains("coast/search"), "{}", ended.stdout);
    let findings = home.run(&["doctor"]);
    assert!(
        findings.stdout.contains("broken.toml, line 2"),
        "{}",
        findings.stdout
    );
}

#[test]
fn a_query_that_is_wrong_in_its_file_costs_the_others_nothing_and_is_told_of_by_its_name() {
    let home = Home::empty();
    home.ok(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    std::fs::create_dir(home.path("queries")).unwrap();
    std::fs::write(home.path("queries/a.toml"), "[x]\nquery = 7\n").unwrap();
    std::fs::write(
        home.path("queries/c.toml"),
        "[z]\nabout = 1\n\n[y.query]\naction = \"whoami\"\n",
    )
    .unwrap();
    home.ok(&["invoke", "alpha", "--template", "c/y"]);
    let told = error(&home.run_json(&["invoke", "alpha", "--template", "c/z"]));
    assert!(
        told["remedy"].as_str().unwrap().contains("c.toml, line 2"),
        "{told}"
    );
    std::fs::write(home.path("config.toml"), "[queries]\nfrom = [\"/nonexistent\"]\n").unwrap();
    let told = error(&home.run_json(&["invoke", "alpha", "--template", "gone"]));
    let remedy = told["remedy"].as_str().unwrap();
    assert!(!remedy.contains("writable"), "{told}");
}

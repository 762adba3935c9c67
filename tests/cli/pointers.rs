//! Pointers in and out, and what governs them.

use super::binary::Home;
use super::terminal::typed;
use super::{error, named};
use serde_json::{Value, json};

#[test]
fn pointers_are_made_found_changed_and_removed() {
    let home = Home::empty();
    let _alpha = home.serve_new("alpha");
    let made = home.ok(&[
        "pointer",
        "create",
        "alpha",
        "https://example.org/tide",
        "--description",
        "Tide table",
        "--tag",
        "sea,open",
    ]);
    let address = made["pointer"]["address"].as_str().unwrap().to_owned();
    assert_eq!(made["pointer"]["tags"], json!(["sea", "open"]));
    home.ok(&[
        "pointer",
        "create",
        "alpha",
        "https://example.org/wind",
        "--description",
        "Wind",
    ]);

    let found = home.ok(&["pointer", "search", "alpha", "Tide"]);
    assert_eq!((&found["count"], &found["next"]), (&json!(1), &Value::Null));
    assert_eq!(found["pointers"][0]["address"], address.as_str());

    let first = home.ok(&["pointer", "list", "alpha", "--limit", "1"]);
    assert_eq!(first["pointers"].as_array().unwrap().len(), 1);
    let cursor = first["next"].as_str().unwrap();
    let second = home.ok(&["pointer", "list", "alpha", "--limit", "1", "--after", cursor]);
    assert_eq!(
        (second["pointers"].as_array().unwrap().len(), &second["next"]),
        (1, &Value::Null)
    );
    assert_ne!(first["pointers"][0]["address"], second["pointers"][0]["address"]);

    let changed = home.ok(&[
        "pointer",
        "update",
        "alpha",
        &address,
        "--description",
        "Tides",
        "--no-tags",
    ]);
    assert_eq!(
        (&changed["pointer"]["description"], &changed["pointer"]["tags"]),
        (&json!("Tides"), &json!([]))
    );
    let shown = home.ok(&["pointer", "show", "alpha", &address]);
    assert_eq!(shown["pointer"]["description"], "Tides");

    // Somebody else changes it between looking and changing.
    let seen = shown["pointer"]["last_modified"].as_str().unwrap();
    let update = |words| {
        let condition = ["--description", words, "--if-unchanged-since", seen];
        home.run_json(&[&["pointer", "update", "alpha", &address], &condition[..]].concat())
    };
    assert_eq!(update("Tides of the harbour").code, 0);
    let late = update("Ebb and flow");
    assert_eq!(
        (late.code, error(&late)["code"].as_str()),
        (1, Some("changed_meanwhile"))
    );
    assert!(
        error(&late)["remedy"]
            .as_str()
            .unwrap()
            .contains("what it is now")
    );
    assert_eq!(
        home.ok(&["pointer", "show", "alpha", &address])["pointer"]["description"],
        "Tides of the harbour"
    );

    assert_eq!(
        home.ok(&["pointer", "delete", "alpha", &address])["deleted"],
        address.as_str()
    );
    let ended = home.run_json(&["pointer", "show", "alpha", &address]);
    assert_eq!(
        (ended.code, error(&ended)["code"].as_str()),
        (1, Some("pointer_not_found"))
    );

    // An error reply is printed as it was opened; its code decides.
    let query = json!({"action": "get_pointer_summary", "pointer_address": address}).to_string();
    let ended = home.run_json(&["invoke", "alpha", &query]);
    assert_eq!(ended.code, 1);
    assert_eq!(
        (ended.json()["status"].as_str(), ended.json()["code"].as_str()),
        (Some("error"), Some("pointer_not_found"))
    );
    assert!(ended.stderr.contains("error: alpha: "), "{}", ended.stderr);
}

#[test]
fn imports_take_all_rows_or_none() {
    let home = Home::empty();
    let _alpha = home.serve_new("alpha");
    let rows = home.write(
        "rows.jsonl",
        "{\"data_reference\": \"https://example.org/1\", \"description\": \"one\", \"tags\": [\"a\"]}\n\
         {\"description\": \"no reference\"}\n\
         {\"data_reference\": \"https://example.org/2\"}\n",
    );
    let looked = home.ok(&["pointer", "import", "alpha", &rows, "--dry-run"]);
    assert_eq!(
        looked,
        json!({"rows": 3, "new": 2, "already_there": 0, "broken": 1, "stopped": false,
            "not_taken_over": 0, "not_taken_over_lines": [],
            "first_broken": {"line": 2, "reason": "it has no data_reference"}})
    );
    let ended = home.run_json(&["pointer", "import", "alpha", &rows]);
    assert_eq!(ended.code, 1);
    assert_eq!(
        (&ended.json()["imported"], &ended.json()["rejected"]),
        (&json!(0), &json!(1))
    );
    assert_eq!(ended.json()["rejected_rows"][0]["line"], 2);
    assert!(ended.stderr.contains("rows.jsonl:2: "), "{}", ended.stderr);
    assert_eq!(home.ok(&["pointer", "list", "alpha"])["count"], 0);

    let ended = home.run_json(&["pointer", "import", "alpha", &rows, "--skip-bad"]);
    assert_eq!(
        (ended.code, &ended.json()["imported"]),
        (0, &json!(2)),
        "{}",
        ended.stderr
    );

    let exported = home.run(&["pointer", "export", "alpha"]);
    assert_eq!(
        (exported.code, exported.stdout.lines().count()),
        (0, 2),
        "{}",
        exported.stderr
    );
    for line in exported.stdout.lines() {
        assert!(serde_json::from_str::<Value>(line).unwrap()["data_reference"].is_string());
    }

    let none = home.write("none.jsonl", "");
    let header = home.write("header.csv", "data_reference,description,tags\n");
    for file in [&none, &header] {
        let ended = home.run(&["pointer", "import", "alpha", file]);
        assert_eq!(ended.code, 0, "{}", ended.stderr);
        assert!(ended.stderr.contains("nothing to import"), "{}", ended.stderr);
    }
    let twice = home.write(
        "twice.jsonl",
        &"{\"data_reference\": \"https://example.org/twice\"}\n".repeat(2),
    );
    let ended = home.run_json(&["pointer", "import", "alpha", &twice]);
    let reason = &ended.json()["rejected_rows"][0]["reason"];
    assert!(reason.as_str().unwrap().contains("an earlier row"), "{reason}");
    let looked = home.ok(&["--read-only", "pointer", "import", "alpha", &twice, "--dry-run"]);
    assert_eq!((&looked["new"], &looked["already_there"]), (&json!(1), &json!(1)));
    for tag in ["semi;colon", " sp "] {
        home.ok(&[
            "pointer",
            "create",
            "alpha",
            &format!("https://example.org/{tag}"),
            "--tag",
            tag,
        ]);
    }

    // What goes out comes in again, in the other form.
    let csv = home.path("out.csv").display().to_string();
    assert_eq!(home.run(&["pointer", "export", "alpha", &csv]).code, 0);
    let _beta = home.serve_new("beta");
    assert_eq!(home.ok(&["pointer", "import", "beta", &csv])["imported"], 4);
    let tags = |instance: &str| {
        let listed = home.ok(&["pointer", "list", instance]);
        let rows = listed["pointers"].as_array().unwrap();
        let mut tags: Vec<_> = rows.iter().map(|row| row["tags"].to_string()).collect();
        tags.sort();
        tags
    };
    assert_eq!(tags("beta"), tags("alpha"));
    assert!(tags("beta").contains(&json!(["semi;colon"]).to_string()));
    let one = home.ok(&["pointer", "search", "beta", "one"]);
    assert_eq!(one["pointers"][0]["tags"], json!(["a"]));
}

#[test]
fn domains_and_connections_are_made_and_listed() {
    let home = Home::empty();
    let _alpha = home.serve_new("alpha");
    let domain = home.ok(&["domain", "create", "alpha", "weather"]);
    let domain_id = domain["domain"]["id"].as_str().unwrap();
    assert_eq!(
        named(&home.ok(&["domain", "list", "alpha"]), "weather")["id"],
        domain_id
    );

    let connection = home.ok(&["connection", "create", "alpha", domain_id, "gate"]);
    let connection_id = connection["connection"]["id"].as_str().unwrap();
    home.ok(&["connection", "status", "alpha", connection_id, "disabled"]);
    let listed = home.ok(&["connection", "list", "alpha", "--domain", domain_id]);
    assert_eq!(named(&listed, "gate")["status"], "disabled");

    let made = home.ok(&["pointer", "create", "alpha", "https://example.org/"]);
    let address = made["pointer"]["address"].as_str().unwrap();
    home.ok(&["connection", "assign", "alpha", address, connection_id]);
    let through = home.ok(&["pointer", "list", "alpha", "--connection", connection_id]);
    assert_eq!(through["pointers"][0]["address"], address);

    let line = [
        "pointer",
        "create",
        "alpha",
        "https://example.org/sea",
        "--description",
        "Museum",
        "--tag",
        "sea",
        "--connection",
        connection_id,
    ];
    let museum = home.ok(&line)["pointer"]["address"].clone();
    let found = |line: &[&str]| -> Vec<Value> {
        let whole = [line, &["--connection", connection_id]].concat();
        let page = home.ok(&whole);
        let rows = page["pointers"].as_array().unwrap().iter();
        rows.map(|row| row["address"].clone()).collect()
    };
    assert_eq!(found(&["pointer", "list", "alpha"]).len(), 2);
    assert_eq!(
        found(&["pointer", "list", "alpha", "--tag", "sea"]),
        std::slice::from_ref(&museum)
    );
    assert_eq!(found(&["pointer", "search", "alpha", "museum"]), [museum]);
    assert_eq!(
        found(&["pointer", "list", "alpha", "--exclude-tag", "sea"]),
        [json!(address)]
    );
}

#[test]
fn the_header_with_which_data_is_fetched_is_put_on_and_taken_off() {
    let home = Home::empty();
    let _alpha = home.serve_new("alpha");
    let token = home.write("token.txt", "Bearer of-this-nobody-hears\n");
    let kept = home.ok(&[
        "pointer",
        "credential",
        "alpha",
        "--token-file",
        &token,
        "--origin",
        "https://api.example.com",
    ]);
    let header = kept["pointer"]["address"].as_str().unwrap();
    let made = home.ok(&["pointer", "create", "alpha", "https://api.example.com/tides"]);
    let address = made["pointer"]["address"].as_str().unwrap();
    let update = |arguments: &[&str]| {
        let whole = [&["pointer", "update", "alpha", address], arguments].concat();
        home.ok(&whole)["pointer"]["credential_pointer_address"].clone()
    };
    assert_eq!(update(&["--credential-pointer", header]), header);
    assert_eq!(update(&["--description", "Tides"]), header);
    assert_eq!(update(&["--no-credential-pointer"]), Value::Null);
    assert_eq!(
        home.ok(&["pointer", "show", "alpha", header])["reference_kind"],
        "header for fetching"
    );
}

#[test]
fn t42_an_export_to_a_terminal_is_inert_and_one_to_a_program_is_to_the_letter() {
    let home = Home::empty();
    home.ok(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    let theirs = "Tide\u{1b}]0;theirs\u{7} Größe \u{9b}31m";
    let line = [
        "pointer",
        "create",
        "alpha",
        "https://example.org/tide",
        "--description",
        theirs,
    ];
    home.ok(&line);
    let export = ["pointer", "export", "alpha", "--format", "csv"];
    let (shown, exit) = typed(&home, &export, &[]);
    assert_eq!(exit, 0, "{shown}");
    let inert = "Tide\\u{1b}]0;theirs\\u{7} Größe \\u{9b}31m";
    assert!(shown.contains(inert), "{shown:?}");
    assert!(
        !shown.contains("\u{1b}]0;") && !shown.contains('\u{9b}'),
        "{shown:?}"
    );
    let exported = home.run(&export);
    assert!(exported.stdout.contains(theirs), "{exported:?}");
}

//! The real binary, driven as a script drives it: exit codes, JSON, errors with their remedies, and two
//! administrators who join their instances through files.

mod butterfly;

use butterfly::{End, Ended, Home, Serving};
use serde_json::{Value, json};

/// Nothing listens here: port 1 of the loopback interface needs rights that tests do not use.
const NOWHERE: &str = "http://127.0.0.1:1/invoke";

fn error(ended: &Ended) -> Value {
    ended.json()["error"].clone()
}

#[test]
fn usage_errors_end_with_2_and_are_json_for_scripts() {
    let home = Home::empty();
    for line in [
        &["no-such-verb"][..],
        &["invoke", "alpha"],
        &["call", "alpha", "not-an-address"],
        &["invoke", "alpha", "not json"],
        &["invoke", "alpha", "{\"no\": \"action\"}"],
        &[
            "federate", "alpha", "--via", "beta", "--query", "{}", "--route", "pigeon",
        ],
        &["credential", "export", "beta"],
    ] {
        let ended = home.run(line);
        assert_eq!(ended.code, 2, "{line:?}: {}", ended.stderr);
        assert!(ended.stdout.is_empty(), "{line:?}");
        assert!(ended.stderr.contains("error: "), "{line:?}: {}", ended.stderr);

        let ended = home.run_json(line);
        assert_eq!(ended.code, 2, "{line:?}");
        assert_eq!(error(&ended)["code"], "usage", "{line:?}");
        assert!(!error(&ended)["message"].as_str().unwrap().is_empty(), "{line:?}");
    }
}

#[test]
fn an_empty_home_lists_nothing_and_stays_empty() {
    let home = Home::empty();
    for line in [
        &["instance", "list"][..],
        &["credential", "list"],
        &["log", "list"],
    ] {
        let ended = home.run_json(line);
        assert_eq!((ended.code, ended.json()), (0, json!([])), "{line:?}");
    }
    assert_eq!(home.run_json(&["vault", "status"]).json()["vault"], false);
    assert!(!home.path("console.db").exists());
}

#[test]
fn an_unknown_instance_is_named_with_the_remedy() {
    let home = Home::empty();
    let check = |home: &Home| {
        let ended = home.run_json(&["invoke", "nowhere", "{\"action\": \"whoami\"}"]);
        assert_eq!(ended.code, 1);
        assert_eq!(error(&ended)["code"], "instance_not_found");
        assert!(error(&ended)["message"].as_str().unwrap().contains("nowhere"));
        assert!(ended.stderr.contains("remedy: "), "{}", ended.stderr);
    };
    check(&home);
    home.ok(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    check(&home);
    assert_eq!(home.run(&["serve", "nowhere"]).code, 1);
}

#[test]
fn a_wrong_passphrase_is_refused_and_the_right_one_opens() {
    let home = Home::empty();
    let with = |passphrase: &str, line: &[&str]| {
        home.command(line)
            .arg("--json")
            .env("BUTTERFLY_VAULT_PASSPHRASE", passphrase)
            .end()
    };
    let ended = with("correct horse", &["vault", "init", "--passphrase"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert_eq!(with("correct horse", &["instance", "list"]).json(), json!([]));

    let ended = with("wrong horse", &["instance", "list"]);
    assert_eq!(ended.code, 3);
    assert_eq!(error(&ended)["code"], "vault_locked");
    assert!(!ended.stderr.contains("horse") && !ended.stdout.contains("horse"));

    // Nobody can be asked: the failure says what to set.
    let ended = home.run_json(&["instance", "list"]);
    assert_eq!(ended.code, 3);
    let remedy = error(&ended)["remedy"].as_str().unwrap().to_owned();
    assert!(remedy.contains("BUTTERFLY_VAULT_PASSPHRASE"), "{remedy}");
}

#[test]
fn a_vault_is_locked_differently_without_losing_anything() {
    let home = Home::empty();
    home.ok(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    let file = home.write("passphrase", "battery staple\n");
    home.ok(&["vault", "passphrase", "--passphrase-file", &file]);
    assert_eq!(home.run(&["instance", "list"]).code, 3);
    let ended = home
        .command(&["instance", "list", "--json"])
        .env("BUTTERFLY_VAULT_PASSPHRASE_FILE", &file)
        .end();
    assert_eq!(ended.json()[0]["name"], "alpha", "{}", ended.stderr);
}

#[test]
fn read_only_refuses_whatever_would_change_something() {
    let home = Home::empty();
    home.ok(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    let pointer = "ptr_0123456789ab";
    for line in [
        &["instance", "init", "beta"][..],
        &["instance", "remove", "alpha"],
        &["pointer", "create", "alpha", "https://example.org/"],
        &["pointer", "update", "alpha", pointer, "--description", "x"],
        &["pointer", "delete", "alpha", pointer],
        &["pointer", "import", "alpha", "-"],
        &["invoke", "alpha", "{\"action\": \"create_pointer\"}"],
        &["invoke", "alpha", "{\"action\": \"unheard_of\"}"],
        &["seal", "alpha", "{\"action\": \"delete_pointer\"}"],
        &[
            "federate",
            "alpha",
            "--via",
            "b",
            "--query",
            "{\"action\": \"x\"}",
            "--route",
            "relay",
        ],
        &["domain", "create", "alpha", "d"],
        &["connection", "create", "alpha", "dom_0123456789ab", "c"],
        &["connection", "assign", "alpha", pointer, "conn_0123456789ab"],
        &["connection", "status", "alpha", "conn_0123456789ab", "disabled"],
        &["handshake", "offer", "alpha", "--app-id", "a"],
        &["handshake", "accept", "bundle"],
        &["credential", "revoke", "c"],
        &["credential", "import", "r", "-"],
        &["vault", "init"],
        &["vault", "passphrase"],
        &["serve", "alpha"],
        &["demo", "--no-tui"],
    ] {
        let ended = home.command(line).args(["--read-only", "--json"]).end();
        assert_eq!(ended.code, 3, "{line:?}: {}", ended.stderr);
        assert_eq!(error(&ended)["code"], "read_only", "{line:?}");
    }
    assert_eq!(home.run(&["instance", "list", "--read-only"]).code, 0);
}

#[test]
fn a_remote_that_does_not_answer_ends_with_4() {
    let home = Home::empty();
    let secret = home.write("jwt", "a token secret of at least 32 bytes\n");
    let key = home.write("key", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n");
    let line = [
        "instance",
        "add",
        "gone",
        NOWHERE,
        "--profile",
        "legacy",
        "--app-id",
        "me",
        "--jwt-secret-file",
        &secret,
        "--encryption-key-file",
        &key,
    ];
    let row = home.ok(&line);
    assert_eq!(
        (&row["kind"], &row["profile"]),
        (&json!("remote"), &json!("legacy"))
    );
    assert_eq!(home.run_json(&["instance", "probe", "gone"]).code, 4);
    let ended = home.run_json(&["invoke", "gone", "{\"action\": \"get_graph_stats\"}"]);
    assert_eq!(ended.code, 4, "{}", ended.stdout);
    assert_eq!(error(&ended)["code"], "peer_unreachable");
}

#[test]
fn weak_secrets_are_warned_of_and_malformed_ones_refused() {
    let home = Home::empty();
    let weak = home.write("jwt", "default-super-secret-key-for-dev");
    let key = home.write("key", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    let add = |name: &str, key: &str| {
        home.run_json(&[
            "instance",
            "add",
            name,
            NOWHERE,
            "--profile",
            "legacy",
            "--app-id",
            "me",
            "--jwt-secret-file",
            &weak,
            "--encryption-key-file",
            key,
        ])
    };
    let ended = add("old", &key);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(ended.stderr.contains("warning: "), "{}", ended.stderr);
    assert!(!ended.stderr.contains("default-super"), "a secret was printed");

    let ended = add("broken", &weak);
    assert_eq!(ended.code, 1);
    assert!(!ended.stdout.contains("default-super") && !ended.stderr.contains("default-super"));
    assert_eq!(home.ok(&["instance", "list"]).as_array().unwrap().len(), 1);
}

#[test]
fn the_home_of_a_script_that_says_nothing_gets_a_key_file() {
    let home = Home::empty();
    let ended = home.run_json(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(ended.stderr.contains("vault.key"), "{}", ended.stderr);
    assert_eq!(ended.json()["kind"], "local");
    let ended = home.run_json(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    assert_eq!(
        (ended.code, error(&ended)["code"].as_str()),
        (1, Some("already_exists"))
    );
}

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
    assert_eq!(
        home.ok(&["pointer", "show", "alpha", &address])["pointer"]["description"],
        "Tides"
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

    // What goes out comes in again, in the other form.
    let csv = home.path("out.csv").display().to_string();
    assert_eq!(home.run(&["pointer", "export", "alpha", &csv]).code, 0);
    let _beta = home.serve_new("beta");
    assert_eq!(home.ok(&["pointer", "import", "beta", &csv])["imported"], 2);
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
}

#[test]
fn two_administrators_join_their_instances_through_a_file() {
    let ours = Home::empty();
    let theirs = Home::empty();
    let _alpha = ours.serve_new("alpha");
    let _beta = theirs.serve_new("beta");
    let made = theirs.ok(&[
        "pointer",
        "create",
        "beta",
        "https://example.org/tide",
        "--description",
        "Tide table",
    ]);
    let far = made["pointer"]["address"].as_str().unwrap();

    let bundle = theirs.path("for-alpha.bundle").display().to_string();
    let offer = theirs.ok(&[
        "handshake",
        "offer",
        "beta",
        "--app-id",
        "alpha-people",
        "--file",
        &bundle,
    ]);
    assert_eq!(offer["file"], bundle.as_str());
    assert!(offer["expires_at"].is_string() && offer["offer_id"].is_string());
    assert_eq!(offer["words"].as_array().unwrap().len(), 7);

    refuses_what_it_should(&ours, &bundle, offer["passphrase"].as_str().unwrap());

    let passphrase = ours.write("words", &format!("{}\n", offer["passphrase"].as_str().unwrap()));
    let accepted = ours.ok(&[
        "handshake",
        "accept",
        &bundle,
        "--passphrase-file",
        &passphrase,
        "--name",
        "beta",
        "--instance",
        "alpha",
    ]);
    assert_eq!(accepted["words"], offer["words"]);
    assert_eq!(accepted["remote"], "beta");
    assert!(accepted["app_id"].is_string() && accepted["state"].is_string());

    let listed = ours.ok(&["instance", "list"]);
    assert_eq!(named(&listed, "alpha")["kind"], "local");
    assert_eq!(named(&listed, "beta")["kind"], "remote");
    assert_eq!(ours.ok(&["instance", "probe", "beta"])["state"], "up");

    let query = json!({"action": "get_pointer_summary", "pointer_address": far}).to_string();
    let direct = ours.ok(&["invoke", "beta", &query]);
    assert_eq!(direct["result"]["description"], "Tide table");

    let mut pointers = Vec::new();
    for route in ["endpoint", "circuit", "relay"] {
        let made = ours.ok(&[
            "federate", "alpha", "--via", "beta", "--query", &query, "--route", route,
        ]);
        let address = made["pointer"]["address"].as_str().unwrap().to_owned();
        let called = ours.ok(&["call", "alpha", &address, "--trace"]);
        assert_eq!(called["route"], route);
        assert_eq!(called["reply"]["result"], direct["result"], "{route}");
        assert!(called["elapsed_us"].as_u64().unwrap() > 0);
        let hops = called["hops"].as_array().unwrap();
        assert!(
            hops.iter().all(|hop| hop["phases"].is_array()) && hops.len() >= 2,
            "{route}: {hops:?}"
        );
        let plain = ours.ok(&["call", "alpha", &address]);
        assert!(plain.get("hops").is_none());
        pointers.push(address);
    }

    let log = ours.ok(&["log", "list", "--filter", "get_pointer_summary"]);
    let calls: Vec<&Value> = log
        .as_array()
        .unwrap()
        .iter()
        .filter(|line| line["kind"] == "call")
        .collect();
    assert_eq!(calls.len(), 6);
    let entry = ours.ok(&["log", "show", &calls[0]["id"].to_string()]);
    assert_eq!(entry["query"]["action"], "get_pointer_summary");
    assert!(entry["wire"][0]["endpoint"].is_string());

    revoking_ends_it(&ours, &theirs, &pointers);
}

/// A wrong passphrase, a corrupted bundle: refused, and nothing is kept.
fn refuses_what_it_should(ours: &Home, bundle: &str, passphrase: &str) {
    let wrong = ours
        .command(&["handshake", "accept", bundle, "--json"])
        .env("BUTTERFLY_BUNDLE_PASSPHRASE", "one two three four five six seven")
        .end();
    assert_eq!(wrong.code, 3, "{}", wrong.stdout);
    let corrupted = std::fs::read_to_string(bundle)
        .unwrap()
        .replacen('\n', "\nAAAA", 3);
    let corrupted = ours.write("corrupted.bundle", &corrupted);
    let damaged = ours
        .command(&["handshake", "accept", &corrupted, "--json"])
        .env("BUTTERFLY_BUNDLE_PASSPHRASE", passphrase)
        .end();
    assert_eq!(damaged.code, 3, "{}", damaged.stdout);
    assert_eq!(error(&damaged)["code"], "bundle_refused");
    assert_eq!(ours.run_json(&["handshake", "accept", "/no/such/bundle"]).code, 1);
    assert_eq!(ours.ok(&["instance", "list"]).as_array().unwrap().len(), 1);

    let seen = ours
        .command(&["handshake", "inspect", bundle, "--json"])
        .env("BUTTERFLY_BUNDLE_PASSPHRASE", passphrase)
        .end();
    assert_eq!(seen.code, 0, "{}", seen.stderr);
    assert!(seen.stdout.contains("alpha-people"), "{}", seen.stdout);
}

fn revoking_ends_it(ours: &Home, theirs: &Home, pointers: &[String]) {
    let issued = theirs.ok(&["credential", "list"]);
    let names: Vec<&str> = issued
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["side"] == "issued" && row["app_id"].as_str().unwrap().starts_with("alpha-people"))
        .map(|row| row["name"].as_str().unwrap())
        .collect();
    assert!(!names.is_empty(), "{issued}");
    for name in names {
        assert_eq!(theirs.ok(&["credential", "revoke", name])["state"], "revoked");
    }
    for address in pointers {
        let ended = ours.run_json(&["call", "alpha", address]);
        assert_eq!(ended.code, 3, "{}", ended.stdout);
    }
    assert_eq!(ours.run_json(&["instance", "probe", "beta"]).code, 3);
}

#[test]
fn a_sealed_query_is_sent_by_someone_else_and_the_reply_opened() {
    let home = Home::empty();
    let _alpha = home.serve_new("alpha");
    let sealed = home.ok(&["seal", "alpha", "{\"action\": \"get_graph_stats\"}"]);
    for field in ["endpoint", "content_type", "authorization", "body", "jti"] {
        assert!(sealed[field].is_string(), "{field}: {sealed}");
    }
    let (status, reply) = butterfly::post(&sealed);
    assert_eq!(status, 200, "{reply}");
    let body = home.write("reply", &reply);
    let opened = home.ok(&[
        "open",
        "alpha",
        &format!("@{body}"),
        "--jti",
        sealed["jti"].as_str().unwrap(),
    ]);
    assert_eq!(opened["status"], "success");

    // A reply to another request is refused.
    let ended = home.run_json(&[
        "open",
        "alpha",
        &format!("@{body}"),
        "--jti",
        "AAAAAAAAAAAAAAAAAAAAAA",
    ]);
    assert_eq!(ended.code, 3, "{}", ended.stdout);
}

#[test]
fn a_stand_in_starts_on_an_empty_home_without_a_word() {
    let home = Home::empty();
    let ended = home.run_json(&["serve", "--legacy-app", "my-test-app"]);
    assert_eq!((ended.code, error(&ended)["code"].as_str()), (2, Some("usage")));

    let mut command = home.command(&["serve", "--legacy-app", "my-test-app", "--listen", "127.0.0.1:0"]);
    command
        .env("JWT_SECRET_KEY", "a token secret of at least 32 bytes")
        .env(
            "BUTTERFLY_ENCRYPTION_KEY",
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        );
    let serving = Serving::start(command);
    let url = serving.line.strip_prefix("listening on ").unwrap().to_owned();

    let caller = Home::empty();
    let secret = caller.write("jwt", "a token secret of at least 32 bytes");
    let key = caller.write("key", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    caller.ok(&[
        "instance",
        "add",
        "original",
        &url,
        "--profile",
        "legacy",
        "--app-id",
        "my-test-app",
        "--jwt-secret-file",
        &secret,
        "--encryption-key-file",
        &key,
    ]);
    assert_eq!(caller.ok(&["instance", "probe", "original"])["state"], "up");
    let made = caller.ok(&["pointer", "create", "original", "https://example.org/"]);
    assert!(made["pointer"]["address"].is_string());

    let exported = caller.ok(&["credential", "export", "original", "--plain"]);
    assert_eq!(exported["jwt_secret_key"], "a token secret of at least 32 bytes");
    assert_eq!(exported["app_id"], "my-test-app");
    let file = caller.write("plain.json", &exported.to_string());
    let again = Home::empty();
    again.ok(&["credential", "import", "copy", &file]);
    assert_eq!(again.ok(&["instance", "probe", "copy"])["state"], "up");
    assert_eq!(serving.stop(), 0);
}

#[test]
fn an_instance_is_hosted_by_one_process_and_stops_when_told() {
    let home = Home::empty();
    let serving = home.serve_new("alpha");
    let ended = home.run_json(&["serve", "alpha"]);
    assert_eq!(
        (ended.code, error(&ended)["code"].as_str()),
        (1, Some("already_hosted")),
        "{}",
        ended.stderr
    );
    assert_eq!(serving.stop(), 0);
    // Unattended: the vault is not needed to serve.
    std::fs::remove_file(home.path("vault.key")).unwrap();
    let serving = Serving::start(home.command(&["serve"]));
    assert!(
        serving.line.starts_with("listening on http://127.0.0.1:"),
        "{}",
        serving.line
    );
    assert_eq!(serving.stop(), 0);
}

#[test]
fn the_demo_serves_what_it_announces_and_finds_it_again() {
    let home = Home::empty();
    let serving = Serving::start(home.command(&["demo", "--no-tui", "--json"]));
    let ready: Value = serde_json::from_str(&serving.line).unwrap();
    assert_eq!(
        ready["home"],
        home.path("").to_str().unwrap().trim_end_matches('/')
    );
    assert_eq!(ready["instances"][0]["name"], "alpha");
    assert_eq!(ready["instances"][1]["name"], "beta");
    for route in ["endpoint", "circuit", "relay"] {
        let address = ready["pointers"][route].as_str().unwrap();
        let called = home.ok(&["call", "alpha", address]);
        assert_eq!(
            (&called["route"], &called["reply"]["status"]),
            (&json!(route), &json!("success"))
        );
    }
    assert!(!home.ok(&["log", "list"]).as_array().unwrap().is_empty());
    assert_eq!(serving.stop(), 0);

    let serving = Serving::start(home.command(&["demo", "--no-tui", "--json"]));
    let again: Value = serde_json::from_str(&serving.line).unwrap();
    assert_eq!(again, ready);
    assert_eq!(serving.stop(), 0);
}

#[test]
fn completions_and_help_need_no_home() {
    let home = Home::empty();
    for shell in ["bash", "zsh", "fish"] {
        let ended = home.run(&["completions", shell]);
        assert_eq!(ended.code, 0);
        assert!(ended.stdout.contains("handshake"), "{shell}");
    }
    assert_eq!(home.run(&["--help"]).code, 0);
    assert_eq!(home.run(&["handshake", "offer", "--help"]).code, 0);
}

#[test]
fn without_a_terminal_the_console_says_so() {
    let home = Home::empty();
    let ended = home.run(&[]);
    assert_eq!(ended.code, 2);
    assert!(ended.stderr.contains("terminal"), "{}", ended.stderr);
}

/// The element of a list that bears this name.
fn named<'a>(list: &'a Value, name: &str) -> &'a Value {
    list.as_array()
        .and_then(|rows| rows.iter().find(|row| row["name"] == name))
        .unwrap_or_else(|| panic!("no {name} in {list}"))
}

//! Homes and vaults, and instances that were added from plain values.

use super::binary::{End, Home, add_original};
use super::{NOWHERE, error};
use serde_json::json;

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
fn a_home_that_cannot_be_is_said_and_not_shown_as_empty() {
    let home = Home::empty();
    std::fs::write(home.root(), "a file where the home should be").unwrap();
    for line in [
        &["instance", "list"][..],
        &["credential", "list"],
        &["log", "list"],
    ] {
        let ended = home.run_json(line);
        assert_eq!(
            (ended.code, error(&ended)["code"].as_str()),
            (1, Some("file_failed")),
            "{line:?}"
        );
    }
}

#[test]
fn two_command_lines_write_to_one_stopped_instance_and_both_succeed() {
    let home = Home::empty();
    home.ok(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    std::thread::scope(|scope| {
        for writer in 0..3 {
            let home = &home;
            scope.spawn(move || {
                for number in 0..5 {
                    let place = format!("https://example.org/{writer}/{number}");
                    home.ok(&["pointer", "create", "alpha", &place]);
                }
            });
        }
    });
    assert_eq!(home.ok(&["pointer", "list", "alpha"])["count"], 15);
}

#[test]
fn several_verbs_begin_in_one_new_home_at_once() {
    for _ in 0..3 {
        let home = Home::empty();
        let names = ["a", "b", "c", "d"];
        std::thread::scope(|scope| {
            for name in names {
                let home = &home;
                scope.spawn(move || home.ok(&["instance", "init", name, "--listen", "127.0.0.1:0"]));
            }
        });
        let listed = home.ok(&["instance", "list"]);
        assert_eq!(listed.as_array().unwrap().len(), names.len(), "{listed}");
        let left = std::fs::read_dir(home.root()).unwrap().flatten();
        let left: Vec<_> = left
            .map(|entry| entry.file_name().into_string().unwrap())
            .filter(|name| name.contains("making"))
            .collect();
        assert!(left.is_empty(), "{left:?}");
    }
}

#[test]
fn the_log_keeps_that_a_credential_was_issued_and_not_its_secret() {
    let home = Home::empty();
    home.ok(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    let query = json!({"action": "issue_credential", "app_id": "partner", "profile": "native", "grant": {}});
    let issued = home.ok(&["invoke", "alpha", &query.to_string()]);
    let root = issued["result"]["secret"]["root"].as_str().unwrap().to_owned();
    let line = home.ok(&["log", "list"])[0]["id"].to_string();
    let shown = home.run_json(&["log", "show", &line]);
    assert!(shown.stdout.contains("partner"), "{}", shown.stdout);
    assert!(!shown.stdout.contains(&root), "{}", shown.stdout);
}

#[test]
fn an_instance_that_may_not_listen_there_leaves_no_home() {
    let home = Home::empty();
    let ended = home.run_json(&["instance", "init", "alpha", "--listen", "0.0.0.0:5001"]);
    assert_eq!(
        (ended.code, error(&ended)["code"].as_str()),
        (1, Some("cannot_listen"))
    );
    assert!(!home.root().exists());
}

#[test]
fn a_damaged_database_is_named() {
    let home = Home::empty();
    home.ok(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    std::fs::write(home.path("instances/alpha/audit.db"), [7; 5000]).unwrap();
    let ended = home.run_json(&["pointer", "list", "alpha"]);
    assert_eq!(ended.code, 1, "{}", ended.stderr);
    let message = error(&ended)["message"].as_str().unwrap().to_owned();
    assert!(message.contains("audit.db"), "{message}");
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
    let file = home.write_private("passphrase", "battery staple\n");
    home.ok(&["vault", "passphrase", "--passphrase-file", &file]);
    assert_eq!(home.run(&["instance", "list"]).code, 3);
    let ended = home
        .command(&["instance", "list", "--json"])
        .env("BUTTERFLY_VAULT_PASSPHRASE_FILE", &file)
        .end();
    assert_eq!(ended.json()[0]["name"], "alpha", "{}", ended.stderr);
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
fn a_remote_that_does_not_answer_ends_with_4() {
    let home = Home::empty();
    let secret = home.write("jwt", "a token secret of at least 32 bytes\n");
    let key = home.write("key", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n");
    let line = add_original("gone", NOWHERE, "me", [&secret, &key]);
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
    let add = |name: &str, key: &str| home.run_json(&add_original(name, NOWHERE, "me", [&weak, key]));
    let ended = add("old", &key);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(ended.stderr.contains("warning: "), "{}", ended.stderr);
    assert!(!ended.stderr.contains("default-super"), "a secret was printed");

    let ended = add("broken", &weak);
    assert_eq!(ended.code, 1);
    assert!(!ended.stdout.contains("default-super") && !ended.stderr.contains("default-super"));
    assert_eq!(home.ok(&["instance", "list"]).as_array().unwrap().len(), 1);
}

//! Plain values: for original Python instances, and where no other way can be gone.

use super::Pair;
use crate::named;
use serde_json::{Value, json};
use std::io::Write;
use std::process::Stdio;

fn offer(pair: &Pair, profile: &str) -> Value {
    let line = [
        "handshake",
        "offer",
        "beta",
        "--app-id",
        "alpha-people",
        "--by",
        "plain",
        "--profile",
        profile,
        "--holder",
        "console",
    ];
    pair.theirs.ok(&line)
}

#[test]
fn native_values_are_imported_on_the_other_side_and_work() {
    let pair = Pair::new();
    let made = offer(&pair, "native");
    assert!(
        made.get("file").is_none() && made.get("passphrase").is_none(),
        "{made}"
    );
    let values = &made["plain"][0];
    assert_eq!(values["holder"], "console");
    for name in ["endpoint", "app_id", "kid", "root", "instance_id"] {
        assert!(values[name].is_string(), "{name}");
    }
    let file = pair.ours.write("values.json", &values.to_string());
    pair.ours.ok(&["credential", "import", "beta", &file]);
    pair.ours.ok(&["invoke", "beta", &pair.query()]);
    let row = &pair.issued_rows()[0];
    assert_eq!(
        (&row["delivery"], &row["generation"]),
        (&json!("plain"), &json!(0)),
        "{row}"
    );
}

#[test]
fn what_an_offer_or_an_access_key_prints_is_imported_as_it_is() {
    let pair = Pair::new();
    let line = ["handshake", "offer", "beta", "--app-id", "both", "--by", "plain"];
    let made = pair.theirs.ok(&line);
    let domain = pair.theirs.ok(&["domain", "create", "beta", "weather"])["domain"]["id"].clone();
    let line = ["domain", "access-key", "create", "beta", domain.as_str().unwrap()];
    let key = pair.theirs.ok(&line);
    for (name, printed, app_id) in [
        ("whole", &made, "both-console"),
        ("console", &made["plain"][0], "both-console"),
        ("instance", &made["plain"][1], "both-instance"),
        ("key", &key, key["secret"]["app_id"].as_str().unwrap()),
        (
            "secret",
            &key["secret"],
            key["secret"]["app_id"].as_str().unwrap(),
        ),
    ] {
        let mut command = pair.ours.command(&["credential", "import", name, "-", "--json"]);
        let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
        let text = printed.to_string();
        child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(
            output.status.success(),
            "{name}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        let listed = pair.ours.ok(&["credential", "list"]);
        named(&listed, &format!("{name}/{app_id}"));
        assert_eq!(
            pair.ours.ok(&["instance", "probe", name])["state"],
            "up",
            "{name}"
        );
    }
    let nothing = pair
        .ours
        .write("nothing.json", &made["plain"][0]["root"].to_string());
    let ended = pair.ours.run_json(&["credential", "import", "nothing", &nothing]);
    assert_eq!(ended.code, 2, "{}", ended.stdout);
    let root = made["plain"][0]["root"].as_str().unwrap();
    assert!(!ended.stdout.contains(root) && !ended.stderr.contains(root));
}

#[test]
fn legacy_values_are_those_of_an_original_instance_and_rotate_by_hand() {
    let pair = Pair::new();
    let made = offer(&pair, "legacy");
    let values = made["plain"][0].clone();
    let add = |name: &str, values: &Value| {
        let secret = pair.ours.write("jwt", values["jwt_secret_key"].as_str().unwrap());
        let key = pair
            .ours
            .write("fernet", values["encryption_key"].as_str().unwrap());
        let line = [
            "instance",
            "add",
            name,
            values["endpoint"].as_str().unwrap(),
            "--profile",
            "legacy",
            "--app-id",
            values["app_id"].as_str().unwrap(),
            "--jwt-secret-file",
            &secret,
            "--encryption-key-file",
            &key,
        ];
        pair.ours.run_json(&line)
    };
    assert_eq!(add("beta", &values).code, 0);
    pair.ours.ok(&["invoke", "beta", &pair.query()]);
    // There are no words that anybody could compare.
    let listed = pair.ours.ok(&["credential", "list"]);
    let held = listed
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["profile"] == "legacy");
    assert_eq!(held.unwrap()["attention"], serde_json::Value::Null, "{listed}");

    let name = &pair.issued()[0];
    let rotated = pair.theirs.ok(&["credential", "rotate", name, "--overlap", "1h"]);
    assert!(rotated["overlap_until"].is_string(), "{rotated}");
    let fresh = &rotated["plain"];
    assert_ne!(fresh["jwt_secret_key"], values["jwt_secret_key"]);
    // Both work until the overlap is over; then the new ones do.
    pair.ours.ok(&["invoke", "beta", &pair.query()]);
    // The name is taken, by the remote that these values are for.
    let taken = add("beta", fresh).json()["error"]["remedy"].to_string();
    assert!(taken.contains("instance edit beta --jwt-secret-file"), "{taken}");
    pair.ours.ok(&["instance", "remove", "beta"]);
    assert_eq!(add("beta", fresh).code, 0);
    pair.ours.ok(&["invoke", "beta", &pair.query()]);
    pair.theirs.ok(&["credential", "end-overlap", name]);
    pair.ours.ok(&["invoke", "beta", &pair.query()]);
    pair.ours.ok(&["instance", "remove", "beta"]);
    assert_eq!(add("beta", &values).code, 0);
    assert_eq!(pair.ours.run_json(&["invoke", "beta", &pair.query()]).code, 3);
}

#[test]
fn for_people_the_lines_are_ready_to_paste_into_an_environment() {
    let pair = Pair::new();
    let line = [
        "handshake",
        "offer",
        "beta",
        "--app-id",
        "alpha-people",
        "--by",
        "plain",
        "--profile",
        "legacy",
        "--holder",
        "instance",
    ];
    let ended = pair.theirs.run(&line);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    for beginning in ["JWT_SECRET_KEY=", "BUTTERFLY_ENCRYPTION_KEY="] {
        let line = ended.stdout.lines().find(|line| line.starts_with(beginning));
        assert!(
            line.is_some_and(|line| line.len() > beginning.len() + 32),
            "{beginning}"
        );
    }
    assert!(ended.stdout.contains("alpha-people"));
}

//! Plain values: for original Python instances, and where no other way can be gone.

use super::Pair;
use serde_json::{Value, json};

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
    let mut values = made["plain"][0].clone();
    assert_eq!(values["holder"], "console");
    values.as_object_mut().unwrap().remove("holder");
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

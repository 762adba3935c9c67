//! What people are told on the way: never of something that does not happen, and of one handshake only.

use super::{Pair, Way, accept, refused};
use serde_json::{Value, json};

#[test]
fn legacy_credentials_are_verified_without_a_word_of_fresh_keys() {
    let pair = Pair::new();
    let joined = pair.join(Way::Passphrase, &["--profile", "legacy"]);
    let id = joined.accepted["id"].as_str().unwrap();
    let offer = joined.offer["offer_id"].as_str().unwrap();
    for (home, id) in [(&pair.ours, id), (&pair.theirs, offer)] {
        let row = &home.ok(&["handshake", "status"])[0];
        assert_eq!(row["activates"], false, "{row}");
        let said = home.run(&["handshake", "verify", id, "--match"]);
        assert_eq!(said.code, 0, "{}", said.stderr);
        assert!(
            said.stdout.contains("Legacy credentials get no fresh keys"),
            "{}",
            said.stdout
        );
        for lie in ["are mixed in", "mixes fresh keys", "opens nothing any more"] {
            assert!(!said.stdout.contains(lie), "{}", said.stdout);
        }
    }
    pair.ours.ok(&["invoke", "beta", &pair.query()]);
}

/// Theirs offers another credential to whom it offered one before.
fn second_offer(pair: &Pair) -> Value {
    let bundle = pair.theirs.beside("second.bundle");
    let line = [
        "handshake",
        "offer",
        "beta",
        "--app-id",
        "alpha-more",
        "--file",
        &bundle,
    ];
    pair.theirs.ok(&line)
}

#[test]
fn a_name_that_fits_several_handshakes_is_refused_with_their_ids() {
    let pair = Pair::new();
    let first = pair.join(Way::Passphrase, &[]);
    let (first, second) = (
        first.accepted,
        accept(&pair.ours, &second_offer(&pair), &[]).json(),
    );
    let ids = [&first["id"], &second["id"]].map(|id| id.as_str().unwrap());
    let ended = pair.ours.run_json(&["handshake", "verify", "beta", "--match"]);
    assert_eq!(refused(&ended, 1), "invalid_parameter");
    for id in ids {
        assert!(ended.stdout.contains(id), "{}", ended.stdout);
    }
    let rows = pair.ours.ok(&["handshake", "status"]);
    assert!(
        rows.as_array()
            .unwrap()
            .iter()
            .all(|row| row["verified"] == false),
        "{rows}"
    );
    // By its id, or by the name of a credential that only one of them has, it is clear which one is meant.
    let credential = second["credentials"][0].as_str().unwrap();
    for name in [ids[0], credential] {
        let said = pair.ours.ok(&["handshake", "verify", name, "--match"]);
        assert_eq!(said["verified"], true, "{said}");
    }
}

#[test]
fn a_peer_that_is_known_keeps_its_name_and_that_is_said() {
    let pair = Pair::new();
    let first = pair.join(Way::Passphrase, &[]);
    assert!(first.accepted.get("warning").is_none(), "{}", first.accepted);
    let ended = accept(&pair.ours, &second_offer(&pair), &["--name", "gamma"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let accepted = ended.json();
    assert_eq!(accepted["remote"], "beta");
    let warning = accepted["warning"].as_str().unwrap();
    assert!(warning.contains("beta") && warning.contains("gamma"), "{warning}");
    assert!(ended.stderr.contains(warning), "{}", ended.stderr);
}

#[test]
fn plain_values_have_no_words_anywhere() {
    let pair = Pair::new();
    let line = ["handshake", "offer", "beta", "--app-id", "py", "--by", "plain"];
    let offer = pair.theirs.ok(&line);
    assert_eq!(offer["words"], json!(null));
    let id = offer["offer_id"].as_str().unwrap();
    let rows = pair.theirs.ok(&["handshake", "status", "--all"]);
    let row = rows
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["id"] == id)
        .unwrap();
    assert_eq!(
        (&row["words"], &row["activates"]),
        (&json!(null), &json!(false)),
        "{row}"
    );
    let listed = pair.theirs.ok(&["handshake", "status", "beta"]);
    assert_eq!(listed[0]["words"], json!([]), "{listed}");
    for said in ["--match", "--differ"] {
        let ended = pair.theirs.run_json(&["handshake", "verify", id, said]);
        assert_eq!(refused(&ended, 1), "wrong_step");
    }
    let ended = pair.theirs.run_json(&["handshake", "verify", id]);
    assert_eq!(refused(&ended, 1), "wrong_step");
    // Nor on the instance itself, whoever asks it.
    let query = json!({"action": "confirm_words", "id": id, "match": true}).to_string();
    let reply = pair.theirs.run_json(&["invoke", "beta", &query]).json();
    assert_eq!(reply["code"], "wrong_step", "{reply}");
}

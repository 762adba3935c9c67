//! People who find that the words differ, and names that are easily taken for each other.

use super::{Joined, Pair, Way, accept, alarms, refused};
use crate::binary::Home;
use serde_json::{Value, json};

#[test]
fn threat_38_words_that_differ_end_it_on_the_side_that_accepts() {
    let pair = Pair::new();
    let joined = pair.join(Way::Passphrase, &[]);
    let id = joined.accepted["id"].as_str().unwrap();
    let said = pair.ours.ok(&["handshake", "verify", id, "--differ"]);
    assert_eq!(
        (&said["state"], &said["verified"]),
        (&json!("revoked"), &json!(false)),
        "{said}"
    );
    pair.assert_nothing_left_here();
}

#[test]
fn threat_38_whoever_accepts_is_told_that_the_offer_stands_until_its_maker_ends_it() {
    let pair = Pair::new();
    let joined = pair.join(Way::Passphrase, &[]);
    let id = joined.accepted["id"].as_str().unwrap();
    let offer = joined.offer["offer_id"].as_str().unwrap();
    let said = pair.ours.run(&["handshake", "verify", id, "--differ"]).stdout;
    assert!(!said.contains("opens anything any more"), "{said}");
    assert!(said.contains("the offer still stands"), "{said}");
    let command = format!("butterfly handshake verify {offer} --differ");
    assert!(said.contains(&command), "{said}");
    // So it is there.
    assert!(pair.issued_rows().iter().all(|row| row["state"] != "revoked"));
    let said = pair
        .theirs
        .run(&["handshake", "verify", offer, "--differ"])
        .stdout;
    assert!(said.contains("opens anything any more"), "{said}");
    assert!(pair.issued_rows().iter().all(|row| row["state"] == "revoked"));
}

#[test]
fn threat_38_words_that_differ_end_it_on_the_side_that_offers() {
    let pair = Pair::new();
    let joined = pair.join(Way::Code, &[]);
    let pointers = pair.federate();
    let offer = joined.offer["offer_id"].as_str().unwrap();
    pair.theirs.ok(&["handshake", "verify", offer, "--differ"]);
    for row in pair.issued_rows() {
        assert_eq!(row["state"], "revoked", "{row}");
    }
    pair.call_none(&pointers);
    // Nobody can say the contrary afterwards.
    let ended = pair.theirs.run_json(&["handshake", "verify", offer, "--match"]);
    assert_eq!(ended.code, 1, "{}", ended.stdout);
}

#[test]
fn without_a_person_somebody_must_say_what_came_of_it() {
    let pair = Pair::new();
    let joined = pair.join(Way::Passphrase, &["--verify-first"]);
    let id = joined.accepted["id"].as_str().unwrap();
    let ended = pair.ours.run_json(&["handshake", "verify", id]);
    assert_eq!(refused(&ended, 2), "usage");
    let ended = pair
        .ours
        .run_json(&["handshake", "verify", "no-such-handshake", "--match"]);
    assert_eq!(refused(&ended, 1), "handshake_not_found");
}

#[test]
fn threat_36_what_nobody_took_of_an_offer_opens_nothing_once_the_rest_is_active() {
    for more in [&["--verify-first"][..], &[]] {
        let pair = Pair::new();
        let bundle = pair.theirs.beside("beta.bundle");
        let line = [
            "handshake",
            "offer",
            "beta",
            "--app-id",
            "alpha-people",
            "--file",
            &bundle,
        ];
        let offer = pair.theirs.ok(&[&line[..], more].concat());
        // A person takes it, and no instance.
        let accepted = accept(&pair.ours, &offer, &["--name", "beta"]);
        assert_eq!(accepted.code, 0, "{}", accepted.stderr);
        let joined = Joined {
            offer,
            accepted: accepted.json(),
        };
        pair.verify(&joined);
        let id = joined.offer["offer_id"].as_str().unwrap();
        let there = pair.theirs.ok(&["handshake", "verify", id, "--wait=60"]);
        assert_eq!(
            (&there["state"], &there["waiting"]),
            (&json!("active"), &json!(false)),
            "{there}"
        );
        let part = |row: &Value| (row["holder"].clone(), row["state"].clone());
        let mut parts: Vec<_> = pair.issued_rows().iter().map(part).collect();
        parts.sort_by_key(|(holder, _)| holder.to_string());
        assert_eq!(
            parts,
            [
                (json!("console"), json!("active")),
                (json!("instance"), json!("revoked"))
            ],
            "{more:?}"
        );

        let thief = Home::empty();
        let _gamma = thief.serve_new("gamma");
        let stolen = accept(&thief, &joined.offer, &["--instance", "gamma", "--name", "beta"]);
        assert_eq!(stolen.code, 0, "{}", stolen.stderr);
        let query = pair.query();
        let line = [
            "federate", "gamma", "--via", "beta", "--query", &query, "--route", "relay",
        ];
        let made = thief.run_json(&line);
        if made.code == 0 {
            let address = made.json()["pointer"]["address"].as_str().unwrap().to_owned();
            let called = thief.run_json(&["call", "gamma", &address]);
            assert_eq!(called.code, 3, "{}", called.stdout);
        }
    }
}

#[test]
fn threat_43_an_app_id_that_looks_like_another_one_is_warned_of() {
    let pair = Pair::new();
    pair.join(Way::Passphrase, &[]);
    let line = [
        "handshake",
        "offer",
        "beta",
        "--app-id",
        "a1pha-people",
        "--by",
        "code",
        "--json",
    ];
    let ended = pair.theirs.run(&line);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(ended.json()["warning"].as_str().unwrap().contains("alpha-people"));
    assert!(ended.stderr.contains("warning: "), "{}", ended.stderr);
}

#[test]
fn threat_36_a_credential_that_two_parties_activate_is_frozen_and_both_sides_hear_of_it() {
    let pair = Pair::new();
    let joined = pair.join(Way::Passphrase, &[]);
    // Somebody had the bundle and its passphrase, and was faster.
    let thief = Home::empty();
    let stolen = accept(&thief, &joined.offer, &[]).json();
    let id = stolen["id"].as_str().unwrap();
    thief.ok(&["handshake", "verify", id, "--match"]);

    let id = joined.accepted["id"].as_str().unwrap();
    let ended = pair.ours.run_json(&["handshake", "verify", id, "--match"]);
    assert_eq!(refused(&ended, 3), "credential_frozen");
    assert_eq!(alarms(&pair.ours), ["activated_twice"]);
    assert_eq!(alarms(&pair.theirs), ["activated_twice"]);
    // The thief is shut out with everybody else.
    let ended = thief.run_json(&["invoke", "beta", &pair.query()]);
    assert_eq!(ended.code, 3, "{}", ended.stdout);
    let rows = pair.issued_rows();
    let frozen: Vec<&str> = rows
        .iter()
        .filter(|row| row["alarm"]["kind"] == "activated_twice")
        .map(|row| row["state"].as_str().unwrap())
        .collect();
    assert_eq!(frozen, ["suspended"], "{rows:?}");
}

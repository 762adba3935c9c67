//! One-time codes that are wrong, used up, or claimed by somebody else.

use super::{Joined, Pair, Way, accept, accepting, alarms, refused};
use crate::binary::{End, Home};
#[cfg(target_os = "linux")]
use crate::faults::Faults;
use serde_json::{Value, json};

fn offer(pair: &Pair) -> Value {
    pair.theirs.ok(&[
        "handshake",
        "offer",
        "beta",
        "--app-id",
        "alpha-people",
        "--by",
        "code",
    ])
}

/// The same nameplate, other words.
fn wrong(offer: &Value) -> Value {
    let code = offer["code"].as_str().unwrap();
    let (nameplate, _) = code.split_once('-').unwrap();
    let mut guessed = offer.clone();
    let guess = format!("{nameplate}-abandon-ability-able");
    assert_ne!(guess, code);
    guessed["code"] = json!(guess);
    guessed
}

#[test]
fn a_wrong_code_burns_it_tells_both_and_a_new_one_works() {
    let pair = Pair::new();
    let made = offer(&pair);
    let here = ["--instance", "alpha", "--name", "beta"];
    assert_eq!(
        refused(&accept(&pair.ours, &wrong(&made), &here), 3),
        "code_refused"
    );
    // The one guess is gone, and the right code with it.
    assert_eq!(refused(&accept(&pair.ours, &made, &here), 3), "code_refused");
    pair.assert_nothing_left_here();
    assert_eq!(alarms(&pair.theirs), ["wrong_code"]);
    let told = pair.theirs.run(&["handshake", "status"]);
    assert!(told.stdout.contains("ALARM"), "{}", told.stdout);

    let id = made["offer_id"].as_str().unwrap();
    let renewed = pair.theirs.ok(&["handshake", "new-code", id]);
    assert_eq!(renewed["words"], made["words"]);
    assert_ne!(renewed["code"], made["code"]);
    let accepted = accept(&pair.ours, &renewed, &here);
    assert_eq!(accepted.code, 0, "{}", accepted.stderr);
    assert_eq!(accepted.json()["words"], made["words"]);
}

#[test]
fn nobody_is_told_to_type_a_code_again_that_would_freeze_what_it_brought() {
    let pair = Pair::new();
    let made = offer(&pair);
    let accepted = accept(&pair.ours, &made, &["--name", "beta"]);
    assert_eq!(accepted.code, 0, "{}", accepted.stderr);
    let accepted = accepted.json();
    let warning = accepted["warning"].as_str().unwrap();
    for part in ["do not type it again", "--holder instance"] {
        assert!(warning.contains(part), "{warning}");
    }
    assert!(!warning.contains("accept again"), "{warning}");
    // What it advises can be had.
    let line = [
        "handshake",
        "offer",
        "beta",
        "--app-id",
        "alpha-relay",
        "--by",
        "code",
        "--holder",
        "instance",
    ];
    let another = pair.theirs.ok(&line);
    let taken = accept(&pair.ours, &another, &["--instance", "alpha"]);
    assert_eq!(taken.code, 0, "{}", taken.stderr);
    assert!(taken.json()["warning"].is_null(), "{}", taken.stdout);
}

#[test]
fn words_that_nobody_else_has_yet_are_not_confirmed_and_the_code_stays_good() {
    let pair = Pair::new();
    let made = offer(&pair);
    let id = made["offer_id"].as_str().unwrap();
    let early = pair.theirs.run_json(&["handshake", "verify", id, "--match"]);
    assert_eq!(refused(&early, 1), "wrong_step");
    let here = ["--instance", "alpha", "--name", "beta"];
    let accepted = accept(&pair.ours, &made, &here);
    assert_eq!(accepted.code, 0, "{}", accepted.stderr);
    let joined = Joined {
        accepted: accepted.json(),
        offer: made,
    };
    pair.verify(&joined);
}

#[test]
fn threat_36_a_code_that_two_parties_claim_freezes_what_it_handed_over_and_alarms_both() {
    let pair = Pair::new();
    let joined = pair.join(Way::Code, &[]);
    let thief = Home::empty();
    assert_eq!(
        refused(&accept(&thief, &joined.offer, &[]), 3),
        "credential_frozen"
    );
    assert_eq!(thief.ok(&["instance", "list"]), json!([]));

    for row in pair.issued_rows() {
        assert_eq!(
            (&row["state"], &row["alarm"]["kind"]),
            (&json!("suspended"), &json!("claimed_twice")),
            "{row}"
        );
        assert!(row["alarm"]["advice"].is_string(), "{row}");
        let name = row["name"].as_str().unwrap();
        let ended = pair.theirs.run_json(&["credential", "resume", name]);
        assert_eq!(refused(&ended, 3), "credential_frozen");
    }
    assert_eq!(alarms(&pair.theirs), ["claimed_twice"]);
    assert_eq!(pair.ours.run_json(&["invoke", "beta", &pair.query()]).code, 3);
    // Our side learns of it when it next looks.
    let id = joined.accepted["id"].as_str().unwrap();
    let ended = pair.ours.run_json(&["handshake", "verify", id, "--match"]);
    assert_eq!(refused(&ended, 3), "credential_frozen");
    assert_eq!(alarms(&pair.ours), ["claimed_twice"]);
    let listed = pair.theirs.run(&["credential", "list"]);
    assert!(listed.stdout.contains("ALARM"), "{}", listed.stdout);
}

#[test]
fn a_code_that_is_none_is_not_tried() {
    let pair = Pair::new();
    let made = offer(&pair);
    let url = made["endpoint"].as_str().unwrap();
    for nonsense in ["4711", "able-about-above", "4711-able-about-qwertz", ""] {
        let ended = pair
            .ours
            .command(&["handshake", "accept", "--url", url, "--json"])
            .env("BUTTERFLY_HANDSHAKE_CODE", nonsense)
            .end();
        assert_eq!(refused(&ended, 3), "code_refused", "{nonsense}");
        let nobody = Home::empty();
        let ended = nobody
            .command(&["handshake", "accept", "--url", url])
            .env("BUTTERFLY_HANDSHAKE_CODE", nonsense)
            .end();
        assert_eq!(ended.code, 3);
        assert!(!nobody.root().exists());
    }
    let silent = pair.ours.run_json(&["handshake", "accept", "--url", url]);
    assert_eq!(refused(&silent, 3), "code_refused");

    // Typed as people type, and from a file.
    let typed = made["code"].as_str().unwrap().replace('-', " ").to_uppercase();
    let file = pair.ours.write("code", &format!("{typed}\n"));
    let accepted = pair
        .ours
        .ok(&["handshake", "accept", "--url", url, "--code-file", &file]);
    assert_eq!(accepted["words"], made["words"]);
}

#[test]
fn a_code_is_of_no_use_where_nothing_answers_or_after_it_was_withdrawn() {
    let pair = Pair::new();
    let mut made = offer(&pair);
    let id = made["offer_id"].as_str().unwrap().to_owned();
    let mut elsewhere = made.clone();
    elsewhere["endpoint"] = json!(crate::NOWHERE);
    assert_eq!(
        refused(&accept(&pair.ours, &elsewhere, &[]), 4),
        "peer_unreachable"
    );
    pair.theirs.ok(&["handshake", "cancel", &id]);
    assert_eq!(refused(&accept(&pair.ours, &made, &[]), 3), "code_refused");
    made["code"] = json!("1-abandon-ability-able");
    assert_eq!(refused(&accept(&pair.ours, &made, &[]), 3), "code_refused");
    pair.assert_nothing_left_here();
}

#[test]
fn a_code_survives_a_restart_of_the_instance_and_a_burnt_one_stays_burnt() {
    let mut pair = Pair::new();
    let burnt = offer(&pair);
    assert_eq!(
        refused(&accept(&pair.ours, &wrong(&burnt), &[]), 3),
        "code_refused"
    );
    let good = offer(&pair);
    pair.stop_beta();
    pair.start_beta();
    assert_eq!(refused(&accept(&pair.ours, &burnt, &[]), 3), "code_refused");
    assert_eq!(accept(&pair.ours, &good, &[]).code, 0);
}

#[cfg(target_os = "linux")]
#[test]
fn a_code_is_not_spent_where_nothing_can_be_kept() {
    let pair = Pair::new();
    let made = offer(&pair);
    let faults = Faults::none();
    faults.set("full console.db-wal");
    let mut command = accepting(&pair.ours, &made, &["--name", "beta"]);
    faults.put_under(&mut command);
    let full = command.end();
    assert_eq!(refused(&full, 1), "storage_failed");
    let offered = pair.theirs.ok(&["handshake", "status"]);
    assert_eq!(offered[0]["state"], "offered", "{offered}");
    let accepted = accept(&pair.ours, &made, &["--name", "beta"]);
    assert_eq!(accepted.code, 0, "{}", accepted.stderr);
    assert!(alarms(&pair.theirs).is_empty());
}

#[test]
fn whoever_cannot_keep_what_a_code_brought_is_told_that_it_is_used_up() {
    let pair = Pair::new();
    let made = offer(&pair);
    let taken = accept(&pair.ours, &made, &["--name", "alpha"]);
    assert_eq!(refused(&taken, 1), "already_exists");
    let remedy = crate::error(&taken)["remedy"].as_str().unwrap().to_owned();
    for part in ["used up", "new offer", "--name"] {
        assert!(remedy.contains(part), "{remedy}");
    }
}

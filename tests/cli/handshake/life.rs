//! What becomes of a credential after the handshake: rotation, suspension, revocation, and what each grant refuses.

use super::{Pair, Way, refused, state};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read};
use std::net::{TcpListener, TcpStream};

fn name(row: &Value) -> &str {
    row["name"].as_str().unwrap()
}

/// What our home holds for beta: the console's, and the instance's.
fn held(pair: &Pair) -> Vec<String> {
    let list = pair.ours.ok(&["credential", "list"]);
    let rows = list.as_array().unwrap().iter();
    rows.filter(|row| row["side"] == "held" && row["instance"] == "beta")
        .map(|row| name(row).to_owned())
        .collect()
}

#[test]
fn keys_rotate_on_the_holding_side_and_no_call_fails() {
    let pair = Pair::new();
    let joined = pair.join(Way::Code, &[]);
    pair.verify(&joined);
    let pointers = pair.federate();
    let names = held(&pair);
    assert_eq!(names.len(), 2, "{names:?}");
    for name in &names {
        let before = pair.ours.ok(&["credential", "show", name]);
        let rotated = pair.ours.ok(&["credential", "rotate", name, "--overlap", "30m"]);
        assert!(rotated["overlap_until"].is_string(), "{rotated}");
        assert!(rotated.get("plain").is_none(), "{rotated}");
        let after = &rotated["credential"];
        assert_ne!(after["kid"], before["kid"]);
        assert_eq!(after["generation"], json!(2), "{after}");
        pair.call_all(&pointers);
    }
    for row in pair.issued_rows() {
        assert_eq!(
            (&row["state"], &row["generation"]),
            (&json!("rotating"), &json!(2)),
            "{row}"
        );
        assert!(row["overlap_until"].is_string(), "{row}");
        let ended = pair.theirs.ok(&["credential", "end-overlap", name(&row)]);
        assert_eq!(
            (&ended["state"], &ended["overlap_until"]),
            (&json!("active"), &json!(null)),
            "{ended}"
        );
    }
    pair.call_all(&pointers);
    for name in &names {
        assert_eq!(
            pair.ours.ok(&["credential", "reseal", name])["resealed"],
            json!([]),
            "{name}"
        );
    }
}

#[test]
fn the_issuing_side_asks_for_a_rotation() {
    let pair = Pair::new();
    let joined = pair.join(Way::Passphrase, &[]);
    pair.verify(&joined);
    let issued = &pair.issued()[0];
    let asked = pair
        .theirs
        .ok(&["credential", "rotate", issued, "--overlap", "2h"]);
    assert!(
        asked["due"].is_string() && asked.get("plain").is_none(),
        "{asked}"
    );
    assert_eq!(asked["credential"]["state"], "rotating", "{asked}");
    pair.ours.ok(&["invoke", "beta", &pair.query()]);
}

#[test]
fn an_issuer_is_not_told_that_a_key_is_dead_which_only_its_holder_replaces() {
    let pair = Pair::new();
    let joined = pair.join(Way::Passphrase, &[]);
    pair.verify(&joined);
    let issued = &pair.issued()[0];
    for line in [
        &["credential", "rotate", issued, "--now"][..],
        &["credential", "end-overlap", issued],
    ] {
        let ended = pair.theirs.run_json(line);
        assert_eq!(refused(&ended, 1), "wrong_step");
        let remedy = ended.json()["error"]["remedy"].to_string();
        for verb in ["suspend", "revoke"] {
            let command = format!("credential {verb} {issued}`");
            assert!(remedy.contains(&command), "{remedy}");
        }
    }
    let asked = pair.theirs.run(&["credential", "rotate", issued]);
    assert!(
        asked.stdout.contains("Its present key is answered"),
        "{}",
        asked.stdout
    );
    pair.ours.ok(&["invoke", "beta", &pair.query()]);
}

#[test]
fn a_suspended_credential_is_refused_until_it_is_resumed() {
    let pair = Pair::new();
    let joined = pair.join(Way::Request, &[]);
    pair.verify(&joined);
    let pointers = pair.federate();
    for name in pair.issued() {
        assert_eq!(
            pair.theirs.ok(&["credential", "suspend", &name])["state"],
            "suspended"
        );
    }
    pair.call_none(&pointers);
    for name in pair.issued() {
        assert_eq!(
            pair.theirs.ok(&["credential", "resume", &name])["state"],
            "active"
        );
    }
    pair.call_all(&pointers);
}

#[test]
fn revoking_says_what_it_breaks_and_ends_it_at_once() {
    let pair = Pair::new();
    let joined = pair.join(Way::Code, &[]);
    pair.verify(&joined);
    let pointers = pair.federate();
    pair.call_all(&pointers);

    for issued in pair.issued() {
        let found = pair.theirs.ok(&["credential", "dependents", &issued]);
        let revoked = pair.theirs.ok(&["credential", "revoke", &issued]);
        assert_eq!(
            (&revoked["state"], &revoked["breaks"]),
            (&json!("revoked"), &found)
        );
        let caller = &revoked["breaks"][0];
        assert_eq!(caller["kind"], "caller", "{caller}");
        assert!(caller["uses"].as_u64().unwrap() > 0, "{caller}");
        assert_eq!(state(&pair.theirs, &issued), "revoked");
        let ended = pair.theirs.run_json(&["credential", "resume", &issued]);
        assert_eq!(refused(&ended, 1), "wrong_step");
    }
    pair.call_none(&pointers);
    let faults = |check: &str, subject: &str| {
        let found = pair.ours.run_json(&["doctor"]).json();
        let is_it = |one: &&Value| {
            (&one["check"], &one["subject"], &one["severity"])
                == (&json!(check), &json!(subject), &json!("fault"))
        };
        found.as_array().unwrap().iter().filter(is_it).count()
    };

    // On the side that holds it, the pointers are named.
    let relaying = held(&pair)
        .into_iter()
        .find(|name| name.starts_with("alpha/held/"))
        .unwrap();
    assert_eq!((faults("held", &relaying), faults("connection", "alpha")), (1, 0));
    let told = pair.ours.run(&["credential", "revoke", &relaying]);
    assert_eq!(told.code, 0, "{}", told.stderr);
    assert!(told.stdout.contains(&pointers[2].1), "{}", told.stdout);
    assert!(!held(&pair).contains(&relaying));
    assert_eq!((faults("held", &relaying), faults("connection", "alpha")), (0, 1));
    let shown = pair.ours.run(&["pointer", "show", "alpha", &pointers[2].1]);
    assert!(shown.stdout.contains("not held any more"), "{}", shown.stdout);
}

#[test]
fn a_credential_that_does_not_work_says_at_which_check() {
    let mut pair = Pair::new();
    pair.join(Way::Passphrase, &[]);
    let name = held(&pair)
        .into_iter()
        .find(|name| !name.contains("/held/"))
        .unwrap();
    let shown = pair.ours.run(&["credential", "check", &name]);
    assert_eq!(shown.code, 0, "{}{}", shown.stdout, shown.stderr);
    assert_eq!(shown.stdout.matches("ok  ").count(), 6, "{}", shown.stdout);
    for issued in pair.issued() {
        pair.theirs.ok(&["credential", "suspend", &issued]);
    }
    let refused = pair.ours.run_json(&["credential", "check", &name]);
    assert_eq!(
        (refused.code, &refused.json()["passed"]),
        (3, &json!(false)),
        "{}",
        refused.stdout
    );
    pair.stop_beta();
    let gone = pair.ours.run_json(&["credential", "check", &name]);
    assert_eq!(gone.code, 4, "{}", gone.stdout);
    assert_eq!(gone.json()["checks"][0]["kind"], "reachable");
    assert_eq!(gone.json()["checks"][1]["result"], "skipped");
}

#[test]
fn what_an_issuer_changed_is_told_once_and_known_from_then_on() {
    let pair = Pair::new();
    pair.join(Way::Passphrase, &[]);
    let name = held(&pair)
        .into_iter()
        .find(|name| !name.contains("/held/"))
        .unwrap();
    for issued in pair.issued() {
        pair.theirs.ok(&["credential", "change", &issued, "--hops", "2"]);
    }
    let told = pair.ours.run(&["credential", "check", &name]);
    assert_eq!(told.code, 3, "{}", told.stdout);
    assert!(told.stdout.contains("hops 0 -> 2"), "{}", told.stdout);
    let shown = pair.ours.ok(&["credential", "show", &name]);
    assert_eq!(shown["grant"]["hops"], json!(2), "{shown}");
    let again = pair.ours.run(&["credential", "check", &name]);
    assert_eq!(again.code, 0, "{}", again.stdout);
}

#[test]
fn what_an_offer_does_not_allow_is_refused() {
    let pair = Pair::new();
    let far = pair.far.clone();
    let joined = pair.join(
        Way::Code,
        &["--pointer", &far, "--source", "127.0.0.0/8", "--lease-days", "30"],
    );
    assert_eq!(joined.accepted["state"], "opened");
    pair.ours.ok(&["invoke", "beta", &pair.query()]);
    let other = pair
        .theirs
        .ok(&["pointer", "create", "beta", "https://example.org/other"]);
    let other = json!({"action": "get_pointer_summary", "pointer_address": other["pointer"]["address"]});
    for query in [
        other,
        json!({"action": "list_pointers"}),
        json!({"action": "get_graph_stats"}),
    ] {
        let ended = pair.ours.run_json(&["invoke", "beta", &query.to_string()]);
        assert_eq!(ended.code, 3, "{query}: {}", ended.stdout);
    }
    let row = &pair.issued_rows()[0];
    assert_eq!(
        row["grant"]["actions"],
        json!(["get_pointer_summary", "whoami"]),
        "{row}"
    );
    assert!(row["expires_at"].is_string(), "{row}");

    let elsewhere = Pair::new();
    elsewhere.join(Way::Code, &["--source", "198.51.100.0/24"]);
    let ended = elsewhere.ours.run_json(&["invoke", "beta", &elsewhere.query()]);
    assert_eq!(ended.code, 3, "{}", ended.stdout);
}

/// On which instance the call of each pointer failed, and why.
fn blamed(pair: &Pair, pointers: &[(&str, String)]) -> Vec<(Value, Value)> {
    let failure = |address: &str| {
        let ended = pair.ours.run_json(&["call", "alpha", address]);
        let error = crate::error(&ended);
        (error["instance"].clone(), error["code"].clone())
    };
    pointers.iter().map(|(_, address)| failure(address)).collect()
}

#[test]
fn a_call_that_fails_names_the_instance_at_which_it_ended() {
    let mut pair = Pair::new();
    pair.join(Way::Passphrase, &[]);
    let pointers = pair.federate();
    pair.call_all(&pointers);

    pair.theirs.ok(&["pointer", "delete", "beta", &pair.far]);
    for (route, address) in &pointers {
        let ended = pair.ours.run(&["call", "alpha", address]);
        let log = pair.ours.ok(&["log", "list", "--limit", "1"]);
        let again = pair.ours.run(&["log", "replay", &log[0]["id"].to_string()]);
        for told in [ended.stderr, again.stderr] {
            assert!(told.contains("error: beta: "), "{route}: {told}");
        }
    }
    for name in pair.issued() {
        pair.theirs.ok(&["credential", "revoke", &name]);
    }
    let at = |instance: &str, code: &str| (json!(instance), json!(code));
    let refused = [
        at("beta", "peer_refused"),
        at("beta", "peer_refused"),
        at("alpha", "peer_refused"),
    ];
    assert_eq!(blamed(&pair, &pointers), refused);
    pair.stop_beta();
    let away = [
        at("beta", "peer_unreachable"),
        at("beta", "peer_unreachable"),
        at("alpha", "peer_unreachable"),
    ];
    assert_eq!(blamed(&pair, &pointers), away);
}

#[test]
fn whoever_waits_for_the_other_side_waits_also_while_it_is_started_again() {
    let mut pair = Pair::new();
    let joined = pair.join(Way::Code, &["--verify-first"]);
    let id = joined.accepted["id"].as_str().unwrap();
    let mut waiting = pair
        .ours
        .command(&["handshake", "verify", id, "--match", "--wait=60"])
        .spawn()
        .unwrap();
    let mut said = String::new();
    let mut stderr = BufReader::new(waiting.stderr.take().unwrap());
    stderr.read_line(&mut said).unwrap();
    assert!(said.contains("Waiting for"), "{said}");

    // Somebody takes the call in beta's place, and hangs up.
    let endpoint = joined.offer["endpoint"].as_str().unwrap();
    let address = endpoint.split('/').nth(2).unwrap().to_owned();
    pair.stop_beta();
    let listener = TcpListener::bind(&address).unwrap();
    let ended = std::thread::spawn(move || {
        let ended = waiting.wait().unwrap();
        // Nobody waits below for a call that will not come.
        let _ = TcpStream::connect(address);
        ended
    });
    drop(listener.accept().unwrap());
    drop(listener);
    pair.start_beta();
    let offer = joined.offer["offer_id"].as_str().unwrap();
    pair.theirs.ok(&["handshake", "verify", offer, "--match"]);
    let ended = ended.join().unwrap();
    stderr.read_to_string(&mut said).unwrap();
    assert!(ended.success(), "{said}");
    let row = pair.ours.ok(&["handshake", "status", "--all"]);
    assert_eq!(row[0]["state"], "active", "{row}");
}

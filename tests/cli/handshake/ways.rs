//! Each way of handing a credential over, from both sides to a call that is answered on every route.

use super::{Pair, Way, accept, alarms, refused};
use crate::binary::Home;
use serde_json::json;

/// The whole way: nothing is answered before the words were compared, everything is afterwards.
fn ends_with_calls_on_every_route(way: Way) {
    let pair = Pair::new();
    let joined = pair.join(way, &["--verify-first"]);
    assert_eq!(joined.accepted["verify_first"], true);
    let early = pair.ours.run_json(&["invoke", "beta", &pair.query()]);
    assert_eq!(early.code, 3, "{}", early.stdout);
    assert!(early.stdout.contains("not_verified"), "{}", early.stdout);

    let id = joined.accepted["id"].as_str().unwrap();
    let waiting = pair.ours.ok(&["handshake", "verify", id, "--match"]);
    assert_eq!(
        (&waiting["verified"], &waiting["waiting"]),
        (&json!(true), &json!(true)),
        "{waiting}"
    );
    pair.verify(&joined);

    let pointers = pair.federate();
    pair.call_all(&pointers);
    for name in joined.accepted["credentials"].as_array().unwrap() {
        let name = name_here(name.as_str().unwrap());
        let checked = pair.ours.ok(&["credential", "check", &name]);
        assert_eq!(checked["passed"], true, "{checked}");
        let shown = pair.ours.ok(&["credential", "show", &name]);
        assert_eq!(
            (&shown["verified"], &shown["generation"], &shown["state"]),
            (&json!(true), &json!(1), &json!("active")),
            "{shown}"
        );
    }
    for row in pair.issued_rows() {
        assert_eq!(
            (&row["verified"], &row["generation"], &row["state"]),
            (&json!(true), &json!(1), &json!("active")),
            "{row}"
        );
        assert!(
            row["uses"].as_u64().unwrap() > 0 && row["last_used"].is_string(),
            "{row}"
        );
    }
    assert_eq!(alarms(&pair.ours), Vec::<String>::new());
    assert_eq!(alarms(&pair.theirs), Vec::<String>::new());
    // It is over: nothing waits for anybody.
    assert_eq!(pair.ours.ok(&["handshake", "status"]), json!([]));
    assert_eq!(pair.theirs.ok(&["handshake", "status"]), json!([]));
}

/// What `accept` calls an instance's credential, as the list of this home names it.
fn name_here(name: &str) -> String {
    match name.contains('/') {
        true => name.to_owned(),
        false => format!("alpha/held/{name}"),
    }
}

#[test]
fn a_code_ends_with_calls_on_every_route() {
    ends_with_calls_on_every_route(Way::Code);
}

#[test]
fn a_request_ends_with_calls_on_every_route() {
    ends_with_calls_on_every_route(Way::Request);
}

#[test]
fn a_passphrase_ends_with_calls_on_every_route() {
    ends_with_calls_on_every_route(Way::Passphrase);
}

#[test]
fn without_verify_first_it_works_at_once_and_the_words_make_the_bundle_worthless() {
    let pair = Pair::new();
    let joined = pair.join(Way::Passphrase, &[]);
    let pointers = pair.federate();
    pair.call_all(&pointers);

    // Somebody copied the bundle and heard its passphrase, before.
    let thief = Home::empty();
    assert_eq!(accept(&thief, &joined.offer, &[]).code, 0);
    assert_eq!(thief.run_json(&["invoke", "beta", &pair.query()]).code, 0);

    let verified = pair.verify(&joined);
    assert!(verified["resealed"].as_u64().unwrap() >= 1, "{verified}");
    pair.call_all(&pointers);
    let stolen = thief.run_json(&["invoke", "beta", &pair.query()]);
    assert_eq!(stolen.code, 3, "{}", stolen.stdout);
}

#[test]
fn a_third_home_that_copied_everything_but_the_spoken_words_gets_nothing() {
    for way in [Way::Code, Way::Request, Way::Passphrase] {
        let pair = Pair::new();
        let joined = pair.join(way, &["--verify-first"]);
        let mut copied = joined.offer.clone();
        // What people say to each other: the code, the passphrase, the seven words.
        copied["passphrase"] = json!("abandon ability able about above absent absorb");
        if copied["code"].is_string() {
            copied["code"] = json!("4711-abandon-ability-able");
        }
        let thief = Home::empty();
        let before = accept(&thief, &copied, &[]);
        assert_eq!(before.code, 3, "{way:?}: {}", before.stdout);
        pair.verify(&joined);
        let after = accept(&thief, &copied, &[]);
        assert_eq!(after.code, 3, "{way:?}: {}", after.stdout);
        assert_eq!(thief.ok(&["instance", "list"]), json!([]), "{way:?}");
        assert_eq!(thief.ok(&["credential", "list"]), json!([]), "{way:?}");
        pair.call_all(&pair.federate());
    }
}

#[test]
fn waiting_ends_when_the_other_side_has_spoken_and_says_so_when_it_has_not() {
    let pair = Pair::new();
    let joined = pair.join(Way::Code, &["--verify-first"]);
    let id = joined.accepted["id"].as_str().unwrap();
    let ended = pair
        .ours
        .run_json(&["handshake", "verify", id, "--match", "--wait=0"]);
    assert_eq!(refused(&ended, 4), "deadline_exceeded");
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| pair.ours.ok(&["handshake", "verify", id, "--match", "--wait=60"]));
        let offer = joined.offer["offer_id"].as_str().unwrap();
        pair.theirs.ok(&["handshake", "verify", offer, "--match"]);
        assert_eq!(waiting.join().unwrap()["state"], "active");
    });
}

#[test]
fn where_a_handshake_stands_is_told_on_both_sides() {
    let pair = Pair::new();
    let joined = pair.join(Way::Passphrase, &["--verify-first"]);
    for (home, side) in [(&pair.ours, "held"), (&pair.theirs, "issued")] {
        let rows = home.ok(&["handshake", "status"]);
        let row = &rows[0];
        assert_eq!(rows.as_array().unwrap().len(), 1, "{rows}");
        assert_eq!(
            (&row["side"], &row["verified"]),
            (&json!(side), &json!(false)),
            "{row}"
        );
        assert_eq!(row["words"], joined.offer["words"]);
        assert!(!row["next"].as_str().unwrap().is_empty());
        let shown = home.run(&["handshake", "status"]);
        let words = joined.offer["words"][0].as_str().unwrap();
        assert!(
            shown.stdout.contains(words) && shown.stdout.contains("next"),
            "{}",
            shown.stdout
        );
    }
    let offers = pair.theirs.ok(&["handshake", "status", "beta"]);
    assert_eq!(offers[0]["id"], joined.offer["offer_id"]);

    // It can be left, on either side.
    let id = joined.accepted["id"].as_str().unwrap();
    assert_eq!(pair.ours.ok(&["handshake", "cancel", id])["cancelled"], id);
    pair.assert_nothing_left_here();
    let offer = joined.offer["offer_id"].as_str().unwrap();
    pair.theirs.ok(&["handshake", "cancel", offer]);
    assert_eq!(pair.theirs.ok(&["handshake", "status"]), json!([]));
    for row in pair.issued_rows() {
        assert_eq!(row["state"], "revoked", "{row}");
    }
    let ended = pair.ours.run_json(&["handshake", "verify", id, "--match"]);
    assert_eq!(refused(&ended, 1), "handshake_not_found");
}

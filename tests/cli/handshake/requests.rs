//! Requests, and bundles that answer somebody else's.

use super::{Pair, Way, accept, refused};
use crate::binary::{End, Home};
use serde_json::json;

#[test]
fn a_request_is_text_that_anybody_may_read_and_nobody_may_change() {
    let home = Home::empty();
    let made = home.ok(&["handshake", "request", "--app-id", "someone"]);
    let text = made["text"].as_str().unwrap();
    assert!(made["id"].is_string() && made["expires_at"].is_string() && made["file"].is_null());

    let nobody = Home::empty();
    let file = nobody.write("request", text);
    let seen = nobody.ok(&["handshake", "inspect", &file]);
    assert_eq!(
        (&seen["app_id"], &seen["holders"], &seen["id"]),
        (&json!("someone"), &json!(["console"]), &made["id"])
    );
    assert!(!nobody.root().exists());
    // As mail programs quote it: between other lines, with other line ends.
    let mailed = nobody.write(
        "mailed",
        &format!("Hello,\r\n{}\r\nbye\r\n", text.replace('\n', "\r\n")),
    );
    assert_eq!(nobody.ok(&["handshake", "inspect", &mailed])["id"], made["id"]);

    let lines: Vec<&str> = text.lines().collect();
    let cut = lines[..lines.len() - 1].join("\n");
    let place = text.len() / 2;
    let other = if &text[place..=place] == "A" { "B" } else { "A" };
    let flipped = format!("{}{other}{}", &text[..place], &text[place + 1..]);
    for broken in [cut, flipped] {
        let file = nobody.write("broken", &broken);
        let ended = nobody.run_json(&["handshake", "inspect", &file]);
        assert_eq!(refused(&ended, 3), "request_refused");
    }
    // Printed for people, it is the text and nothing else.
    let printed = home.run(&["handshake", "request", "--app-id", "other"]);
    assert!(printed.stdout.starts_with("-----BEGIN "), "{}", printed.stdout);

    // Had again as long as it waits, also into a file, and where nothing may be changed.
    let id = made["id"].as_str().unwrap();
    let again = home.run(&["--read-only", "handshake", "request", "--again", id]);
    assert_eq!(again.stdout.trim_end(), text.trim_end());
    let file = home.beside("again");
    let written = home.ok(&["handshake", "request", "--again", id, "--file", &file]);
    assert_eq!((&written["id"], &written["file"]), (&made["id"], &json!(file)));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
    home.ok(&["handshake", "cancel", id, "--yes"]);
    let gone = home.run_json(&["handshake", "request", "--again", id]);
    assert_eq!(refused(&gone, 1), "handshake_not_found");
}

#[test]
fn the_answer_to_a_request_opens_for_whoever_asked_and_for_nobody_else() {
    let pair = Pair::new();
    let request = pair.ours.beside("request");
    pair.ours.ok(&[
        "handshake",
        "request",
        "--app-id",
        "alpha-people",
        "--file",
        &request,
    ]);
    let bundle = pair.theirs.beside("bundle");
    let line = [
        "handshake",
        "offer",
        "beta",
        "--request",
        &request,
        "--file",
        &bundle,
    ];
    let offer = pair.theirs.ok(&line);
    assert!(
        offer.get("passphrase").is_none() && offer.get("code").is_none(),
        "{offer}"
    );
    let seen = pair.theirs.ok(&["handshake", "inspect", &bundle]);
    assert_eq!(seen["sealed"], true);

    // Nobody, somebody with a home, and somebody who asked for something else.
    let nobody = Home::empty();
    assert_eq!(refused(&accept(&nobody, &offer, &[]), 3), "cannot_open");
    assert!(!nobody.root().exists());
    let other = Home::empty();
    other.ok(&["handshake", "request", "--app-id", "alpha-people"]);
    assert_eq!(refused(&accept(&other, &offer, &[]), 3), "cannot_open");
    assert_eq!(other.ok(&["credential", "list"]), json!([]));

    let accepted = accept(&pair.ours, &offer, &["--name", "beta"]);
    assert_eq!(accepted.code, 0, "{}", accepted.stderr);
    assert_eq!(accepted.json()["words"], offer["words"]);
    pair.ours.ok(&["invoke", "beta", &pair.query()]);
}

#[test]
fn threat_37_an_answer_that_was_cut_or_flipped_leaves_nothing() {
    let pair = Pair::new();
    let request = pair.ours.beside("request");
    pair.ours.ok(&[
        "handshake",
        "request",
        "--app-id",
        "alpha-people",
        "--file",
        &request,
    ]);
    let bundle = pair.theirs.beside("bundle");
    let line = [
        "handshake",
        "offer",
        "beta",
        "--request",
        &request,
        "--file",
        &bundle,
    ];
    let mut offer = pair.theirs.ok(&line);
    let text = std::fs::read_to_string(&bundle).unwrap();
    let place = text.len() * 2 / 3;
    let other = if &text[place..=place] == "A" { "B" } else { "A" };
    for broken in [
        text[..place].to_owned(),
        format!("{}{other}{}", &text[..place], &text[place + 1..]),
    ] {
        offer["file"] = json!(pair.ours.write("broken", &broken));
        assert_eq!(refused(&accept(&pair.ours, &offer, &[]), 3), "bundle_refused");
    }
    assert_eq!(pair.ours.ok(&["instance", "list"]).as_array().unwrap().len(), 1);
    // What was asked is still open.
    offer["file"] = json!(bundle);
    assert_eq!(accept(&pair.ours, &offer, &[]).code, 0);
}

#[test]
fn a_request_and_a_bundle_are_not_taken_for_each_other() {
    let pair = Pair::new();
    let request = pair.ours.beside("request");
    pair.ours.ok(&[
        "handshake",
        "request",
        "--app-id",
        "alpha-people",
        "--file",
        &request,
    ]);
    assert_eq!(
        refused(&pair.ours.run_json(&["handshake", "accept", &request]), 2),
        "usage"
    );
    let joined = pair.join(Way::Passphrase, &[]);
    let bundle = joined.offer["file"].as_str().unwrap();
    let line = ["handshake", "offer", "beta", "--request", bundle];
    assert_eq!(refused(&pair.theirs.run_json(&line), 3), "request_refused");
    let ended = pair
        .theirs
        .command(&["handshake", "offer", "beta", "--request", "-", "--json"])
        .end();
    assert_eq!(refused(&ended, 3), "request_refused");
}

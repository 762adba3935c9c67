//! Two administrators, two homes, one bundle; and queries that somebody else sends.

use super::binary;
use super::binary::{End, Home};
use super::{error, named};
use serde_json::{Value, json};

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

    // Looking needs no home.
    let nobody = Home::empty();
    let outside = nobody.ok(&["handshake", "inspect", bundle]);
    assert_eq!(outside["sealed"], true);
    let seen = nobody
        .command(&["handshake", "inspect", bundle, "--json"])
        .env("BUTTERFLY_BUNDLE_PASSPHRASE", passphrase)
        .end();
    assert_eq!(seen.code, 0, "{}", seen.stderr);
    assert!(seen.stdout.contains("alpha-people"), "{}", seen.stdout);
    let wrong = nobody
        .command(&["handshake", "accept", bundle, "--json"])
        .env("BUTTERFLY_BUNDLE_PASSPHRASE", "one two three four five six seven")
        .end();
    assert_eq!(wrong.code, 3, "{}", wrong.stdout);
    assert!(!nobody.root().exists());
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
    // What failed is on record with where it was going and how far it came.
    let log = ours.ok(&["log", "list"]);
    for (line, route) in log
        .as_array()
        .unwrap()
        .iter()
        .zip(["relay", "circuit", "endpoint"])
    {
        assert_eq!(line["code"], "peer_refused", "{line}");
        assert_eq!(
            (&line["route"], &line["action"]),
            (&json!(route), &json!("get_pointer_summary"))
        );
        let shown = ours.ok(&["log", "show", &line["id"].to_string()]);
        assert!(!shown["wire"].as_array().unwrap().is_empty(), "{shown}");
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
    let (status, reply) = binary::post(&sealed);
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

    // A reply to another request is refused; a jti is base64url, and may begin like an option.
    for other in [
        "AAAAAAAAAAAAAAAAAAAAAA",
        "-AAAAAAAAAAAAAAAAAAAAA",
        "--AAAAAAAAAAAAAAAAAAAA",
    ] {
        let ended = home.run_json(&["open", "alpha", &format!("@{body}"), "--jti", other]);
        assert_eq!(ended.code, 3, "{other}: {}", ended.stdout);
    }
}

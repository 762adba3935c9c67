//! Processes that stay until they are told to end.

use super::binary::{Home, Serving, add_original};
use super::error;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

#[test]
fn a_stand_in_starts_on_an_empty_home_without_a_word() {
    let home = Home::empty();
    let ended = home.run_json(&["serve", "--legacy-app", "my-test-app"]);
    assert_eq!((ended.code, error(&ended)["code"].as_str()), (2, Some("usage")));

    let mut command = home.command(&["serve", "--legacy-app", "my-test-app", "--listen", "127.0.0.1:0"]);
    command
        .env("JWT_SECRET_KEY", "a token secret of at least 32 bytes")
        .env(
            "BUTTERFLY_ENCRYPTION_KEY",
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        );
    let serving = Serving::start(command);
    let url = serving.line.strip_prefix("listening on ").unwrap().to_owned();

    let caller = Home::empty();
    let secret = caller.write("jwt", "a token secret of at least 32 bytes");
    let key = caller.write("key", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    caller.ok(&add_original("original", &url, "my-test-app", [&secret, &key]));
    assert_eq!(caller.ok(&["instance", "probe", "original"])["state"], "up");
    let made = caller.ok(&["pointer", "create", "original", "https://example.org/"]);
    assert!(made["pointer"]["address"].is_string());

    let held = caller.ok(&["credential", "list"]);
    let name = held[0]["name"].as_str().unwrap();
    let exported = caller.ok(&["credential", "export", name, "--plain"]);
    assert_eq!(exported["jwt_secret_key"], "a token secret of at least 32 bytes");
    assert_eq!(exported["app_id"], "my-test-app");
    let file = caller.write("plain.json", &exported.to_string());
    let again = Home::empty();
    again.ok(&["credential", "import", "copy", &file]);
    assert_eq!(again.ok(&["instance", "probe", "copy"])["state"], "up");
    assert_eq!(serving.stop(), 0);
}

#[test]
fn an_instance_is_hosted_by_one_process_and_stops_when_told() {
    let home = Home::empty();
    let serving = home.serve_new("alpha");
    let ended = home.run_json(&["serve", "alpha"]);
    assert_eq!(
        (ended.code, error(&ended)["code"].as_str()),
        (1, Some("already_hosted")),
        "{}",
        ended.stderr
    );
    assert_eq!(serving.stop(), 0);
    // Unattended: the vault is not needed to serve.
    std::fs::remove_file(home.path("vault.key")).unwrap();
    let serving = Serving::start(home.command(&["serve"]));
    assert!(
        serving.line.starts_with("listening on http://127.0.0.1:"),
        "{}",
        serving.line
    );
    assert_eq!(serving.stop(), 0);
}

#[test]
fn the_demo_serves_what_it_announces_and_finds_it_again() {
    let home = Home::empty();
    let serving = Serving::start(home.command(&["demo", "--no-tui", "--json"]));
    let ready: Value = serde_json::from_str(&serving.line).unwrap();
    assert_eq!(ready["home"], home.root().to_str().unwrap());
    assert_eq!(ready["instances"][0]["name"], "alpha");
    assert_eq!(ready["instances"][1]["name"], "beta");
    for route in ["endpoint", "circuit", "relay"] {
        let address = ready["pointers"][route].as_str().unwrap();
        let called = home.ok(&["call", "alpha", address]);
        assert_eq!(
            (&called["route"], &called["reply"]["status"]),
            (&json!(route), &json!("success"))
        );
    }
    assert!(!home.ok(&["log", "list"]).as_array().unwrap().is_empty());
    // A second one would announce what it does not serve.
    let second = home.run_json(&["demo", "--no-tui"]);
    assert_eq!(
        (second.code, error(&second)["code"].as_str()),
        (1, Some("already_hosted"))
    );
    assert_eq!(error(&second)["instance"], "alpha");
    assert_eq!(serving.stop(), 0);

    let serving = Serving::start(home.command(&["demo", "--no-tui", "--json"]));
    let again: Value = serde_json::from_str(&serving.line).unwrap();
    assert_eq!(again, ready);
    assert_eq!(serving.stop(), 0);
}

#[test]
fn an_instance_that_drains_answers_on_and_says_that_it_is_not_ready_until_it_is_told_again() {
    let home = Home::empty();
    home.ok(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    let serving = Serving::start(home.command(&["serve", "alpha", "--drain", "10m"]));
    let address = serving
        .line
        .strip_prefix("listening on http://")
        .unwrap()
        .to_owned();
    assert_eq!(status(&address, "/ready"), 200);
    serving.terminate();
    while status(&address, "/ready") != 503 {
        std::thread::yield_now();
    }
    assert_eq!(status(&address, "/health"), 200);
    assert_eq!(home.ok(&["pointer", "list", "alpha"])["count"], 0);
    assert_eq!(serving.stop(), 0, "the second signal ends it");
}

#[test]
fn what_an_instance_told_is_read_while_another_process_hosts_it_and_after() {
    let home = Home::empty();
    let serving = home.serve_new("alpha");
    // Nobody has to open the vault for it.
    std::fs::remove_file(home.path("vault.key")).unwrap();
    let log = ["instance", "log", "alpha"];
    let told = wait_for(&home, &log, "listening on 127.0.0.1:");
    assert_eq!(texts(&told).len(), 1, "{told}");

    let mut following = home
        .command(&["instance", "log", "--follow", "alpha"])
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(following.stdout.take().unwrap()).lines();
    assert!(
        lines
            .next()
            .unwrap()
            .unwrap()
            .contains("info   log    listening on")
    );
    let address = serving.line.strip_prefix("listening on http://").unwrap();
    assert_eq!(refused(address), 401);
    let denied = lines.next().unwrap().unwrap();
    assert!(denied.contains("warn   audit  denied"), "{denied}");
    assert_eq!(serving.stop(), 0);
    assert!(lines.next().unwrap().unwrap().contains("stopped"));
    following.kill().unwrap();
    following.wait().unwrap();

    // A second run goes on after the first one.
    let serving = Serving::start(home.command(&["serve", "alpha"]));
    assert_eq!(serving.stop(), 0);
    let told = home.ok(&log);
    assert_eq!(told.as_array().unwrap().len(), 5, "{told}");
    let worse = home.ok(&[&log[..], &["--level", "warn"]].concat());
    assert_eq!(worse.as_array().unwrap().len(), 1);
    let last = home.ok(&[&log[..], &["--words", "STOPPED", "-n", "1"]].concat());
    assert_eq!(last.as_array().unwrap().len(), 1);
    let text = home.run(&[&log[..], &["--words", "nothing like it"]].concat());
    assert!(text.stdout.contains("audit list alpha"), "{}", text.stdout);
    assert_ne!(home.run(&["instance", "log", "nobody"]).code, 0);
}

/// Asks for the log until a line of it contains this: it is written a moment after it was told.
fn wait_for(home: &Home, log: &[&str], text: &str) -> Value {
    loop {
        let told = home.ok(log);
        if texts(&told).iter().any(|line| line.contains(text)) {
            return told;
        }
    }
}

fn texts(told: &Value) -> Vec<&str> {
    let events = told.as_array().unwrap().iter();
    events.map(|event| event["text"].as_str().unwrap()).collect()
}

/// What an invoke without a valid token is answered with.
fn refused(address: &str) -> u16 {
    let mut stream = TcpStream::connect(address).unwrap();
    let request = format!(
        "POST /invoke HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-type: application/jose\r\nauthorization: Bearer a.b.c\r\ncontent-length: 1\r\n\r\nx"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

/// What a GET is answered with.
fn status(address: &str, path: &str) -> u16 {
    let mut stream = TcpStream::connect(address).unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

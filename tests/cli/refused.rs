//! What was refused is in the invoke log as it happened on the wire, for whoever has to find out why.

use super::binary::{End, Home, Serving, post};
use super::{NOWHERE, error};
use serde_json::{Value, json};
use std::io::Write;
use std::process::Stdio;

const WHOAMI: &str = r#"{"action":"whoami"}"#;
const CALLER: &str = "alpha-federation-console";
const CREDENTIAL: &str = "alpha-federation-console@beta";
/// Its name where it is held.
const HELD: &str = "beta/alpha-federation-console";

/// The newest line with everything that was kept of it.
fn newest(home: &Home) -> Value {
    let id = home.ok(&["log", "list", "--limit", "1"])[0]["id"].to_string();
    home.ok(&["log", "show", &id])
}

fn phases(line: &Value) -> Vec<&str> {
    let phases = line["hops"][0]["phases"].as_array().unwrap();
    phases
        .iter()
        .map(|phase| phase["name"].as_str().unwrap())
        .collect()
}

fn archive(home: &Home, id: &Value) -> Vec<Value> {
    let exported = home.run(&["log", "export", "--format", "har"]);
    let har: Value = serde_json::from_str(&exported.stdout).unwrap_or_else(|_| panic!("{exported:?}"));
    let mut entries = har["log"]["entries"].as_array().unwrap().clone();
    entries.retain(|entry| entry["_butterfly"]["line"] == *id);
    entries
}

#[test]
fn a_refused_invoke_and_a_refused_call_are_kept_as_they_travelled() {
    let home = Home::empty();
    let serving = Serving::start(home.command(&["demo", "--no-tui", "--json"]));
    let ready: Value = serde_json::from_str(&serving.line).unwrap();
    home.ok(&["credential", "suspend", CREDENTIAL]);
    let refused = home.run_json(&["invoke", "beta", WHOAMI, "--as", CALLER]);
    assert_eq!(
        (refused.code, error(&refused)["code"].as_str()),
        (3, Some("peer_refused"))
    );

    let line = newest(&home);
    let wire = &line["wire"][0];
    assert_eq!(wire["status"], 401);
    assert_eq!(wire["endpoint"], ready["instances"][1]["endpoint"]);
    assert_eq!(wire["token"]["claims"]["app_id"], CALLER);
    assert_eq!(wire["token"]["header"]["typ"], "bfly-inv+jwt");
    assert!(wire["request_body"].as_str().unwrap().starts_with("eyJ"));
    let problem: Value = serde_json::from_str(wire["response_body"].as_str().unwrap()).unwrap();
    assert_eq!(problem["status"], 401);
    let headers = wire["response_headers"].as_array().unwrap();
    assert!(
        headers.contains(&json!(["content-type", "application/problem+json"])),
        "{headers:?}"
    );
    assert_eq!(phases(&line), ["seal", "connect", "wait", "receive"]);
    let shown = home.run(&["log", "show", &line["id"].to_string()]).stdout;
    assert!(
        shown.contains("· 401 ·") && shown.contains("\"title\""),
        "{shown}"
    );
    let entries = archive(&home, &line["id"]);
    assert_eq!(entries[0]["response"]["status"], 401);
    assert_eq!(entries[0]["response"]["statusText"], "Unauthorized");
    assert!(entries[0]["timings"]["wait"].as_f64().unwrap() > 0.0);

    for route in ["endpoint", "circuit"] {
        let address = ready["pointers"][route].as_str().unwrap();
        let refused = home.run_json(&["call", "alpha", address, "--trace"]);
        assert_eq!(refused.code, 3, "{refused:?}");
        // The hops are told where the call failed as where it did not, with where it ended.
        let told: Value = serde_json::from_str(&refused.stdout).unwrap();
        assert_eq!(told["hops"][0]["failed"], "peer_refused", "{told}");
        assert_eq!(told["hops"][1]["instance"], "alpha");
        let line = newest(&home);
        let statuses: Vec<_> = line["wire"]
            .as_array()
            .unwrap()
            .iter()
            .map(|leg| &leg["status"])
            .collect();
        assert_eq!(statuses, [200, 200, 401]);
        assert_eq!(line["wire"][2]["endpoint"], ready["instances"][1]["endpoint"]);
        assert!(line["wire"][2]["response_body"].as_str().unwrap().contains("401"));
        let seals = phases(&line).iter().filter(|name| **name == "seal").count();
        assert_eq!(seals, 3, "the times of the third are there");
        assert_eq!(line["hops"][1]["instance"], "alpha");
        let answers: Vec<Value> = archive(&home, &line["id"])
            .iter()
            .map(|entry| entry["response"]["status"].clone())
            .collect();
        assert_eq!(answers, [200, 200, 401]);
        let said = home.run(&["call", "alpha", address, "--trace"]).stderr;
        assert!(
            said.contains("HOP") && said.contains("ended here: peer_refused"),
            "{said}"
        );
        let plain = home.run_json(&["call", "alpha", address]);
        assert!(!plain.stdout.contains("hops"), "{plain:?}");
    }
}

#[test]
fn of_a_relay_it_is_told_which_instance_refused() {
    let home = Home::empty();
    let _serving = Serving::start(home.command(&["demo", "--no-tui", "--json"]));
    let write = r#"{"action":"create_pointer","data_reference":"https://example.org/new"}"#;
    let made = home.ok(&[
        "federate", "alpha", "--via", "beta", "--query", write, "--route", "relay",
    ]);
    let address = made["pointer"]["address"].as_str().unwrap();
    let told = home.run_json(&["call", "alpha", address]).json();
    assert_eq!(
        (told["reply"]["code"].as_str(), told["instance"].as_str()),
        (Some("not_granted"), Some("beta")),
        "{told}"
    );
    let said = home.run(&["call", "alpha", address]).stderr;
    assert!(said.contains("beta: this credential's grant"), "{said}");
    // Asked directly, alpha relays just the same.
    let connection = made["pointer"]["connection_id"].as_str().unwrap();
    let relay = format!(r#"{{"action":"relay","connection_id":"{connection}","query":{write}}}"#);
    let said = home.run(&["invoke", "alpha", &relay]).stderr;
    assert!(said.contains("beta: this credential's grant"), "{said}");
    // What alpha itself refuses is alpha's.
    let unknown = r#"{"action":"relay","connection_id":"conn_0123456789ab","query":{"action":"whoami"}}"#;
    let said = home.run(&["invoke", "alpha", unknown]).stderr;
    assert!(said.contains("alpha: "), "{said}");
}

#[test]
fn where_nobody_answered_what_was_sealed_is_kept() {
    let home = Home::empty();
    let key = home.write_private("root", &"A".repeat(43));
    let id = "inst_0123456789ab";
    home.ok(&[
        "instance",
        "add",
        "away",
        NOWHERE,
        "--profile",
        "native",
        "--app-id",
        "somebody",
        "--kid",
        "kid_0123456789abcdef",
        "--root-file",
        &key,
        "--instance-id",
        id,
    ]);
    let traced = home.run_json(&["invoke", "away", WHOAMI, "--trace"]);
    let told: Value = serde_json::from_str(&traced.stdout).unwrap();
    let hop = &told["hops"][0];
    let names: Vec<_> = hop["phases"].as_array().unwrap().iter().collect();
    assert_eq!(hop["failed"], "peer_unreachable");
    assert_eq!(names.last().unwrap()["name"], "connect");
    let said = home.run(&["invoke", "away", WHOAMI, "--trace"]).stderr;
    let (hops, error) = said.split_once("error: ").unwrap();
    assert!(hops.contains("ended here: peer_unreachable"), "{said}");
    assert!(error.contains("remedy: "), "{said}");
    let failed = home.run_json(&["invoke", "away", WHOAMI]);
    assert_eq!(failed.code, 4, "{failed:?}");
    assert!(!failed.stdout.contains("hops"), "{failed:?}");
    let line = newest(&home);
    assert_eq!(line["wire"][0]["status"], 0);
    assert_eq!(line["wire"][0]["token"]["claims"]["app_id"], "somebody");
    assert_eq!(line["wire"][0]["response_headers"], json!([]));
    assert_eq!(phases(&line), ["seal", "connect"]);
    let entries = archive(&home, &line["id"]);
    assert_eq!(entries[0]["response"]["status"], 0);
    assert_eq!(entries[0]["request"]["url"], NOWHERE);
    assert!(
        entries[0]["request"]["postData"]["text"]
            .as_str()
            .unwrap()
            .starts_with("eyJ")
    );
    let shown = home.run(&["log", "show", &line["id"].to_string()]).stdout;
    assert!(shown.contains("· no response ·"), "{shown}");
}

#[test]
fn open_says_what_came_instead_of_a_reply() {
    let home = Home::empty();
    let serving = Serving::start(home.command(&["demo", "--no-tui", "--json"]));
    home.ok(&["credential", "suspend", CREDENTIAL]);
    let sealed = home.ok(&["seal", HELD, WHOAMI]);
    let (status, problem) = post(&sealed);
    assert_eq!(status, 401);
    let open = |body: &str| {
        let mut command = home.command(&["open", HELD, "-", "--json"]);
        let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(body.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let told: Value = serde_json::from_slice(&output.stdout).unwrap();
        (output.status.code(), told["error"].clone())
    };
    let (code, told) = open(&problem);
    assert_eq!((code, &told["code"]), (Some(3), &json!("peer_refused")));
    assert!(
        told["message"]
            .as_str()
            .unwrap()
            .contains("refused the credential: "),
        "{told}"
    );
    let (code, told) = open("");
    assert_eq!((code, &told["code"]), (Some(4), &json!("peer_unreachable")));
    assert!(
        told["message"].as_str().unwrap().contains("nothing came"),
        "{told}"
    );
    let (code, told) = open("what is this");
    assert_eq!((code, &told["code"]), (Some(3), &json!("cannot_open")));
    drop(serving);
    let text = home.command(&["seal", HELD, WHOAMI, "--curl"]).end();
    assert!(text.stdout.starts_with("url = \"http://"), "{text:?}");
    assert!(text.stdout.contains("\n# jti "), "{text:?}");
    assert!(
        text.stderr.is_empty(),
        "the jti stands in what is printed: {text:?}"
    );
}

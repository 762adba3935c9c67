//! Domains over their lives: keys, federations, renames, and removal once nothing needs them.

use crate::binary::Home;
use crate::{error, named};
use serde_json::json;

#[test]
fn a_domain_gets_keys_and_federations_and_goes_when_they_are_gone() {
    let home = Home::empty();
    let _alpha = home.serve_new("alpha");
    let make = |name: &str| {
        let made = home.ok(&["domain", "create", "alpha", name]);
        made["domain"]["id"].as_str().unwrap().to_owned()
    };
    let (here, there) = (make("here"), make("there"));
    home.ok(&["domain", "rename", "alpha", &here, "home", "--if-still", "here"]);
    // Somebody else has renamed it meanwhile.
    let late = home.run_json(&["domain", "rename", "alpha", &here, "nest", "--if-still", "here"]);
    assert_eq!(
        (late.code, &error(&late)["code"]),
        (1, &json!("changed_meanwhile"))
    );
    assert_eq!(
        named(&home.ok(&["domain", "list", "alpha"]), "home")["id"],
        here.as_str()
    );

    let made = home.ok(&[
        "domain",
        "access-key",
        "create",
        "alpha",
        &here,
        "--permissions",
        "read_pointers,read_write",
    ]);
    let key = made["access_key"].as_str().unwrap();
    let shown = home.ok(&["domain", "show", "alpha", &here]);
    assert_eq!(shown["access_keys"][0]["id"], made["details"]["id"]);
    assert!(!shown.to_string().contains(key), "it is told once");
    // What was told then is in no log: it would open the instance as long as the key stands.
    let log = home.ok(&["log", "list"]);
    assert!(!log.to_string().contains(key));
    for line in log.as_array().unwrap() {
        let detail = home.ok(&["log", "show", &line["id"].to_string()]);
        assert!(!detail.to_string().contains(key), "{detail}");
    }

    let asked = home.ok(&["domain", "federate", "alpha", &there, "--from", &here]);
    let request = home.write_private("request", asked["request_key"].as_str().unwrap());
    let accepted = home.ok(&["domain", "accept", "alpha", "--request-key-file", &request]);
    assert_eq!(accepted["federation"]["permissions"], json!(["read_pointers"]));
    let listed = home.ok(&["domain", "federations", "alpha", "--domain", &there]);
    assert_eq!(listed[0]["status"], "accepted");

    let refused = home.run_json(&["domain", "remove", "alpha", &here]);
    assert_eq!((refused.code, &error(&refused)["code"]), (1, &json!("in_use")));
    let file = home.write_private("key", key);
    home.ok(&["domain", "access-key", "revoke", "alpha", "--key-file", &file]);
    let again = home.run_json(&[
        "domain",
        "access-key",
        "revoke",
        "alpha",
        made["details"]["id"].as_str().unwrap(),
    ]);
    assert_eq!(error(&again)["code"], "access_key_not_found");
    home.ok(&["domain", "unfederate", "alpha", listed[0]["id"].as_str().unwrap()]);
    home.ok(&["domain", "remove", "alpha", &here]);

    let gate = home.ok(&["connection", "create", "alpha", &there, "gate"]);
    let gate = gate["connection"]["id"].as_str().unwrap();
    let changed = home.ok(&["connection", "edit", "alpha", gate, "--description", "words"]);
    assert_eq!(changed["connection"]["description"], "words");
    let edit = |seen: &[&str]| {
        let line = ["connection", "edit", "alpha", gate, "--name", "door"];
        home.run_json(&[&line[..], seen].concat())
    };
    let late = edit(&["--if-still", "description=other words"]);
    assert_eq!(
        (late.code, &error(&late)["code"]),
        (1, &json!("changed_meanwhile"))
    );
    let all = [
        "--if-still",
        "name=gate",
        "--if-still",
        "description=words",
        "--if-still",
        "held_credential=",
    ];
    let renamed = edit(&all);
    assert_eq!(renamed.json()["connection"]["name"], "door", "{}", renamed.stderr);
    let unknown = edit(&["--if-still", "colour=red"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.stderr.contains("held_credential"), "{}", unknown.stderr);
    home.ok(&["connection", "remove", "alpha", gate]);
    home.ok(&["domain", "remove", "alpha", &there]);
    assert_eq!(home.ok(&["domain", "list", "alpha"]), json!([]));
}

#[test]
fn a_connection_leads_to_a_peer_with_a_credential_that_the_instance_holds() {
    let home = Home::empty();
    let (_alpha, _beta) = (home.serve_new("alpha"), home.serve_new("beta"));
    let issue = json!({
        "action": "issue_credential", "app_id": "alpha", "profile": "native",
        "grant": {"actions": ["get_graph_stats"], "pointers": {"all": true}},
    });
    let issued = home.ok(&["invoke", "beta", &issue.to_string()]);
    let hold = json!({"action": "hold_credential", "name": "to-beta", "form": issued["result"]["secret"]});
    home.ok(&["invoke", "alpha", &hold.to_string()]);
    let domain = home.ok(&["domain", "create", "alpha", "gates"])["domain"]["id"].clone();
    let domain = domain.as_str().unwrap();
    let create = |held: &str| {
        home.run_json(&[
            "connection",
            "create",
            "alpha",
            domain,
            "gate",
            "--held-credential",
            held,
        ])
    };
    let unknown = create("nobody");
    assert_ne!(unknown.code, 0, "{}", unknown.stdout);
    assert!(error(&unknown)["message"].as_str().unwrap().contains("nobody"));
    let made = create("to-beta").json();
    assert_eq!(made["connection"]["held_credential"], "to-beta", "{made}");
    let relay = json!({
        "action": "relay", "connection_id": made["connection"]["id"], "query": {"action": "get_graph_stats"},
    });
    let relayed = home.ok(&["invoke", "alpha", &relay.to_string()]);
    assert_eq!(relayed["result"]["total_pointers"], 0, "{relayed}");
}

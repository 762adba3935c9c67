//! Doors that a home has closed itself are nowhere shown as open.

use super::binary::{Home, Serving};
use super::named;
use serde_json::{Value, json};

const RELAY: &str = "alpha/held/beta";

fn demo(home: &Home) -> Serving {
    Serving::start(home.command(&["demo", "--no-tui", "--json"]))
}

/// A credential as it is listed.
fn listed(home: &Home, name: &str) -> Value {
    named(&home.ok(&["credential", "list"]), name).clone()
}

/// How the map shows the door with this credential; none if it is not there.
fn door(home: &Home, name: &str) -> Option<Value> {
    let map = home.ok(&["instance", "map"]);
    let doors = map["doors"].as_array().unwrap().iter();
    let with_it = |door: &&Value| door["credentials"].as_array().unwrap().contains(&json!(name));
    doors.filter(with_it).map(|door| door["state"].clone()).next()
}

#[test]
fn a_held_credential_stands_as_its_issued_end_in_the_same_home() {
    let home = Home::empty();
    let _serving = demo(&home);
    assert_eq!(listed(&home, RELAY)["state"], "active");
    home.ok(&["credential", "suspend", "alpha-federation-instance@beta"]);
    let row = listed(&home, RELAY);
    assert_eq!(row["state"], "suspended");
    assert!(
        row["attention"].as_str().unwrap().contains("beta refuses it"),
        "{row}"
    );
    assert_eq!(door(&home, RELAY), Some(json!("suspended")));
    home.ok(&["credential", "resume", "alpha-federation-instance@beta"]);
    assert_eq!(listed(&home, RELAY)["state"], "active");

    let console = "beta/alpha-federation-console";
    assert_eq!(door(&home, console), Some(json!("active")));
    home.ok(&["credential", "revoke", "alpha-federation-console@beta", "--yes"]);
    assert_eq!(listed(&home, console)["state"], "revoked");
    assert_eq!(door(&home, console), None, "what ended is no door");
    // It can be forgotten all the same.
    home.ok(&["credential", "revoke", console, "--yes"]);
}

#[test]
fn a_credential_whose_connection_is_closed_relays_nothing_and_says_so() {
    let home = Home::empty();
    let _serving = demo(&home);
    let listed_connections = home.ok(&["connection", "list", "alpha"]);
    let connection = named(&listed_connections, "beta")["id"]
        .as_str()
        .unwrap()
        .to_owned();
    home.ok(&["connection", "status", "alpha", &connection, "disabled"]);
    let row = listed(&home, RELAY);
    assert_eq!(row["state"], "suspended");
    assert!(
        row["attention"].as_str().unwrap().contains("the connection beta"),
        "{row}"
    );
    assert_eq!(door(&home, RELAY), Some(json!("suspended")));
    assert_eq!(listed(&home, "beta/alpha-federation-console")["state"], "active");
    home.ok(&["connection", "status", "alpha", &connection, "active"]);
    assert_eq!(listed(&home, RELAY)["state"], "active");
    assert_eq!(door(&home, RELAY), Some(json!("active")));
}

#[test]
fn of_an_owner_nobody_says_that_words_were_compared() {
    let home = Home::empty();
    home.ok(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    for name in ["alpha/owner", "owner@alpha"] {
        let shown = home.run(&["credential", "show", name]);
        assert_eq!(shown.code, 0, "{}", shown.stderr);
        let made = "not needed: the instance made it for its own administrator";
        assert!(shown.stdout.contains(made), "{}", shown.stdout);
        assert!(!shown.stdout.contains("compared"), "{}", shown.stdout);
    }
}

//! Circuits from the command line: looked at before they are made or run, and what a step that fails says.

use super::binary::{Home, Serving};
use serde_json::{Value, json};

/// An instance with a pointer about air, and a connection through which circuits are run.
struct Ready {
    home: Home,
    connection: String,
    _serving: Serving,
}

fn ready() -> Ready {
    let home = Home::empty();
    let serving = home.serve_new("alpha");
    home.ok(&[
        "pointer",
        "create",
        "alpha",
        "https://example.org/air",
        "--description",
        "air",
    ]);
    let domain = home.ok(&["domain", "create", "alpha", "all"])["domain"]["id"].clone();
    let connection = home.ok(&[
        "connection",
        "create",
        "alpha",
        domain.as_str().unwrap(),
        "circuits",
    ]);
    Ready {
        connection: connection["connection"]["id"].as_str().unwrap().to_owned(),
        home,
        _serving: serving,
    }
}

impl Ready {
    fn creating(&self, steps: &Value) -> String {
        json!({"action": "create_circuit", "connection_id": self.connection, "description": "two steps",
            "circuit_definition": steps})
        .to_string()
    }

    /// Makes a circuit; the query that runs it, and its address.
    fn made(&self, steps: &Value) -> (String, Value) {
        let made = self.home.ok(&["invoke", "alpha", &self.creating(steps)]);
        let address = made["result"]["pointer"]["address"].clone();
        let run = json!({"action": "invoke_through_connection", "connection_id": self.connection,
            "pointer_address": address});
        (run.to_string(), address)
    }

    /// Records of actions other than reading on the trail.
    fn changes(&self) -> usize {
        let filter = "!action:get_ !action:list_ !action:exchange_ !action:whoami";
        let records = self
            .home
            .ok(&["audit", "list", "alpha", "--limit", "1000", "--filter", filter]);
        records.as_array().unwrap().len()
    }
}

#[test]
fn a_dry_run_shows_the_steps_of_a_circuit_and_takes_none() {
    let ready = ready();
    let steps = json!([
        {"action": "search_pointers", "query": "air"},
        {"action": "update_pointer", "pointer_address": "{0.pointers.0.address}", "description": "changed"},
    ]);
    let (run, address) = ready.made(&steps);
    let before = ready.changes();
    let looked = ready.home.ok(&["invoke", "alpha", "--dry-run", &run]);
    assert_eq!(
        looked["asked"],
        json!([format!("what {} is", address.as_str().unwrap())])
    );
    assert_eq!(looked["circuit"]["pointer"], address);
    let drawn = &looked["circuit"]["circuit"]["steps"];
    assert_eq!(drawn[0]["action"], "search_pointers");
    assert_eq!(drawn[1]["arrows"][0]["from"], 0);
    assert_eq!(drawn[1]["arrows"][0]["path"], "pointers.0.address");

    let shown = ready.home.run(&["invoke", "alpha", "--dry-run", &run]);
    let address = address.as_str().unwrap();
    assert!(
        shown
            .stdout
            .contains(&format!("Then alpha runs the circuit {address}")),
        "{}",
        shown.stdout
    );
    assert!(
        shown
            .stdout
            .contains("pointer_address <- step 0: pointers.0.address"),
        "{}",
        shown.stdout
    );
    assert!(
        shown
            .stderr
            .contains(&format!("alpha was only asked what {address} is")),
        "{}",
        shown.stderr
    );
    assert_eq!(ready.changes(), before, "no step was taken");
}

#[test]
fn a_dry_run_says_what_is_wrong_with_a_circuit_that_would_be_made() {
    let ready = ready();
    let steps = json!([{"action": "whoami"}, {"action": "get_pointer", "pointer_address": "{4.x}"}]);
    let before = ready.changes();
    let shown = ready
        .home
        .run(&["invoke", "alpha", "--dry-run", &ready.creating(&steps)]);
    assert!(
        shown.stdout.contains("alpha refuses to make this circuit"),
        "{}",
        shown.stdout
    );
    assert!(shown.stdout.contains("step 4"), "{}", shown.stdout);
    assert!(shown.stderr.contains("Nothing was sent."), "{}", shown.stderr);
    assert_eq!(ready.changes(), before);
}

#[test]
fn connections_that_steps_relay_through_are_told_by_name() {
    let ready = ready();
    let (home, connection) = (&ready.home, ready.connection.as_str());
    let steps = json!([{"action": "relay", "connection_id": connection, "query": {"action": "whoami"}}]);
    let making = ready.creating(&steps);
    let shown = home.run(&["invoke", "alpha", "--dry-run", &making]);
    let named = format!("asks another instance for whoami through “circuits” ({connection})");
    assert!(shown.stdout.contains(&named), "{}", shown.stdout);
    let asked = "alpha was only asked which connections it has";
    assert!(shown.stderr.contains(asked), "{}", shown.stderr);

    let (run, address) = ready.made(&steps);
    home.ok(&["connection", "status", "alpha", connection, "disabled"]);
    let disabled = format!("{named}, which is disabled");
    for arguments in [
        vec!["invoke", "alpha", "--dry-run", &run],
        vec!["pointer", "show", "alpha", address.as_str().unwrap()],
    ] {
        let shown = home.run(&arguments);
        assert!(
            shown.stdout.contains(&disabled),
            "{arguments:?}: {}",
            shown.stdout
        );
    }
    let looked = home.ok(&["invoke", "alpha", "--dry-run", &run]);
    assert_eq!(looked["circuit"]["relays"][0]["name"], "circuits");
}

#[test]
fn a_query_that_follows_a_pointer_which_is_not_there_can_still_be_looked_at() {
    let ready = ready();
    let run = json!({"action": "invoke_through_connection", "connection_id": ready.connection,
        "pointer_address": "ptr_000000000000"});
    let looked = ready.home.ok(&["invoke", "alpha", "--dry-run", &run.to_string()]);
    assert_eq!(looked["circuit"], Value::Null);
    assert!(
        looked["then"][0].as_str().unwrap().contains("could not be asked"),
        "{looked}"
    );
}

#[test]
fn a_step_whose_placeholder_finds_nothing_says_what_is_there() {
    let ready = ready();
    let (run, _) = ready.made(&json!([
        {"action": "search_pointers", "query": "air"},
        {"action": "get_pointer", "pointer_address": "{0.result.0.address}"},
    ]));
    let ended = ready.home.run_json(&["invoke", "alpha", &run]);
    assert_eq!(ended.code, 1);
    let problem = ended.json();
    assert_eq!(problem["code"], "invalid_circuit");
    let message = problem["message"].as_str().unwrap();
    assert!(
        message.contains("what step 0 came to has no \"result\", only"),
        "{message}"
    );
    assert!(message.contains("\"pointers\""), "{message}");
}

#[test]
fn what_a_circuit_would_change_is_not_changed_on_an_instance_that_is_read_only_here() {
    let ready = ready();
    let reading = json!([{"action": "get_graph_stats"}]);
    let (reads, _) = ready.made(&reading);
    let writing = json!([{"action": "get_graph_stats"}, {"action": "create_pointer", "data_reference": "https://example.org/new"}]);
    let (writes, hidden) = ready.made(&writing);
    let through = json!([{"action": "invoke_through_connection", "connection_id": ready.connection, "pointer_address": hidden}]);
    let (leads_there, _) = ready.made(&through);
    let relaying = json!([{"action": "relay", "connection_id": ready.connection,
        "query": {"action": "create_pointer", "data_reference": "https://example.org/new"}}]);
    let (relays, _) = ready.made(&relaying);
    let home = &ready.home;
    home.ok(&["instance", "edit", "alpha", "--set-read-only", "on"]);
    let before = ready.changes();
    home.ok(&["invoke", "alpha", &reads]);
    for (run, what) in [
        (&writes, "step 1 of its circuit (create_pointer)"),
        (&leads_there, "step 1 of its circuit (create_pointer)"),
        (&relays, "relays create_pointer"),
    ] {
        let refused = home.run_json(&["invoke", "alpha", run]);
        assert_eq!(refused.code, 3, "{}", refused.stdout);
        let told = refused.json();
        assert_eq!(told["error"]["code"], "read_only", "{told}");
        assert!(
            told["error"]["message"].as_str().unwrap().contains(what),
            "{told}"
        );
    }
    // What reads was followed, and nothing else.
    assert_eq!(ready.changes(), before + 1);
    home.ok(&["instance", "edit", "alpha", "--set-read-only", "off"]);
    home.ok(&["invoke", "alpha", &writes]);
}

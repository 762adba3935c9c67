//! Access keys in the hands of an original client: made, used, lent a federation, and revoked.

use crate::stand_in::StandIn;
use crate::support::python::{Answerer, python};
use serde_json::{Value, json};

/// An original client whose tokens name an access key, with the app_id beside it or `-`.
fn with_key(stand_in: &StandIn, app_id: &str, key: &Value) -> Answerer {
    let python = python().expect("the stand-in has it");
    let mut command = python.script("original_clients.py");
    command.args(["call", stand_in.base(), app_id]);
    command.env("BUTTERFLY_ACCESS_KEY", key.as_str().expect("a key is text"));
    stand_in.secrets().give_to(&mut command);
    Answerer::start(command)
}

fn result(client: &mut Answerer, query: Value) -> Value {
    let seen = client.ask(&query);
    assert_eq!(seen["reply"]["status"], "success", "{query}: {seen}");
    seen["reply"]["result"].clone()
}

#[test]
fn an_original_client_makes_uses_and_revokes_access_keys() {
    let Some(stand_in) = StandIn::start() else { return };
    let mut owner = stand_in.caller(&["my-test-app"]);
    let domain = |client: &mut Answerer, name: &str| {
        let made = result(client, json!({"action": "create_domain", "name": name}));
        made["domain"]["id"].clone()
    };
    let (home, other) = (domain(&mut owner, "home"), domain(&mut owner, "other"));
    let key = |client: &mut Answerer, domain: &Value, permissions: &str| {
        let asked = json!({"action": "generate_access_key", "domain_id": domain, "permissions": permissions});
        let made = result(client, asked);
        assert_eq!(made["access_key"].as_str().unwrap().len(), 36);
        made["access_key"].clone()
    };
    let admin_key = key(&mut owner, &home, "admin_domain,read_write");
    let mut admin = with_key(&stand_in, "-", &admin_key);
    let plain_key = key(&mut admin, &home, "read_write");
    let mut plain = with_key(&stand_in, "my-test-app", &plain_key);

    let connection = result(
        &mut admin,
        json!({"action": "create_connection", "domain_id": home, "name": "cellar"}),
    );
    let connection = &connection["connection"]["id"];
    let made = result(
        &mut plain,
        json!({"action": "create_pointer", "data_reference": "a shelf", "connection_id": connection}),
    );
    let asked = json!({"action": "get_pointers_for_connection", "connection_id": connection});
    let listed = result(&mut plain, asked.clone());
    assert_eq!(listed["pointers"][0]["address"], made["pointer"]["address"]);
    let refused = plain.ask(&json!({"action": "create_connection", "domain_id": home, "name": "x"}));
    assert_eq!(
        (&refused["http_status"], &refused["reply"]["code"]),
        (&json!(200), &json!("not_granted"))
    );

    // Another domain's key sees it once its domain was let in.
    let guest_key = key(&mut owner, &other, "admin_domain");
    let mut guest = with_key(&stand_in, "-", &guest_key);
    assert_eq!(guest.ask(&asked)["reply"]["code"], "access_denied");
    let requested = result(
        &mut guest,
        json!({"action": "initiate_federation", "target_domain_id": home}),
    );
    let accept = json!({"action": "accept_federation", "request_key": requested["request_key"]});
    result(&mut admin, accept);
    assert_eq!(result(&mut guest, asked.clone())["count"], 1);
    let status = result(&mut guest, json!({"action": "get_federation_status"}));
    let ended = json!({"action": "revoke_federation", "federation_id": status["federations"][0]["id"]});
    result(&mut admin, ended);
    assert_eq!(guest.ask(&asked)["reply"]["code"], "access_denied");

    let revoke = json!({"action": "revoke_access_key", "key_to_revoke": plain_key});
    result(&mut admin, revoke);
    let seen = plain.ask(&asked);
    assert_eq!(seen["http_status"], 401, "{seen}");
    let told: Value = serde_json::from_str(seen["unsealed"].as_str().unwrap()).unwrap();
    assert!(told["message"].is_string());
}

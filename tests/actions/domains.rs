//! Changing and removing domains, connections and relationships, and what the original has beside.

use crate::access_keys::{everything, place};
use crate::running::{Running, get, refused, text, through};
use butterfly_console::model::Grant;
use butterfly_console::protocol::Code;
use serde_json::{Value, json};

#[tokio::test]
async fn a_domain_is_renamed_and_removed_once_nothing_needs_it() {
    let running = Running::start("alpha").await;
    let mine = running.issue("mine", everything()).await;
    let other = running.issue("other", everything()).await;
    let here = place(&mine, "here").await;
    place(&mine, "there").await;
    let rename = |name: &str| json!({"domain_id": here.domain, "name": name});
    assert_eq!(
        refused(&other, "update_domain", rename("x")).await,
        Code::AccessDenied
    );
    assert_eq!(
        refused(&mine, "update_domain", rename("there")).await,
        Code::AlreadyExists
    );
    assert_eq!(
        get(&mine, "update_domain", rename("home")).await["domain"]["name"],
        "home"
    );

    let (domain, connection) = (
        json!({"domain_id": here.domain}),
        json!({"connection_id": here.connection}),
    );
    assert_eq!(
        refused(&other, "delete_domain", domain.clone()).await,
        Code::AccessDenied
    );
    let (code, problem) = running.fails("delete_domain", domain.clone()).await;
    assert_eq!(
        (code, &problem["used_by"]),
        (Code::InUse, &json!([here.connection]))
    );
    let (code, problem) = running.fails("delete_connection", connection.clone()).await;
    assert_eq!((code, &problem["used_by"]), (Code::InUse, &json!([here.pointer])));
    let free = json!({"pointer_address": here.pointer, "connection_id": null});
    get(&mine, "assign_pointer_to_connection", free).await;

    // A circuit that relays through it, and a grant that names it, still need it.
    let relay = json!([{"action": "relay", "connection_id": here.connection, "query": {"action": "whoami"}}]);
    let circuit = get(&mine, "create_circuit", json!({ "circuit_definition": relay })).await;
    let circuit = text(&circuit["pointer"]["address"]);
    let (code, problem) = running.fails("delete_connection", connection.clone()).await;
    assert_eq!((code, &problem["used_by"]), (Code::InUse, &json!([circuit])));
    get(&mine, "delete_pointer", json!({"pointer_address": circuit})).await;
    let mut grant = everything();
    grant
        .pointers
        .connections
        .insert(here.connection.parse().unwrap());
    running.issue("named", grant).await;
    let (code, problem) = running.fails("delete_connection", connection.clone()).await;
    assert_eq!((code, &problem["used_by"]), (Code::InUse, &json!(["named"])));
    running.get("revoke_credential", json!({"name": "named"})).await;
    assert_eq!(
        refused(&other, "delete_connection", connection.clone()).await,
        Code::AccessDenied
    );
    get(&mine, "delete_connection", connection.clone()).await;
    assert_eq!(
        refused(&mine, "delete_connection", connection).await,
        Code::ConnectionNotFound
    );

    let made = get(&mine, "generate_access_key", domain.clone()).await;
    let (code, problem) = running.fails("delete_domain", domain.clone()).await;
    assert_eq!(
        (code, &problem["used_by"]),
        (Code::InUse, &json!([made["details"]["id"]]))
    );
    get(
        &mine,
        "revoke_access_key",
        json!({"key_to_revoke": made["access_key"]}),
    )
    .await;
    get(&mine, "delete_domain", domain.clone()).await;
    assert_eq!(
        refused(&mine, "delete_domain", domain).await,
        Code::DomainNotFound
    );
}

#[tokio::test]
async fn a_connection_is_changed_by_its_domain_s_owner_and_its_credential_by_the_instance_s() {
    let running = Running::start("alpha").await;
    let peer = Running::start("beta").await;
    let mine = running.issue("mine", everything()).await;
    let here = place(&mine, "here").await;
    let change = |more: Value| {
        let mut asked = json!({"connection_id": here.connection});
        asked
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        asked
    };
    let changed = get(
        &mine,
        "update_connection",
        change(json!({"name": "gate", "description": "words"})),
    )
    .await;
    assert_eq!(changed["connection"]["name"], "gate");
    let changed = get(&mine, "update_connection", change(json!({"description": ""}))).await;
    assert_eq!(
        (
            &changed["connection"]["name"],
            &changed["connection"]["description"]
        ),
        (&json!("gate"), &json!(""))
    );
    assert_eq!(
        refused(&mine, "update_connection", change(json!({}))).await,
        Code::MissingParameter
    );

    running.join(&peer, &["get_graph_stats"]).await;
    for held in [json!("to-beta"), json!(null)] {
        let asked = change(json!({ "held_credential": held }));
        assert_eq!(
            refused(&mine, "update_connection", asked.clone()).await,
            Code::OwnerOnly
        );
        let changed = running.get("update_connection", asked).await;
        assert_eq!(
            changed["connection"]
                .get("held_credential")
                .unwrap_or(&json!(null)),
            &held
        );
    }
    let unknown = change(json!({"held_credential": "nobody"}));
    assert_eq!(
        running.fails("update_connection", unknown).await.0,
        Code::NoHeldCredential
    );
}

#[tokio::test]
async fn relationships_are_removed_by_kind_or_altogether() {
    let running = Running::start("alpha").await;
    let one = running.pointer(json!({"data_reference": "one"})).await;
    let two = running.pointer(json!({"data_reference": "two"})).await;
    for kind in ["cites", "contains"] {
        let asked = json!({"pointer_address": one, "neighbor_address": two, "relationship": kind});
        running.get("add_neighbor", asked).await;
    }
    let asked = json!({"pointer_address": two, "neighbor_address": one, "relationship": "cites"});
    let removed = running.get("remove_neighbor", asked.clone()).await;
    assert_eq!(removed["removed"], 1);
    assert_eq!(removed["pointer"]["neighbors"][0]["relationship"], "contains");
    assert_eq!(running.get("remove_neighbor", asked).await["removed"], 0);
    let all = json!({"pointer_address": one, "neighbor_address": two});
    assert_eq!(running.get("remove_neighbor", all).await["removed"], 1);
    let stats = running.get("get_graph_stats", json!({})).await;
    assert_eq!(stats["total_relationships"], 0);
    let isolated = running.get("get_isolated_pointers", json!({})).await;
    assert_eq!(isolated["count"], 2);
}

#[tokio::test]
async fn a_connection_may_be_described_by_the_api_that_it_is_for() {
    let running = Running::start("alpha").await;
    let known = running.get("get_available_apis", json!({})).await;
    assert_eq!(known["edition"], "COMMUNITY");
    let api = &known["available_apis"][0];
    let domain = running.get("create_domain", json!({"name": "apis"})).await;
    let asked = json!({"domain_id": domain["domain"]["id"], "name": "art", "api_type": api["api_type"]});
    let made = running.get("create_connection", asked).await;
    assert_eq!(made["connection"]["description"], api["description"]);
    let asked = json!({"domain_id": domain["domain"]["id"], "name": "x", "api_type": "nonsense"});
    assert_eq!(
        running.fails("create_connection", asked).await.0,
        Code::InvalidParameter
    );
}

#[tokio::test]
async fn the_creation_model_tells_all_of_a_pointer_and_leaves_one_circuit_that_tells_it_again() {
    let running = Running::start("alpha").await;
    let connection = running.connection("gate", None).await;
    let asked =
        json!({"data_reference": "https://a.example/", "tags": ["public"], "connection_id": connection});
    let pointer = running.pointer(asked).await;
    running.pointer(json!({"data_reference": "another"})).await;
    let asked = json!({"pointer_address": pointer});
    let told = running.get("execute_creation_model", asked.clone()).await;
    assert_eq!(text(&told["determination_graph"]["root"]["address"]), pointer);
    let gate = &told["logical_analysis"]["logic_gate"];
    assert_eq!(
        gate,
        &json!({"is_secure_url": true, "is_public_and_connected": true})
    );
    assert_ne!(told["logical_analysis"]["decision_tree"]["risk_level"], "high");
    let again = running.get("execute_creation_model", asked).await;
    assert_eq!(
        again["shortcut_pointer_address"],
        told["shortcut_pointer_address"]
    );
    let invoked = running
        .invoke(&connection, &text(&told["shortcut_pointer_address"]))
        .await;
    let invoked = crate::running::result_of(invoked);
    assert_eq!(invoked["summary"], told["summary"]);
}

#[tokio::test]
async fn domains_and_connections_come_in_pages_where_that_is_asked_for() {
    let running = Running::start("alpha").await;
    for name in ["a", "b", "c"] {
        running.connection(name, None).await;
    }
    for (action, list) in [("list_domains", "domains"), ("list_connections", "connections")] {
        let all = running.get(action, json!({})).await;
        assert_eq!((&all["count"], &all["total"]), (&json!(3), &json!(3)));
        let page = running.get(action, json!({"limit": 1, "offset": 1})).await;
        assert_eq!((&page["count"], &page["total"]), (&json!(1), &json!(3)));
        assert_eq!(page[list][0], all[list][1]);
        let end = running.get(action, json!({"limit": 5, "offset": 7})).await;
        assert_eq!(end["count"], 0);
    }
}

#[tokio::test]
async fn credentials_and_the_overview_come_in_pages_where_that_is_asked_for() {
    let running = Running::start("alpha").await;
    for name in ["a", "b"] {
        let issued = running.issue(name, Grant::read(["get_graph_stats"])).await;
        running.hold(name, &issued).await;
        running.connection(name, None).await;
    }
    for (action, total) in [("list_credentials", 3), ("list_held_credentials", 2)] {
        let all = running.get(action, json!({})).await;
        assert_eq!((&all["count"], &all["total"]), (&json!(total), &json!(total)));
        let page = running.get(action, json!({"limit": 1, "offset": 1})).await;
        assert_eq!((&page["count"], &page["total"]), (&json!(1), &json!(total)));
        assert_eq!(page["credentials"][0], all["credentials"][1]);
    }
    let offers = running.get("list_offers", json!({"limit": 1})).await;
    assert_eq!((&offers["count"], &offers["total"]), (&json!(0), &json!(0)));
    let all = running.get("get_admin_overview", json!({})).await;
    let page = running
        .get("get_admin_overview", json!({"limit": 1, "offset": 1}))
        .await;
    assert_eq!(page["domains"], json!([all["domains"][1]]));
    assert_eq!(page["total_domains"], 2);
    assert_eq!(page["domains"][0]["connections"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn the_circuit_that_a_creation_model_leaves_is_of_whoever_had_it_made() {
    let running = Running::start("alpha").await;
    let maker = running.issue("maker", everything()).await;
    let other = running.issue("other", everything()).await;
    let here = place(&maker, "here").await;
    let asked = json!({"pointer_address": here.pointer});
    let told = get(&maker, "execute_creation_model", asked.clone()).await;
    let shortcut = text(&told["shortcut_pointer_address"]);
    let through = through(&here.connection, &shortcut);
    let again = get(&maker, "invoke_through_connection", through.clone()).await;
    assert_eq!(again["shortcut_pointer_address"], shortcut.as_str());
    assert_eq!(
        refused(&other, "invoke_through_connection", through).await,
        Code::AccessDenied,
        "it would write with the rights of whoever invokes it"
    );
}

//! Federations of domains within an instance: asked for by one side, accepted by the other, ended by either.

use crate::access_keys::{everything, key, place};
use crate::running::{Running, call, get, problem_of, refused, text, through};
use butterfly_console::model::Grant;
use butterfly_console::protocol::Code;
use serde_json::json;

/// What owns domains here, and sees no pointers by its grant.
fn blind() -> Grant {
    let mut grant = everything();
    grant.pointers.all = false;
    grant
}

#[tokio::test]
async fn a_federated_domain_invokes_through_the_other_s_connections_as_far_as_was_accepted() {
    let running = Running::start("alpha").await;
    let circuit = json!([{"action": "get_graph_stats"}]);
    let asks = running.issue("asks", blind()).await;
    let gives = running.issue("gives", everything()).await;
    let (source, target) = (
        get(&asks, "create_domain", json!({"name": "asks"})).await["domain"]["id"].clone(),
        place(&gives, "gives").await,
    );
    let made = json!({"circuit_definition": circuit, "connection_id": target.connection});
    let pointer = text(&get(&gives, "create_circuit", made).await["pointer"]["address"]);
    let invoke = through(&target.connection, &pointer);
    assert_eq!(
        refused(&asks, "invoke_through_connection", invoke.clone()).await,
        Code::NotGranted
    );

    // The domain that asks is the only one of its app.
    let requested = get(
        &asks,
        "initiate_federation",
        json!({"target_domain_id": target.domain, "permissions": "read_pointers"}),
    )
    .await;
    let request = json!({"request_key": requested["request_key"]});
    assert!(text(&request["request_key"]).starts_with("fed_req_"));
    assert_eq!(requested["federation"]["status"], "pending");
    assert_eq!(requested["federation"]["source_domain_id"], source);
    assert_eq!(
        refused(&asks, "invoke_through_connection", invoke.clone()).await,
        Code::NotGranted,
        "nobody accepted it yet"
    );
    assert_eq!(
        refused(&asks, "accept_federation", request.clone()).await,
        Code::FederationNotFound,
        "nobody accepts for the other side"
    );
    let accepted = get(&gives, "accept_federation", request.clone()).await;
    assert_eq!(accepted["federation"]["status"], "accepted");
    assert_eq!(
        refused(&gives, "accept_federation", request).await,
        Code::FederationNotFound
    );

    let done = get(&asks, "invoke_through_connection", invoke.clone()).await;
    assert!(done.is_array(), "{done}");
    let asked = json!({"connection_id": target.connection});
    assert_eq!(get(&asks, "get_pointers_for_connection", asked).await["count"], 2);
    let seen = get(&asks, "list_connections", json!({})).await;
    assert_eq!(text(&seen["connections"][0]["id"]), target.connection);
    // What was lent is reading: nothing is put there, and nothing lent the other way.
    let asked = json!({"data_reference": "mine", "connection_id": target.connection});
    assert_eq!(refused(&asks, "create_pointer", asked).await, Code::NotGranted);
    let asked = json!({"pointer_address": target.pointer, "connection_id": target.connection});
    assert_eq!(
        refused(&asks, "assign_pointer_to_connection", asked).await,
        Code::NotGranted
    );
    let asked = json!({"domain_id": source, "name": "theirs"});
    assert_eq!(
        refused(&gives, "create_connection", asked).await,
        Code::AccessDenied
    );

    let status = get(&gives, "get_federation_status", json!({})).await;
    assert_eq!(status["count"], 1);
    assert!(status["federations"][0].get("request_key").is_none());
    let stranger = running.issue("stranger", everything()).await;
    assert_eq!(
        get(&stranger, "get_federation_status", json!({})).await["count"],
        0
    );
    let ended = json!({"federation_id": status["federations"][0]["id"]});
    assert_eq!(
        refused(&stranger, "revoke_federation", ended.clone()).await,
        Code::AccessDenied
    );
    get(&asks, "revoke_federation", ended).await;
    assert_eq!(
        refused(&asks, "invoke_through_connection", invoke).await,
        Code::NotGranted
    );
}

#[tokio::test]
async fn an_access_key_works_in_a_federated_domain_with_the_lesser_of_both_permissions() {
    let running = Running::start("alpha").await;
    let asks = running.issue("asks", everything()).await;
    let gives = running.issue("gives", everything()).await;
    let (here, there) = (place(&asks, "here").await, place(&gives, "there").await);
    let (_, admin) = key(&asks, &here.domain, json!("admin_domain")).await;
    let (_, reader) = key(&asks, &here.domain, json!("read_pointers")).await;
    let asked = json!({"target_domain_id": there.domain, "permissions": ["read_pointers", "read_write"]});
    let requested = get(&admin, "initiate_federation", asked.clone()).await;
    let again = call(&admin, "initiate_federation", asked).await;
    assert_eq!(problem_of(&again.reply).0, Code::AlreadyExists);
    get(
        &gives,
        "accept_federation",
        json!({"request_key": requested["request_key"]}),
    )
    .await;

    let change = json!({"pointer_address": there.pointer, "description": "ours too"});
    get(&admin, "update_pointer", change.clone()).await;
    assert_eq!(refused(&reader, "update_pointer", change).await, Code::NotGranted);
    let seen = get(&reader, "list_pointers", json!({})).await;
    assert_eq!(seen["count"], 2);
    // Administering is never lent.
    let close = json!({"connection_id": there.connection, "status": "disabled"});
    assert_eq!(
        refused(&admin, "set_connection_status", close).await,
        Code::AccessDenied
    );

    let (code, problem) = running
        .fails("delete_domain", json!({"domain_id": there.domain}))
        .await;
    assert_eq!(code, Code::InUse);
    let used = problem["used_by"].to_string();
    assert!(used.contains(&there.connection), "{used}");
    let wrong = json!({"target_domain_id": here.domain});
    assert_eq!(
        refused(&admin, "initiate_federation", wrong).await,
        Code::InvalidParameter
    );
    let wrong = json!({"target_domain_id": there.domain, "permissions": "admin_domain"});
    assert_eq!(
        refused(&admin, "initiate_federation", wrong).await,
        Code::InvalidParameter
    );
}

#[tokio::test]
async fn a_reader_s_circuit_changes_nothing_abroad() {
    let running = Running::start("alpha").await;
    let gives = running.issue("gives", everything()).await;
    let asks = running.issue("asks", everything()).await;
    let (here, there) = (place(&asks, "here").await, place(&gives, "there").await);
    let (_, writer) = key(&asks, &here.domain, json!("read_write")).await;
    let asked = json!({"target_domain_id": there.domain, "domain_id": here.domain});
    let requested = get(&asks, "initiate_federation", asked).await;
    get(
        &gives,
        "accept_federation",
        json!({"request_key": requested["request_key"]}),
    )
    .await;
    // Invoking it only reads; its step would write where the key may only read.
    let step = json!([{"action": "update_pointer", "pointer_address": there.pointer, "description": "ha"}]);
    let asked = json!({"circuit_definition": step, "connection_id": here.connection});
    let circuit = text(&get(&writer, "create_circuit", asked).await["pointer"]["address"]);
    let invoked = through(&here.connection, &circuit);
    assert_eq!(
        refused(&writer, "invoke_through_connection", invoked).await,
        Code::NotGranted
    );
    let kept = running
        .get("get_pointer", json!({"pointer_address": there.pointer}))
        .await;
    assert_eq!(kept["description"], "");
}

//! Domains and connections: who owns them, and what that allows.

use crate::running::{Running, call, problem_of, result_of, text};
use butterfly_console::model::Grant;
use butterfly_console::protocol::Code;
use serde_json::json;

const DOMAIN_WORK: [&str; 7] = [
    "create_domain",
    "create_connection",
    "create_pointer",
    "assign_pointer_to_connection",
    "set_connection_status",
    "get_admin_overview",
    "list_connections",
];

fn worker() -> Grant {
    let mut grant = Grant::read(DOMAIN_WORK);
    grant.writes = true;
    grant
}

#[tokio::test]
async fn a_domain_belongs_to_the_app_that_makes_it() {
    let running = Running::start("alpha").await;
    let mine = running.issue("mine", worker()).await;
    let other = running.issue("other", worker()).await;
    let domain = result_of(
        call(&mine, "create_domain", json!({"name": "Weather"}))
            .await
            .reply,
    )["domain"]
        .clone();
    assert_eq!(domain["owner_app_id"], "mine");
    let parameters = json!({"domain_id": domain["id"], "name": "Rain"});
    let refused = call(&other, "create_connection", parameters.clone()).await;
    assert_eq!(problem_of(&refused.reply).0, Code::AccessDenied);
    assert_eq!(refused.status, 403);
    let connection =
        result_of(call(&mine, "create_connection", parameters).await.reply)["connection"].clone();
    assert_eq!(connection["status"], "active");

    let close = json!({"connection_id": connection["id"], "status": "disabled"});
    let refused = call(&other, "set_connection_status", close.clone()).await;
    assert_eq!(problem_of(&refused.reply).0, Code::AccessDenied);
    let closed = result_of(call(&mine, "set_connection_status", close).await.reply);
    assert_eq!(closed["connection"]["status"], "disabled");

    let seen = result_of(call(&mine, "get_admin_overview", json!({})).await.reply);
    assert_eq!(seen["domains"][0]["connections"][0]["id"], connection["id"]);
    let unseen = result_of(call(&other, "get_admin_overview", json!({})).await.reply);
    assert_eq!(unseen["domains"], json!([]));
    let unseen = result_of(call(&other, "list_connections", json!({})).await.reply);
    assert_eq!(unseen["count"], 0);
    let all = running.get("get_admin_overview", json!({})).await;
    assert_eq!(
        (&all["total_domains"], &all["total_connections"]),
        (&json!(1), &json!(1))
    );
}

#[tokio::test]
async fn a_pointer_is_assigned_by_the_owner_of_the_connection_only() {
    let running = Running::start("alpha").await;
    let other = running.issue("other", worker()).await;
    let connection = running.connection("weather", None).await;
    let pointer = running
        .pointer(json!({"data_reference": "https://a.example/1"}))
        .await;
    let assign = json!({"pointer_address": pointer, "connection_id": connection});
    let refused = call(&other, "assign_pointer_to_connection", assign.clone()).await;
    assert_eq!(problem_of(&refused.reply).0, Code::AccessDenied);
    let smuggled = json!({"data_reference": "https://a.example/2", "connection_id": connection});
    let refused = call(&other, "create_pointer", smuggled).await;
    assert_eq!(problem_of(&refused.reply).0, Code::AccessDenied);
    let assigned = running.get("assign_pointer_to_connection", assign).await;
    assert_eq!(assigned["pointer"]["connection_id"], json!(connection));
    let listed = running
        .get(
            "get_pointers_for_connection",
            json!({"connection_id": connection}),
        )
        .await;
    assert_eq!(listed["count"], 1);
    assert_eq!(text(&listed["pointers"][0]["address"]), pointer);
    let free = json!({"pointer_address": pointer, "connection_id": null});
    let refused = call(&other, "assign_pointer_to_connection", free.clone()).await;
    assert_eq!(problem_of(&refused.reply).0, Code::AccessDenied);
    let freed = running.get("assign_pointer_to_connection", free).await;
    assert_eq!(freed["pointer"]["connection_id"], json!(null));
    let (code, _) = running
        .fails(
            "assign_pointer_to_connection",
            json!({"pointer_address": pointer}),
        )
        .await;
    assert_eq!(
        code,
        Code::MissingParameter,
        "leaving it out by mistake unassigns nothing"
    );
}

#[tokio::test]
async fn a_circuit_relays_only_where_its_author_may() {
    let running = Running::start("alpha").await;
    let peer = Running::start("beta").await;
    let connection = running.join(&peer, &["get_graph_stats"]).await;
    let author = running.issue("author", worker()).await;
    let step =
        json!([{"action": "relay", "connection_id": connection, "query": {"action": "get_graph_stats"}}]);
    let reference = format!("internal_circuit::{step}");
    let refused = call(&author, "create_pointer", json!({"data_reference": reference})).await;
    assert_eq!(problem_of(&refused.reply).0, Code::AccessDenied);
    running.pointer(json!({"data_reference": reference})).await;
}

#[tokio::test]
async fn a_held_credential_is_lent_by_the_instance_s_owner_only_and_must_be_there() {
    let running = Running::start("alpha").await;
    let mine = running.issue("mine", worker()).await;
    let domain = result_of(
        call(&mine, "create_domain", json!({"name": "Weather"}))
            .await
            .reply,
    );
    let parameters =
        json!({"domain_id": domain["domain"]["id"], "name": "out", "held_credential": "to-beta"});
    let refused = call(&mine, "create_connection", parameters.clone()).await;
    assert_eq!(problem_of(&refused.reply).0, Code::OwnerOnly);
    let (code, _) = running.fails("create_connection", parameters).await;
    assert_eq!(code, Code::NoHeldCredential);
}

#[tokio::test]
async fn what_is_not_there_is_named() {
    let running = Running::start("alpha").await;
    let cases = [
        (
            "create_connection",
            json!({"domain_id": "dom_0123456789ab", "name": "x"}),
            Code::DomainNotFound,
        ),
        (
            "set_connection_status",
            json!({"connection_id": "conn_0123456789ab", "status": "active"}),
            Code::ConnectionNotFound,
        ),
        (
            "set_connection_status",
            json!({"connection_id": "nonsense", "status": "active"}),
            Code::InvalidParameter,
        ),
        (
            "get_pointers_for_connection",
            json!({"connection_id": "conn_0123456789ab"}),
            Code::ConnectionNotFound,
        ),
        ("create_domain", json!({"name": ""}), Code::InvalidParameter),
        ("create_domain", json!({}), Code::MissingParameter),
    ];
    for (action, parameters, expected) in cases {
        let (code, problem) = running.fails(action, parameters).await;
        assert_eq!(code, expected, "{problem}");
    }
}

//! Every part of a grant refuses what it should, says so to the caller, and is named in the audit trail.

use crate::running::{Running, call, problem_of, through};
use butterfly_console::client::{Client, ClientError};
use butterfly_console::model::{Grant, PointerScope, Timestamp};
use butterfly_console::protocol::{Code, HeldCredential, Query};
use serde_json::{Value, json};

/// The reason of the newest denial on record.
async fn last_denial(running: &Running) -> Value {
    let trail = running.trail().await;
    let denied = trail.iter().find(|record| record["outcome"] == "denied");
    denied.map_or(Value::Null, |record| record["reason"].clone())
}

async fn refused(credential: &HeldCredential, action: &str, parameters: Value) -> (Code, Value) {
    problem_of(&call(credential, action, parameters).await.reply)
}

#[tokio::test]
async fn the_part_of_the_grant_that_refuses_is_named() {
    let alpha = Running::start("alpha").await;
    let pointer = alpha
        .pointer(json!({"data_reference": "https://example.org/1", "tags": ["private"]}))
        .await;
    let grant = Grant {
        pointers: PointerScope {
            tags: ["public".to_owned()].into(),
            ..PointerScope::default()
        },
        ..Grant::read(["get_pointer", "get_pointer_summary", "delete_pointer"])
    };
    let caller = alpha.issue("caller", grant.clone()).await;
    let elsewhere = Grant {
        sources: Some(vec!["10.0.0.0/8".parse().unwrap()]),
        ..grant
    };
    let elsewhere = alpha.issue("elsewhere", elsewhere).await;
    let this = json!({"pointer_address": pointer});
    for (credential, action, part) in [
        (&caller, "list_pointers", "action"),
        (&caller, "get_pointer", "pointer"),
        (&caller, "get_pointer_summary", "pointer"),
        (&caller, "delete_pointer", "writes"),
        (&elsewhere, "get_pointer", "source"),
    ] {
        let (code, reply) = refused(credential, action, this.clone()).await;
        assert_eq!(
            (code, &reply["grant"]),
            (Code::NotGranted, &json!(part)),
            "{action}"
        );
        assert_eq!(
            last_denial(&alpha).await,
            format!("not_granted:{part}"),
            "{action}"
        );
    }
}

#[tokio::test]
async fn a_grant_without_hops_refuses_the_relay_and_a_used_up_chain_is_told_from_it() {
    let alpha = Running::start("alpha").await;
    let beta = Running::start("beta").await;
    let connection = alpha.join(&beta, &["get_graph_stats"]).await;
    let steps =
        json!([{"action": "relay", "connection_id": connection, "query": {"action": "get_graph_stats"}}]);
    let pointer = alpha.circuit(&connection, steps).await;
    let grant = Grant {
        writes: true,
        ..Grant::read(["invoke_through_connection"])
    };
    let caller = alpha.issue("caller", grant.clone()).await;
    let (code, reply) = refused(
        &caller,
        "invoke_through_connection",
        through(&connection, &pointer),
    )
    .await;
    assert_eq!((code, &reply["grant"]), (Code::HopsExhausted, &json!("hops")));
    assert_eq!(last_denial(&alpha).await, "not_granted:hops");

    let far = alpha.issue("far", Grant { hops: 1, ..grant }).await;
    let mut context = crate::running::context();
    context.hop = 0;
    let parameters = through(&connection, &pointer);
    let exchange = crate::running::call_in(&far, "invoke_through_connection", parameters, &context).await;
    let (code, reply) = problem_of(&exchange.reply);
    assert_eq!((code, &reply["grant"]), (Code::HopsExhausted, &Value::Null));
    assert_eq!(last_denial(&alpha).await, "hops_exhausted");
}

#[tokio::test]
async fn a_refusal_of_the_peer_s_is_not_taken_for_one_of_ours() {
    let alpha = Running::start("alpha").await;
    let beta = Running::start("beta").await;
    let connection = alpha.join(&beta, &["get_graph_stats"]).await;
    let query = json!({"connection_id": connection, "query": {"action": "list_pointers"}});
    assert_eq!(alpha.fails("relay", query).await.0, Code::NotGranted);
    assert_eq!(last_denial(&alpha).await, "not_granted");
    assert_eq!(last_denial(&beta).await, "not_granted:action");
}

#[tokio::test]
async fn rate_and_lease_refuse_with_words_of_their_own() {
    let alpha = Running::start("alpha").await;
    let hasty = Grant {
        rate_per_minute: Some(1),
        ..Grant::default()
    };
    let hasty = alpha.issue("hasty", hasty).await;
    let whoami = Query::new("whoami", json!({}));
    let (client, context) = (Client::new(), crate::running::context());
    client.invoke(&hasty, &whoami, &context).await.unwrap();
    let limited = client.invoke(&hasty, &whoami, &context).await;
    assert!(limited.is_err());
    // A stranger's refusal becomes durable with the next record, which reading the trail is not.
    alpha.get("whoami", json!({})).await;
    assert_eq!(last_denial(&alpha).await, "rate_limited");

    let ends = Timestamp::now().plus_seconds(1);
    let asked = json!({"app_id": "leased", "profile": "native", "grant": {}, "lease_ends": ends});
    let issued = alpha.get("issue_credential", asked).await;
    let form = serde_json::to_vec(&issued["secret"]).unwrap();
    let leased = butterfly_console::protocol::CredentialForm::from_json(&form)
        .unwrap()
        .into_held()
        .unwrap();
    let ended = loop {
        match client.invoke(&leased, &whoami, &context).await {
            // It may end while a call is under way; the next one is refused.
            Ok(_) | Err(ClientError::Withheld { .. }) => {}
            Err(error) => break error,
        }
    };
    assert!(matches!(ended, ClientError::Refused { .. }), "{ended}");
    alpha.get("whoami", json!({})).await;
    assert_eq!(last_denial(&alpha).await, "lease_ended");
}

#[tokio::test]
async fn a_grant_without_writes_has_nothing_written_at_a_peer_by_a_circuit() {
    let alpha = Running::start("alpha").await;
    let beta = Running::start("beta").await;
    let connection = alpha.join(&beta, &["get_graph_stats", "create_pointer"]).await;
    let relay = |query: Value| json!([{"action": "relay", "connection_id": connection, "query": query}]);
    let reading = alpha
        .circuit(&connection, relay(json!({"action": "get_graph_stats"})))
        .await;
    let writing = alpha
        .circuit(
            &connection,
            relay(json!({"action": "create_pointer", "data_reference": "https://b.example/1"})),
        )
        .await;
    let mut grant = Grant::read(["invoke_through_connection"]);
    grant.hops = 1;
    let reader = alpha.issue("reader", grant).await;
    let follow = async |pointer: &str| {
        call(
            &reader,
            "invoke_through_connection",
            through(&connection, pointer),
        )
        .await
        .reply
    };
    assert!(follow(&reading).await.is_success());
    let (code, problem) = problem_of(&follow(&writing).await);
    assert_eq!(code, Code::NotGranted, "{problem}");
    assert_eq!(problem["grant"], "writes", "{problem}");
    let asked = beta.trail().await;
    assert!(
        asked.iter().all(|record| record["action"] != "create_pointer"),
        "it was sent all the same: {asked:?}"
    );
}

//! Every part of a grant is enforced, for every action that it concerns.

use crate::running::{Running, call, problem_of, result_of, text};
use butterfly_console::client::{Client, ClientError};
use butterfly_console::instance::actions::table;
use butterfly_console::instance::actions::{Access, Action};
use butterfly_console::model::{Grant, PointerScope};
use butterfly_console::protocol::{Code, HeldCredential, Query};
use serde_json::{Value, json};

/// What stands in pointers that a caller must not see.
const CANARY: &str = "canary-7c1f";

fn granted() -> impl Iterator<Item = &'static Action> {
    table::ALL
        .iter()
        .copied()
        .filter(|action| action.access == Access::Granted)
}

fn every_action() -> Grant {
    let mut grant = Grant::read(granted().map(|action| action.name));
    grant.writes = true;
    grant.hops = 2;
    grant
}

async fn code(credential: &HeldCredential, action: &str, parameters: Value) -> Option<Code> {
    call(credential, action, parameters).await.reply.code()
}

#[tokio::test]
async fn an_action_that_the_grant_does_not_name_is_refused() {
    let running = Running::start("alpha").await;
    for action in granted() {
        let mut grant = every_action();
        grant.actions.remove(action.name);
        let caller = running
            .issue(&format!("not-{}", action.name).replace('_', "-"), grant)
            .await;
        assert_eq!(
            code(&caller, action.name, json!({})).await,
            Some(Code::NotGranted),
            "{}",
            action.name
        );
    }
    let caller = running.issue("nobody", every_action()).await;
    for action in table::ALL.iter().filter(|action| action.access == Access::Owner) {
        assert_eq!(
            code(&caller, action.name, json!({})).await,
            Some(Code::OwnerOnly),
            "{}",
            action.name
        );
    }
}

#[tokio::test]
async fn what_changes_something_needs_writes() {
    let running = Running::start("alpha").await;
    let mut grant = every_action();
    grant.writes = false;
    let caller = running.issue("reader", grant).await;
    let writing: Vec<_> = granted().filter(|action| action.writes).collect();
    assert!(writing.len() > 10);
    for action in writing {
        assert_eq!(
            code(&caller, action.name, json!({})).await,
            Some(Code::NotGranted),
            "{}",
            action.name
        );
    }
}

/// Two pointers of a connection: one to be seen, one not.
async fn two_pointers(running: &Running) -> (String, String, String) {
    let gate = running.connection("gate", None).await;
    let seen = json!({"data_reference": "internal_circuit::{\"action\": \"whoami\"}", "tags": ["public"]});
    let seen = running.pointer(seen).await;
    let hidden = json!({
        "data_reference": format!("https://{CANARY}.example/"), "description": CANARY,
        "tags": [CANARY], "connection_id": gate,
    });
    let hidden = running.pointer(hidden).await;
    let together = json!({"pointer_address": seen, "neighbor_address": hidden});
    running.get("add_neighbor", together).await;
    (seen, hidden, gate)
}

/// Parameters for every action, about a pointer and a connection.
fn about(pointer: &str, other: &str, connection: &str) -> Value {
    json!({
        "pointer_address": pointer, "neighbor_address": other, "connection_id": connection,
        "description": "mine", "search_term": "%", "search_tags": ["%"], "tag_match_mode": "ANY",
        "data_reference": format!("https://{CANARY}.example/"), "tags": ["public"], "name": "mine",
        "status": "disabled", "circuit_definition": {"action": "get_pointer", "pointer_address": pointer},
        "query": {"action": "whoami"}, "credential_pointer_address": other,
    })
}

#[tokio::test]
async fn no_action_shows_or_changes_a_pointer_outside_the_grant() {
    let running = Running::start("alpha").await;
    let (seen, hidden, gate) = two_pointers(&running).await;
    let mut scopes = [
        PointerScope::default(),
        PointerScope::default(),
        PointerScope::default(),
    ];
    scopes[0].addresses.insert(seen.parse().unwrap());
    scopes[1].tags.insert("public".to_owned());
    let own = running.connection("own", None).await;
    running
        .get(
            "assign_pointer_to_connection",
            json!({"pointer_address": seen, "connection_id": own}),
        )
        .await;
    scopes[2].connections.insert(own.parse().unwrap());
    for (number, scope) in scopes.into_iter().enumerate() {
        let mut grant = every_action();
        grant.pointers = scope;
        let caller = running.issue(&format!("limited-{number}"), grant).await;
        let shown = call(&caller, "get_pointer", json!({"pointer_address": seen})).await;
        assert!(shown.reply.is_success(), "the scope covers its own pointer");
        for action in granted() {
            for parameters in [about(&hidden, &seen, &gate), about(&seen, &hidden, &gate)] {
                if action.name == "delete_pointer" && parameters["pointer_address"] == seen.as_str() {
                    continue;
                }
                let reply = call(&caller, action.name, parameters).await.reply.to_value();
                assert!(!reply.to_string().contains(CANARY), "{}: {reply}", action.name);
            }
        }
        let deleted = code(&caller, "delete_pointer", json!({"pointer_address": hidden})).await;
        assert_eq!(deleted, Some(Code::NotGranted));
        let summary = call(&caller, "get_pointer_summary", json!({"pointer_address": seen})).await;
        let summary = result_of(summary.reply);
        assert_eq!(summary["neighbor_count"], 0, "hidden neighbours are not counted");
        let stats = result_of(call(&caller, "get_graph_stats", json!({})).await.reply);
        assert_eq!(stats["total_pointers"], Value::Null);
    }
    let kept = running
        .get("get_pointer", json!({"pointer_address": hidden}))
        .await;
    assert_eq!(
        (&kept["description"], &kept["connection_id"]),
        (&json!(CANARY), &json!(gate))
    );
}

#[tokio::test]
async fn neither_a_duplicate_nor_a_circuit_tells_of_a_pointer_outside_the_grant() {
    let running = Running::start("alpha").await;
    let (seen, hidden, gate) = two_pointers(&running).await;
    let own = running.connection("own", None).await;
    let mut grant = every_action();
    grant.pointers = PointerScope::default();
    grant.pointers.connections.insert(own.parse().unwrap());
    let caller = running.issue("limited", grant).await;
    let same = json!({"data_reference": format!("https://{CANARY}.example/"), "connection_id": own});
    let refused = call(&caller, "create_pointer", same).await.reply;
    assert_eq!(refused.code(), Some(Code::DuplicateReference));
    assert!(!refused.to_value().to_string().contains(&hidden));

    for step in [
        json!({"action": "get_pointer", "pointer_address": hidden}),
        json!({"action": "invoke_through_connection", "pointer_address": hidden, "connection_id": gate}),
        json!({"action": "search_pointers", "search_term": "%"}),
        json!({"action": "get_pointers_for_connection", "connection_id": gate}),
    ] {
        let made = json!({"circuit_definition": [step], "connection_id": own});
        let circuit = result_of(call(&caller, "create_circuit", made).await.reply);
        let invoke = crate::running::through(&own, &text(&circuit["pointer"]["address"]));
        let reply = call(&caller, "invoke_through_connection", invoke)
            .await
            .reply
            .to_value();
        assert!(!reply.to_string().contains(CANARY), "{step}: {reply}");
        assert!(!reply.to_string().contains(&seen), "{step}: {reply}");
    }
}

#[tokio::test]
async fn calls_over_the_rate_are_refused_and_other_callers_are_not() {
    let running = Running::start("alpha").await;
    let mut grant = every_action();
    grant.rate_per_minute = Some(3);
    let limited = running.issue("limited", grant).await;
    let other = running.issue("other", every_action()).await;
    for action in ["whoami", "get_graph_stats", "search_pointers"] {
        assert_eq!(code(&limited, action, json!({})).await, None);
    }
    let query = Query::new("whoami", json!({}));
    let over = Client::new()
        .invoke(&limited, &query, &crate::running::context())
        .await;
    let is_limited = |answer| {
        matches!(
            answer,
            Err(ClientError::Http {
                status: 429,
                retry_after: Some(_),
                ..
            })
        )
    };
    assert!(is_limited(over.map(drop)), "the fourth call of the minute");
    assert_eq!(code(&other, "whoami", json!({})).await, None);
}

#[tokio::test]
async fn calls_from_elsewhere_are_refused_whatever_they_ask() {
    let running = Running::start("alpha").await;
    let mut grant = every_action();
    grant.sources = Some(vec!["10.0.0.0/8".parse().unwrap()]);
    let elsewhere = running.issue("elsewhere", grant.clone()).await;
    grant.sources = Some(vec!["127.0.0.0/8".parse().unwrap()]);
    let here = running.issue("here", grant).await;
    for action in table::ALL {
        let refused = call(&elsewhere, action.name, json!({})).await;
        assert_eq!(problem_of(&refused.reply).0, Code::NotGranted, "{}", action.name);
        assert_eq!(refused.status, 403);
    }
    assert_eq!(code(&here, "whoami", json!({})).await, None);
}

#[tokio::test]
async fn a_relay_goes_no_further_than_the_grant_lets_it() {
    let (alpha, beta) = (Running::start("alpha").await, Running::start("beta").await);
    let connection = alpha.join(&beta, &["get_graph_stats"]).await;
    for (hops, expected) in [(0, Some(Code::HopsExhausted)), (1, None)] {
        let mut grant = every_action();
        grant.hops = hops;
        grant.pointers.connections.insert(connection.parse().unwrap());
        let caller = alpha.issue(&format!("hops-{hops}"), grant).await;
        let relay = json!({"connection_id": connection, "query": {"action": "get_graph_stats"}});
        assert_eq!(code(&caller, "relay", relay).await, expected, "{hops}");
    }
    let unused = beta.get("list_credentials", json!({})).await;
    let credentials = unused["credentials"].as_array().unwrap();
    let joined = credentials
        .iter()
        .find(|credential| credential["name"] == "from-alpha")
        .unwrap();
    assert_eq!(text(&joined["state"]), "active");
    assert_eq!(joined["uses"], 1, "the refused relay sent nothing");
}

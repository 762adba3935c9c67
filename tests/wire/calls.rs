//! Honest callers: what they get, and what the trail says of it.

use crate::support::*;
use butterfly_console::model::{Grant, Profile};
use butterfly_console::protocol::{Code, PhaseName, Query};
use serde_json::{Value, json};

#[tokio::test]
async fn the_owner_is_told_who_it_is() {
    let running = Running::start().await;
    let result = running.result("whoami", json!({})).await;
    assert_eq!(result["app_id"], "owner");
    assert_eq!(result["grant"]["owner"], true);
    assert_eq!(
        result["instance_id"],
        running.host.settings().instance_id.as_str()
    );
}

#[tokio::test]
async fn calls_in_process_go_the_same_way() {
    let (_home, folder, _owner) = create().await;
    let instance = butterfly_console::instance::Instance::open(&folder, None)
        .await
        .unwrap();
    let made = instance
        .invoke_as_owner(&Query::new("create_domain", json!({"name": "d"})), &context())
        .await;
    assert!(made.is_success());
    let audit = instance
        .invoke_as_owner(&Query::new("get_audit", json!({})), &context())
        .await;
    let records = audit.result().unwrap()["records"].as_array().unwrap().clone();
    let outcomes: Vec<_> = records.iter().map(|record| record["outcome"].clone()).collect();
    assert_eq!(
        outcomes,
        ["done", "intent"],
        "newest first: the end, then what was intended"
    );
    instance.close().await;
}

#[tokio::test]
async fn a_trace_tells_the_phases_in_order() {
    let running = Running::start().await;
    let query = Query::new("whoami", json!({"trace": true}));
    let exchange = running
        .client
        .invoke(&running.owner, &query, &context())
        .await
        .unwrap();
    let hop = exchange.reply.trace().unwrap();
    let names: Vec<_> = hop.phases.iter().map(|phase| phase.name).collect();
    assert_eq!(
        names,
        [
            PhaseName::Authenticate,
            PhaseName::Open,
            PhaseName::Authorise,
            PhaseName::Execute,
            PhaseName::Audit,
            PhaseName::Seal
        ]
    );
    assert_eq!(hop.instance, running.host.settings().instance_id.as_str());
    assert!(running.ask("whoami", json!({})).await.trace().is_none());
}

#[tokio::test]
async fn grants_refuse_under_the_seal_with_the_documented_status() {
    let running = Running::start().await;
    let reader = running
        .issue("reader", Profile::Native, &Grant::read(["get_graph_stats"]))
        .await;
    for (action, code) in [
        ("get_pointer", Code::NotGranted),
        ("list_credentials", Code::OwnerOnly),
        ("no_such_action", Code::UnknownAction),
    ] {
        let query = Query::new(action, json!({}));
        let exchange = running.client.invoke(&reader, &query, &context()).await.unwrap();
        assert_eq!(exchange.reply.code(), Some(code));
        assert_eq!(exchange.status, code.http_status(Profile::Native));
    }
    assert!(
        running
            .ask_as(&reader, "get_graph_stats", json!({}))
            .await
            .is_success()
    );
    assert!(running.denials().await.contains(&"owner_only".to_owned()));
}

#[tokio::test]
async fn sources_are_checked() {
    let running = Running::start().await;
    let mut grant = Grant::read(["get_graph_stats"]);
    grant.sources = Some(vec!["10.0.0.0/8".parse().unwrap()]);
    let elsewhere = running.issue("elsewhere", Profile::Native, &grant).await;
    let reply = running.ask_as(&elsewhere, "get_graph_stats", json!({})).await;
    assert_eq!(reply.code(), Some(Code::NotGranted));
}

#[tokio::test]
async fn calls_over_the_rate_hear_429_and_when_to_come_back() {
    let running = Running::start().await;
    let mut grant = Grant::read(["get_graph_stats"]);
    grant.rate_per_minute = Some(2);
    let limited = running.issue("limited", Profile::Native, &grant).await;
    let first = sealed(&limited, "get_graph_stats", json!({}));
    assert_eq!(running.send(&first).await.status, 200);
    assert_eq!(running.send(&first).await.status, 401, "a replay uses nothing up");
    assert_eq!(
        running
            .send(&sealed(&limited, "get_graph_stats", json!({})))
            .await
            .status,
        200
    );
    let refused = running
        .send(&sealed(&limited, "get_graph_stats", json!({})))
        .await;
    assert_eq!(refused.status, 429);
    assert!(refused.header("retry-after").unwrap().parse::<u64>().unwrap() > 0);
    assert_eq!(refused.header("content-type"), Some("application/problem+json"));
}

#[tokio::test]
async fn what_is_open_to_everybody_says_nothing_secret() {
    let running = Running::start().await;
    let address = running.address();
    for path in ["/", "/health", "/ready", "/capabilities", "/metrics"] {
        assert_eq!(get(address, path).await.status, 200, "{path}");
    }
    let apis = get(address, "/capabilities").await;
    let apis: Value = serde_json::from_slice(&apis.body).unwrap();
    for (name, api) in apis.as_object().unwrap() {
        assert!(
            api["data_reference"].is_string() && api["description"].is_string(),
            "{name}"
        );
    }
    let discovery = get(address, "/.well-known/butterfly-federation").await;
    let discovery: Value = serde_json::from_slice(&discovery.body).unwrap();
    assert_eq!(
        discovery["instance_id"],
        running.host.settings().instance_id.as_str()
    );
    assert_eq!(discovery["profiles"], json!(["native", "legacy"]));
    assert_eq!(get(address, "/elsewhere").await.status, 404);
    let head = raw(
        address,
        b"HEAD / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n",
    )
    .await;
    let head = String::from_utf8(head).unwrap();
    assert!(
        head.starts_with("HTTP/1.1 200 ") && head.ends_with("\r\n\r\n"),
        "{head}"
    );
    let wrong = get(address, "/invoke").await;
    assert_eq!((wrong.status, wrong.header("allow")), (405, Some("POST")));
    assert!(
        get(address, "/metrics")
            .await
            .text()
            .contains("butterfly_connections_total")
    );
}

#[tokio::test]
async fn the_trail_of_a_busy_instance_verifies() {
    let running = Running::start().await;
    let calls = (0..50).map(|number| running.result("create_domain", json!({"name": format!("d{number}")})));
    futures::future::join_all(calls).await;
    let verdict = running.result("verify_audit", json!({})).await;
    assert_eq!(verdict["valid"], true, "{verdict}");
    assert!(verdict["records"].as_u64().unwrap() >= 100);
}

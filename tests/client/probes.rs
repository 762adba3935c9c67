//! Probes: whatever is there, a probe says what it is.

use crate::peer::{Answer, Received, bind, legacy, native, open, seal};
use butterfly_console::client::Client;
use butterfly_console::model::{InstanceId, InstanceState, Profile};
use butterfly_console::protocol::{Code, DISCOVERY_PATH, Discovery, HeldCredential, Problem, Reply};
use serde_json::json;

fn discovery(instance_id: &InstanceId) -> Discovery {
    Discovery {
        identity: None,
        instance_id: instance_id.clone(),
        name: "instance-b".to_owned(),
        version: "0.1.0".to_owned(),
        profiles: vec![Profile::Native],
        actions: vec!["get_graph_stats".to_owned()],
    }
}

/// The open routes of a native instance; `/invoke` as given.
fn routes(
    credential: &HeldCredential,
    invoke: impl Fn(&Received) -> Answer + Send + Sync + 'static,
) -> impl Fn(Received) -> Answer + Send + Sync + 'static {
    let discovery = serde_json::to_string(&discovery(credential.instance_id().unwrap())).unwrap();
    move |received| match received.path.as_str() {
        "/health" => Answer::new(200, "application/json", "{}"),
        DISCOVERY_PATH => Answer::new(200, "application/json", discovery.clone()),
        _ => invoke(&received),
    }
}

#[tokio::test]
async fn a_native_instance_that_accepts_the_credential_is_up() {
    let bound = bind().await;
    let credential = native(&bound.endpoint);
    let key = credential.clone();
    let _server = bound.serve(routes(&credential, move |received| {
        let opened = open(&key, received);
        seal(
            &key,
            &opened.jti,
            200,
            &Reply::success(json!({"total_pointers": 12, "total_relationships": 3})),
        )
    }));
    let probe = Client::new().probe(&credential.endpoint, Some(&credential)).await;
    assert_eq!(probe.state, InstanceState::Up);
    assert_eq!(probe.pointers, Some(12));
    assert_eq!(
        probe.discovery,
        Some(discovery(credential.instance_id().unwrap()))
    );
    assert_eq!(probe.error, None);
    assert!(probe.latency_us.is_some());
}

#[tokio::test]
async fn a_credential_that_may_not_see_statistics_is_no_fault_of_the_instance() {
    let bound = bind().await;
    let credential = native(&bound.endpoint);
    let key = credential.clone();
    let _server = bound.serve(routes(&credential, move |received| {
        let opened = open(&key, received);
        seal(
            &key,
            &opened.jti,
            403,
            &Reply::error(&Problem::new(Code::NotGranted, "no")),
        )
    }));
    let probe = Client::new().probe(&credential.endpoint, Some(&credential)).await;
    assert_eq!(
        (probe.state, probe.pointers, probe.error),
        (InstanceState::Up, None, None)
    );
}

#[tokio::test]
async fn an_original_instance_is_looked_at_in_its_own_way() {
    let bound = bind().await;
    let credential = legacy(&bound.endpoint);
    let key = credential.clone();
    let _server = bound.serve(move |received| match received.path.as_str() {
        "/" => Answer::new(200, "text/html", "Butterfly"),
        "/invoke" => seal(&key, "", 200, &Reply::success(json!({"total_pointers": 4}))),
        other => panic!("an original instance has no {other}"),
    });
    let probe = Client::new().probe(&credential.endpoint, Some(&credential)).await;
    assert_eq!((probe.state, probe.pointers), (InstanceState::Up, Some(4)));
    assert_eq!(probe.discovery, None);
}

#[tokio::test]
async fn a_refusal_comes_with_what_to_do() {
    let bound = bind().await;
    let credential = native(&bound.endpoint);
    let _server = bound.serve(routes(&credential, |_| {
        Answer::new(
            401,
            "application/problem+json",
            r#"{"detail":"not authenticated"}"#,
        )
    }));
    let probe = Client::new().probe(&credential.endpoint, Some(&credential)).await;
    assert_eq!(probe.state, InstanceState::Refused);
    let error = probe.error.unwrap();
    assert!(
        error.contains("not authenticated") && error.contains("revoked or expired"),
        "{error}"
    );
}

#[tokio::test]
async fn another_instance_at_the_same_address_is_named() {
    let bound = bind().await;
    let credential = native(&bound.endpoint);
    let stranger = native(&bound.endpoint);
    let _server = bound.serve(routes(&stranger, |_| {
        Answer::new(401, "application/problem+json", "{}")
    }));
    let probe = Client::new().probe(&credential.endpoint, Some(&credential)).await;
    let error = probe.error.unwrap();
    assert!(
        error.contains(stranger.instance_id().unwrap().as_str()),
        "{error}"
    );
    assert!(
        error.contains(credential.instance_id().unwrap().as_str()),
        "{error}"
    );
}

#[tokio::test]
async fn without_a_credential_the_open_routes_decide() {
    let bound = bind().await;
    let credential = native(&bound.endpoint);
    let _server = bound.serve(routes(&credential, |_| panic!("nothing may be invoked")));
    let probe = Client::new().probe(&credential.endpoint, None).await;
    assert_eq!((probe.state, probe.error), (InstanceState::Up, None));
    assert!(probe.discovery.is_some());

    let bound = bind().await;
    let endpoint = bound.endpoint.clone();
    let _server = bound.serve(|_| Answer::new(500, "text/html", "no"));
    let probe = Client::new().probe(&endpoint, None).await;
    assert_eq!(probe.state, InstanceState::Unreachable);
    assert!(probe.error.unwrap().contains("500"));
}

#[tokio::test]
async fn threat_57_a_dead_and_a_hanging_instance_are_unreachable() {
    let bound = bind().await;
    let credential = native(&bound.endpoint);
    drop(bound);
    let probe = Client::new().probe(&credential.endpoint, Some(&credential)).await;
    assert_eq!(probe.state, InstanceState::Unreachable);
    assert!(probe.error.is_some());

    let bound = bind().await;
    let credential = native(&bound.endpoint);
    let _server = bound.accept(|stream, _| async move {
        std::future::pending::<()>().await;
        drop(stream);
    });
    let probe = Client::new().probe(&credential.endpoint, Some(&credential)).await;
    assert_eq!(probe.state, InstanceState::Unreachable);
}

//! The three routes of a federated call: which instance is asked what, and what comes back.

use crate::peer::{Answer, Bound, Opened, Server, bind, instance, legacy, native, patient};
use butterfly_console::client::{CallError, CallOutcome, Client, ClientError, FederatedCall, Peers};
use butterfly_console::model::{
    CIRCUIT_PREFIX, Endpoint, Federated, KeyId, Pointer, PointerAddress, Profile, Route, Timestamp,
};
use butterfly_console::protocol::{Code, HeldCredential, Hop, PhaseName, Problem, Query, Reply, seal_body};
use butterfly_console::seal::random;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

/// The credentials that the caller holds for peers.
struct Holds(Vec<HeldCredential>);

impl Peers for Holds {
    fn credential_for(
        &self,
        endpoint: &Endpoint,
        profile: Profile,
        kid: Option<&KeyId>,
    ) -> Option<HeldCredential> {
        let fitting = |credential: &&HeldCredential| {
            &credential.endpoint == endpoint && credential.profile() == profile
        };
        let exact = self
            .0
            .iter()
            .filter(fitting)
            .find(|credential| credential.kid() == kid);
        exact.or_else(|| self.0.iter().find(fitting)).cloned()
    }

    fn permits(&self, _: Option<&Endpoint>, _: Option<&Value>) -> Result<(), Problem> {
        Ok(())
    }
}

/// Instance A with one pointer, instance B where it leads, and what each was asked.
struct Federation {
    a: HeldCredential,
    b: HeldCredential,
    pointer: Pointer,
    asked: Arc<Mutex<Vec<String>>>,
    _servers: [Server; 2],
}

fn hop(name: &str, next: Option<Hop>) -> Hop {
    Hop {
        instance: name.to_owned(),
        next: next.map(Box::new),
        ..Hop::default()
    }
}

fn with_trace(reply: Reply, traced: bool, hop: &Hop) -> Reply {
    if traced { reply.with_trace(hop) } else { reply }
}

/// What B answers: it tells what it was asked.
fn b_replies(opened: &Opened) -> Reply {
    if opened.query.get("fail").is_some() {
        return Reply::error(&Problem::new(Code::LoopDetected, "no further").with("path", json!(["inst_b"])));
    }
    let reply = Reply::success(json!({"b_was_asked": opened.query.action()}));
    with_trace(reply, opened.traced, &hop("b", None))
}

/// What A answers about its pointer, and how it relays (to a B inside its head).
fn a_replies(opened: &Opened, pointer: &Pointer, connection_is_open: bool) -> Reply {
    let traced = opened.traced;
    let federated = pointer.federated.as_ref();
    match opened.query.action() {
        "get_pointer" => {
            assert_eq!(opened.query.text("pointer_address"), Ok(pointer.address.as_str()));
            let mut result = serde_json::to_value(pointer).unwrap();
            result["neighbors"] = json!([]);
            with_trace(Reply::success(result), traced, &hop("a", None))
        }
        _ if !connection_is_open => Reply::error(&Problem::new(Code::ConnectionDisabled, "closed")),
        "invoke_through_connection" if federated.is_some_and(|federated| federated.route != Route::Relay) => {
            let result = json!({
                "pointer": pointer, "data_reference": pointer.data_reference, "federated": federated,
            });
            with_trace(Reply::success(result), traced, &hop("a", None))
        }
        "invoke_through_connection" => relayed(federated.unwrap().query.clone(), traced),
        "relay" => relayed(opened.query.get("query").unwrap().clone(), traced),
        other => panic!("A was asked {other}"),
    }
}

fn relayed(query: Value, traced: bool) -> Reply {
    let asked = Opened {
        query: Query::from_value(query).unwrap(),
        jti: String::new(),
        traced,
    };
    let peer_reply = b_replies(&asked);
    let mut reply = peer_reply.to_value();
    reply["peer_reply"] = peer_reply.to_value();
    let reply = Reply::parse(reply.to_string().as_bytes()).unwrap();
    with_trace(reply, traced, &hop("a", Some(hop("b", None))))
}

fn pointer(data_reference: String, federated: Option<Federated>) -> Pointer {
    let now = Timestamp::now();
    Pointer {
        address: random::pointer_address(),
        description: "where it leads".to_owned(),
        data_reference,
        tags: vec!["federated".to_owned()],
        connection_id: federated
            .as_ref()
            .map(|federated| federated.connection_id.clone()),
        x: 0.0,
        y: 0.0,
        z: 0.0,
        created_at: now,
        last_modified: now,
        credential_pointer_address: None,
        federated,
    }
}

fn asking(query: Value, route: Route, b: &HeldCredential) -> Pointer {
    let connection_id = random::connection_id();
    let sealed = || seal_body(b, &Query::from_value(query.clone()).unwrap(), Timestamp::now());
    let data_reference = match route {
        Route::Endpoint => b.endpoint.as_str().to_owned(),
        Route::Circuit => circuit(json!({
            "action": "federated_invoke", "endpoint": b.endpoint, "kid": b.kid(), "profile": b.profile(), "sealed": sealed(),
        })),
        Route::Relay => circuit(json!([{"action": "relay", "connection_id": connection_id, "query": query}])),
    };
    let federated = Federated {
        route,
        connection_id,
        endpoint: b.endpoint.clone(),
        profile: b.profile(),
        kid: b.kid().cloned(),
        query,
    };
    pointer(data_reference, Some(federated))
}

fn circuit(definition: Value) -> String {
    format!("{CIRCUIT_PREFIX}{definition}")
}

fn serve(
    bound: Bound,
    name: &'static str,
    credential: &HeldCredential,
    asked: &Arc<Mutex<Vec<String>>>,
    act: impl Fn(&Opened) -> Reply + Send + Sync + 'static,
) -> Server {
    let asked = asked.clone();
    instance(bound, credential, move |opened| {
        asked
            .lock()
            .unwrap()
            .push(format!("{name}:{}", opened.query.action()));
        act(opened)
    })
}

impl Federation {
    async fn new(make_pointer: impl FnOnce(&HeldCredential) -> Pointer) -> Self {
        Self::build(native, native, true, make_pointer).await
    }

    async fn build(
        make_a: fn(&Endpoint) -> HeldCredential,
        make_b: fn(&Endpoint) -> HeldCredential,
        connection_is_open: bool,
        make_pointer: impl FnOnce(&HeldCredential) -> Pointer,
    ) -> Self {
        let (bound_a, bound_b) = (bind().await, bind().await);
        let (a, b) = (make_a(&bound_a.endpoint), make_b(&bound_b.endpoint));
        let pointer = make_pointer(&b);
        let asked = Arc::default();
        let shown = pointer.clone();
        let server_a = serve(bound_a, "a", &a, &asked, move |opened| {
            a_replies(opened, &shown, connection_is_open)
        });
        let server_b = serve(bound_b, "b", &b, &asked, b_replies);
        Self {
            a,
            b,
            pointer,
            asked,
            _servers: [server_a, server_b],
        }
    }

    async fn call(
        &self,
        route: Option<Route>,
        holds: &[&HeldCredential],
        trace: bool,
    ) -> Result<CallOutcome, CallError> {
        let call = FederatedCall {
            via: &self.a,
            pointer: &self.pointer.address,
            route,
            trace,
            query: None,
        };
        let holds = Holds(holds.iter().map(|&held| held.clone()).collect());
        Client::new().call(call, &holds, &patient()).await
    }

    async fn problem(&self, route: Option<Route>, holds: &[&HeldCredential]) -> Problem {
        match self.call(route, holds, false).await {
            Err(CallError::Problem(problem)) => problem,
            Err(CallError::Client(error)) => panic!("{error}"),
            Ok(outcome) => panic!("it was called: {:?}", outcome.reply),
        }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn question() -> Value {
    json!({"action": "get_pointer_summary", "pointer_address": "ptr_0123456789ab"})
}

#[tokio::test]
async fn every_route_ends_in_the_peers_own_reply_and_shows_every_hop() {
    let passed = [
        "a:get_pointer",
        "a:invoke_through_connection",
        "b:get_pointer_summary",
    ];
    for (route, asked) in [
        (Route::Endpoint, &passed[..]),
        (Route::Circuit, &passed),
        (Route::Relay, &passed[..2]),
    ] {
        let federation = Federation::new(|b| asking(question(), route, b)).await;
        let outcome = federation.call(None, &[&federation.b], true).await.unwrap();
        assert_eq!(outcome.route, route);
        assert_eq!(
            outcome.reply.result(),
            Some(&json!({"b_was_asked": "get_pointer_summary"}))
        );
        assert!(outcome.reply.to_value().get("peer_reply").is_none());
        assert_eq!(outcome.pointer, federation.pointer);
        assert_eq!(federation.asked(), asked, "{route}");
        assert_eq!(outcome.exchanges.len(), asked.len());
        let instances: Vec<_> = outcome.hops.iter().map(|hop| hop.instance.as_str()).collect();
        assert_eq!(instances, ["console", "a", "b"], "{route}");
        assert!(outcome.hops.iter().all(|hop| hop.next.is_none()));
        assert!(outcome.hops[0].phases.is_sorted_by_key(|phase| phase.start_us));
    }
}

#[tokio::test]
async fn without_trace_only_the_callers_own_hop_is_there() {
    let federation = Federation::new(|b| asking(question(), Route::Relay, b)).await;
    let outcome = federation.call(None, &[], false).await.unwrap();
    assert_eq!(outcome.hops.len(), 1);
}

#[tokio::test]
async fn the_same_query_travels_by_another_route_if_the_caller_holds_what_that_needs() {
    for (stored, taken) in [
        (Route::Relay, Route::Endpoint),
        (Route::Circuit, Route::Endpoint),
        (Route::Endpoint, Route::Relay),
        (Route::Circuit, Route::Relay),
    ] {
        let federation = Federation::new(|b| asking(question(), stored, b)).await;
        let outcome = federation
            .call(Some(taken), &[&federation.b], false)
            .await
            .unwrap();
        assert_eq!(outcome.route, taken);
        assert_eq!(
            outcome.reply.result(),
            Some(&json!({"b_was_asked": "get_pointer_summary"}))
        );
        let last = if taken == Route::Relay {
            "a:relay"
        } else {
            "b:get_pointer_summary"
        };
        assert_eq!(federation.asked().last().unwrap(), last);
    }
}

#[tokio::test]
async fn what_a_route_lacks_is_named() {
    for stored in [Route::Endpoint, Route::Relay] {
        let federation = Federation::new(|b| asking(question(), stored, b)).await;
        let problem = federation.problem(Some(Route::Circuit), &[&federation.b]).await;
        assert_eq!(problem.code, Code::MissingParameter);
        assert!(
            problem.message.contains("sealed for the peer beforehand"),
            "{problem}"
        );
    }
    for stored in [Route::Endpoint, Route::Circuit] {
        let federation = Federation::new(|b| asking(question(), stored, b)).await;
        let problem = federation.problem(None, &[]).await;
        assert_eq!(problem.code, Code::NoHeldCredential);
        assert!(
            problem.message.contains(federation.b.endpoint.as_str()),
            "{problem}"
        );
    }
}

#[tokio::test]
async fn threat_35_a_circuit_sealed_under_another_key_is_found_before_it_is_sent() {
    let federation = Federation::new(|b| asking(question(), Route::Circuit, b)).await;
    let rotated = native(&federation.b.endpoint);
    let problem = federation.problem(None, &[&rotated]).await;
    assert_eq!(problem.code, Code::NoHeldCredential);
    assert!(
        problem.message.contains(federation.b.kid().unwrap().as_str()),
        "{problem}"
    );
    assert!(!federation.asked().iter().any(|asked| asked.starts_with("b:")));
}

#[tokio::test]
async fn the_peers_error_is_a_reply_and_the_pointers_instances_error_a_problem() {
    let failing = json!({"action": "get_graph_stats", "fail": true});
    for route in Route::ALL {
        let federation = Federation::new(|b| asking(failing.clone(), route, b)).await;
        let outcome = federation.call(None, &[&federation.b], false).await.unwrap();
        assert_eq!(outcome.reply.code(), Some(Code::LoopDetected));
        assert_eq!(outcome.reply.to_value()["path"], json!(["inst_b"]));
    }
    for route in Route::ALL {
        let closed = Federation::build(native, native, false, |b| asking(question(), route, b)).await;
        let problem = closed.problem(None, &[&closed.b]).await;
        assert_eq!(problem.code, Code::ConnectionDisabled);
        assert!(!closed.asked().iter().any(|asked| asked.starts_with("b:")));
    }
}

#[tokio::test]
async fn a_pointer_that_leads_nowhere_else_cannot_be_called() {
    for reference in [
        "https://api.example/data.json",
        "file:///srv/data.csv",
        "plain words",
        "internal_circuit::[{\"action\":\"get_graph_stats\"}]",
        "internal_circuit::not json",
    ] {
        let federation = Federation::new(|_| pointer(reference.to_owned(), None)).await;
        let problem = federation.problem(None, &[]).await;
        assert_eq!(problem.code, Code::InvalidParameter, "{reference}");
        assert!(problem.message.contains("invoke"), "{problem}");
    }
}

#[tokio::test]
async fn an_original_instances_circuit_leads_to_peers_of_both_profiles() {
    for make_b in [native, legacy] {
        let federation = Federation::build(legacy, make_b, true, |b| {
            let federated = asking(question(), Route::Circuit, b);
            pointer(federated.data_reference, None)
        })
        .await;
        let outcome = federation.call(None, &[&federation.b], true).await.unwrap();
        assert_eq!(outcome.route, Route::Circuit);
        assert_eq!(
            outcome.reply.result(),
            Some(&json!({"b_was_asked": "get_pointer_summary"}))
        );
        assert_eq!(federation.asked(), ["a:get_pointer", "b:get_pointer_summary"]);
    }
}

#[tokio::test]
async fn what_an_original_instances_pointer_does_not_tell_is_named() {
    let url = Federation::build(legacy, native, true, |b| {
        pointer(b.endpoint.as_str().to_owned(), None)
    })
    .await;
    let problem = url.problem(None, &[&url.b]).await;
    assert!(
        problem.message.contains("route endpoint needs the query"),
        "{problem}"
    );
    for make_b in [native, legacy] {
        let naked = Federation::build(legacy, make_b, true, |b| {
            let query = Query::from_value(question()).unwrap();
            pointer(seal_body(b, &query, Timestamp::now()), None)
        })
        .await;
        let problem = naked.problem(None, &[&naked.b]).await;
        assert!(
            problem
                .message
                .contains("route circuit needs the peer's endpoint"),
            "{problem}"
        );
        let problem = naked.problem(Some(Route::Relay), &[&naked.b]).await;
        assert!(
            problem.message.contains("original Python instances do not"),
            "{problem}"
        );
    }
}

#[tokio::test]
async fn a_sealed_body_alone_is_read_like_a_circuit_where_the_connection_tells_the_endpoint() {
    let federation = Federation::new(|b| {
        let query = Query::from_value(question()).unwrap();
        let mut pointer = asking(question(), Route::Circuit, b);
        pointer.data_reference = seal_body(b, &query, Timestamp::now());
        pointer
    })
    .await;
    let outcome = federation.call(None, &[&federation.b], false).await.unwrap();
    assert_eq!(
        outcome.reply.result(),
        Some(&json!({"b_was_asked": "get_pointer_summary"}))
    );
}

#[tokio::test]
async fn an_instance_that_cannot_be_reached_is_told_as_such() {
    let bound = bind().await;
    let gone = native(&bound.endpoint);
    drop(bound);
    let address = PointerAddress::parse("ptr_0123456789ab").unwrap();
    let call = FederatedCall {
        via: &gone,
        pointer: &address,
        route: None,
        trace: false,
        query: None,
    };
    let error = Client::new()
        .call(call, &Holds(Vec::new()), &patient())
        .await
        .err()
        .unwrap();
    assert!(matches!(
        error,
        CallError::Client(ClientError::Unreachable { .. })
    ));
    assert_eq!(error.code(), Code::PeerUnreachable);
}

#[tokio::test]
async fn a_call_that_the_peer_refuses_tells_of_that_exchange_too() {
    for route in [Route::Endpoint, Route::Circuit] {
        let bound = bind().await;
        let b = native(&bound.endpoint);
        let _server = bound.serve(|_| Answer::new(401, "application/problem+json", r#"{"status":401}"#));
        let federation = Federation::new(|_| asking(question(), route, &b)).await;
        let call = FederatedCall {
            via: &federation.a,
            pointer: &federation.pointer.address,
            route: None,
            trace: true,
            query: None,
        };
        let holds = Holds(vec![b.clone()]);
        let Err(stopped) = Client::new().follow(call, &holds, &patient()).await else {
            panic!("it was answered");
        };
        assert_eq!(stopped.exchanges.len(), 2);
        let failed = stopped.failed.unwrap();
        assert_eq!(failed.status, Some(401));
        assert_eq!(failed.response_body, br#"{"status":401}"#);
        let [console, a] = &stopped.hops[..] else {
            panic!("{:?}", stopped.hops);
        };
        assert_eq!(a.instance, "a");
        let count = |name| console.phases.iter().filter(|phase| phase.name == name).count();
        assert_eq!((count(PhaseName::Seal), count(PhaseName::Wait)), (3, 3));
        assert_eq!(count(PhaseName::Open), 2, "the third was not opened");
        let last = console.phases.last().unwrap();
        assert_eq!(last.name, PhaseName::Receive);
        let sealed = console.phases.iter().rfind(|phase| phase.name == PhaseName::Seal);
        assert!(last.start_us >= sealed.unwrap().start_us);
    }
}

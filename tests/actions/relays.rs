//! Route *relay*: one instance asks another on behalf of its caller.

use crate::running::{Running, call, call_in, context, problem_of, result_of, text, through};
use butterfly_console::client::{Client, ClientError};
use butterfly_console::model::{
    AppId, ConnectionId, Endpoint, Grant, InstanceId, KeyId, PointerScope, Timestamp,
};
use butterfly_console::protocol::{CallContext, Code, HeldCredential, Query};
use butterfly_console::seal::random;
use serde_json::{Value, json};
use std::net::TcpListener as StdListener;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// A credential for an instance that only the test knows of.
pub fn credential_for(address: std::net::SocketAddr, instance_id: InstanceId) -> HeldCredential {
    HeldCredential::native(
        AppId::parse("alpha").unwrap(),
        Endpoint::parse(&format!("http://{address}/invoke")).unwrap(),
        instance_id,
        random::key_id(),
        random::root_key(),
    )
}

/// A legacy one: with such a peer, no heads of audit trails are exchanged.
pub fn legacy_credential_for(address: std::net::SocketAddr) -> HeldCredential {
    HeldCredential::legacy(
        AppId::parse("alpha").unwrap(),
        Endpoint::parse(&format!("http://{address}/invoke")).unwrap(),
        random::token_secret(),
        random::fernet_key(),
        None,
    )
}

/// A place that must not be contacted.
pub fn untouched() -> StdListener {
    let listener = StdListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    listener
}

pub fn assert_untouched(listener: &StdListener) {
    let contacted = listener.accept().map(|(_, from)| from);
    assert_eq!(contacted.unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
}

fn relay_step(connection: &str, query: &Value) -> Value {
    json!([{"action": "relay", "connection_id": connection, "query": query}])
}

fn id_of(running: &Running) -> String {
    running.instance.id().to_string()
}

/// The app_ids that the audit trail names as callers, apart from instances that exchange heads of their trails.
async fn callers_on_record(running: &Running) -> Vec<String> {
    let trail = running.get("get_audit", json!({"limit": 200})).await;
    let records = trail["records"].as_array().unwrap();
    records
        .iter()
        .filter(|record| record["action"] != "exchange_audit_heads")
        .map(|record| text(&record["app_id"]))
        .collect()
}

/// Alpha and beta joined, and on alpha a pointer that asks beta for the summary of one of beta's.
async fn joined() -> (Running, Running, String, String, String) {
    let alpha = Running::start("alpha").await;
    let beta = Running::start("beta").await;
    let connection = alpha.join(&beta, &["get_pointer_summary"]).await;
    let there = beta
        .pointer(json!({"data_reference": "https://b.example/1", "description": "Beta's own"}))
        .await;
    let query = json!({"action": "get_pointer_summary", "pointer_address": there});
    let pointer = alpha.circuit(&connection, relay_step(&connection, &query)).await;
    (alpha, beta, connection, pointer, there)
}

#[tokio::test]
async fn the_peer_s_result_is_the_caller_s_with_the_whole_reply_beside_it() {
    let (alpha, beta, connection, pointer, there) = joined().await;
    let exchange = call(
        &alpha.owner,
        "invoke_through_connection",
        through(&connection, &pointer),
    )
    .await;
    let reply = exchange.reply.to_value();
    assert_eq!(reply["result"]["description"], "Beta's own");
    assert_eq!(reply["result"]["address"], json!(there));
    assert_eq!(reply["peer_reply"]["status"], "success");
    assert_eq!(reply["peer_reply"]["result"], reply["result"]);
    assert_eq!(reply["peer"], json!(id_of(&beta)));
}

#[tokio::test]
async fn a_trace_shows_every_hop_inside_the_one_before() {
    let (alpha, beta, connection, pointer, _) = joined().await;
    let traced = context().traced(true);
    let exchange = call_in(
        &alpha.owner,
        "invoke_through_connection",
        through(&connection, &pointer),
        &traced,
    )
    .await;
    let hops: Vec<String> = exchange
        .reply
        .trace()
        .unwrap()
        .flatten()
        .into_iter()
        .map(|hop| hop.instance)
        .collect();
    assert_eq!(hops.first(), Some(&id_of(&alpha)));
    assert_eq!(hops.last(), Some(&id_of(&beta)));
    let plain = call(
        &alpha.owner,
        "invoke_through_connection",
        through(&connection, &pointer),
    )
    .await;
    assert!(plain.reply.trace().is_none());
}

#[tokio::test]
async fn the_peer_s_error_becomes_the_caller_s() {
    let (alpha, beta, connection, pointer, there) = joined().await;
    beta.get("delete_pointer", json!({"pointer_address": there}))
        .await;
    let (code, problem) = problem_of(&alpha.invoke(&connection, &pointer).await);
    assert_eq!(code, Code::PointerNotFound);
    assert_eq!(problem["message"], json!(format!("Pointer not found: {there}")));
    assert_eq!(problem["peer_reply"]["code"], "pointer_not_found");
    assert_eq!(problem["peer"], json!(id_of(&beta)));
    assert_eq!(problem["path"], json!([id_of(&alpha)]));
}

#[tokio::test]
async fn a_relay_within_a_longer_circuit_gives_its_result_to_the_next_step() {
    let (alpha, _beta, connection, _, there) = joined().await;
    let steps = json!([
        {"action": "relay", "connection_id": connection, "query": {"action": "get_pointer_summary", "pointer_address": there}},
        {"action": "create_pointer", "data_reference": "https://b.example/{0.address}", "description": "{0.description}"},
    ]);
    let circuit = alpha.circuit(&connection, steps).await;
    let results = result_of(alpha.invoke(&connection, &circuit).await);
    assert_eq!(results[1]["pointer"]["description"], "Beta's own");
}

#[tokio::test]
async fn who_may_follow_the_pointer_need_not_be_granted_relay_but_who_relays_at_will_must() {
    let (alpha, _beta, connection, pointer, there) = joined().await;
    let mut grant = Grant::read(["invoke_through_connection"]);
    grant.pointers = PointerScope::default();
    grant.pointers.addresses.insert(pointer.parse().unwrap());
    grant.hops = 1;
    let caller = alpha.issue("caller", grant.clone()).await;
    let followed = call(
        &caller,
        "invoke_through_connection",
        through(&connection, &pointer),
    )
    .await;
    assert_eq!(result_of(followed.reply)["description"], "Beta's own");

    let at_will = json!({"connection_id": connection, "query": {"action": "get_pointer_summary", "pointer_address": there}});
    let refused = call(&caller, "relay", at_will.clone()).await;
    assert_eq!(problem_of(&refused.reply).0, Code::NotGranted);
    grant.actions.insert("relay".to_owned());
    grant.writes = true;
    let named = alpha.issue("named", grant.clone()).await;
    let refused = call(&named, "relay", at_will.clone()).await;
    assert_eq!(
        problem_of(&refused.reply).0,
        Code::AccessDenied,
        "the grant does not name the connection"
    );
    grant
        .pointers
        .connections
        .insert(ConnectionId::parse(&connection).unwrap());
    let trusted = alpha.issue("trusted", grant).await;
    let relayed = call(&trusted, "relay", at_will).await;
    assert_eq!(result_of(relayed.reply)["description"], "Beta's own");
}

#[tokio::test]
async fn a_connection_that_is_closed_or_holds_nothing_relays_nothing() {
    let (alpha, _beta, connection, pointer, _) = joined().await;
    alpha
        .get("drop_held_credential", json!({"name": "to-beta"}))
        .await;
    let (code, problem) = problem_of(&alpha.invoke(&connection, &pointer).await);
    assert_eq!(code, Code::NoHeldCredential, "{problem}");
    let plain = alpha.connection("plain", None).await;
    let (code, _) = alpha
        .fails(
            "relay",
            json!({"connection_id": plain, "query": {"action": "whoami"}}),
        )
        .await;
    assert_eq!(code, Code::NoHeldCredential);
    let close = json!({"connection_id": connection, "status": "disabled"});
    alpha.get("set_connection_status", close).await;
    let (code, _) = alpha
        .fails(
            "relay",
            json!({"connection_id": connection, "query": {"action": "whoami"}}),
        )
        .await;
    assert_eq!(code, Code::ConnectionDisabled);
}

#[tokio::test]
async fn threat_28_a_call_that_would_return_is_refused_naming_the_path() {
    let alpha = Running::start("alpha").await;
    let beta = Running::start("beta").await;
    let gamma = Running::start("gamma").await;
    let to_beta = alpha.join(&beta, &["invoke_through_connection"]).await;
    let to_gamma = beta.join(&gamma, &["invoke_through_connection"]).await;
    let back_to_alpha = gamma.join(&alpha, &["get_graph_stats"]).await;
    let stats = json!({"action": "get_graph_stats"});
    let follow = |connection: &str, pointer: &str| json!({"action": "invoke_through_connection", "connection_id": connection, "pointer_address": pointer});
    let on_gamma = gamma
        .circuit(&back_to_alpha, relay_step(&back_to_alpha, &stats))
        .await;
    let on_beta = beta
        .circuit(
            &to_gamma,
            relay_step(&to_gamma, &follow(&back_to_alpha, &on_gamma)),
        )
        .await;
    let on_alpha = alpha
        .circuit(&to_beta, relay_step(&to_beta, &follow(&to_gamma, &on_beta)))
        .await;

    let exchange = call(
        &alpha.owner,
        "invoke_through_connection",
        through(&to_beta, &on_alpha),
    )
    .await;
    let (code, problem) = problem_of(&exchange.reply);
    assert_eq!(code, Code::LoopDetected, "{problem}");
    assert_eq!(exchange.status, 508);
    let innermost = &problem["peer_reply"]["peer_reply"];
    assert_eq!(
        innermost["path"],
        json!([id_of(&alpha), id_of(&beta), id_of(&gamma), id_of(&alpha)])
    );
    let callers = callers_on_record(&alpha).await;
    assert!(callers.contains(&"owner".to_owned()));
    assert!(
        !callers.contains(&"from-gamma".to_owned()),
        "alpha was called again"
    );
}

#[tokio::test]
async fn threat_28_a_loop_is_seen_before_anything_is_sent() {
    let alpha = Running::unserved("alpha").await;
    let listener = untouched();
    let passed = random::instance_id();
    let peers = [
        ("itself", alpha.instance.id().clone()),
        ("passed", passed.clone()),
    ];
    for (name, peer) in peers {
        alpha
            .hold(name, &credential_for(listener.local_addr().unwrap(), peer))
            .await;
        let connection = alpha.connection(name, Some(name)).await;
        let mut chain = context();
        chain.path = vec![passed.clone()];
        let parameters = json!({"connection_id": connection, "query": {"action": "whoami"}});
        let query = Query::new("relay", parameters);
        let (code, problem) = problem_of(&alpha.instance.invoke_as_owner(&query, &chain).await);
        assert_eq!(code, Code::LoopDetected, "{problem}");
        assert_eq!(problem["path"][0], json!(passed));
        assert_eq!(problem["path"][1], json!(id_of(&alpha)));
    }
    assert_untouched(&listener);
}

#[tokio::test]
async fn threat_29_without_a_hop_left_nothing_is_sent() {
    let alpha = Running::start("alpha").await;
    let listener = untouched();
    let out = legacy_credential_for(listener.local_addr().unwrap());
    alpha.hold("out", &out).await;
    let connection = alpha.connection("out", Some("out")).await;
    let parameters = json!({"connection_id": connection, "query": {"action": "whoami"}});

    let mut chain = context();
    chain.hop = 0;
    let spent = call_in(&alpha.owner, "relay", parameters.clone(), &chain).await;
    assert_eq!(problem_of(&spent.reply).0, Code::HopsExhausted);
    assert_eq!(spent.status, 508);

    let mut grant = Grant::read(["relay"]);
    grant.writes = true;
    grant
        .pointers
        .connections
        .insert(ConnectionId::parse(&connection).unwrap());
    let caller = alpha.issue("caller", grant).await;
    let none = call(&caller, "relay", parameters).await;
    let (code, problem) = problem_of(&none.reply);
    assert_eq!(code, Code::HopsExhausted);
    assert_eq!(problem["path"], json!([id_of(&alpha)]));
    assert_untouched(&listener);
}

#[tokio::test]
async fn threat_29_the_budget_shrinks_at_every_hop() {
    let alpha = Running::start("alpha").await;
    let beta = Running::start("beta").await;
    let gamma = Running::start("gamma").await;
    let to_beta = alpha.join(&beta, &["invoke_through_connection"]).await;
    let to_gamma = beta.join(&gamma, &["get_graph_stats"]).await;
    let on_beta = beta
        .circuit(
            &to_gamma,
            relay_step(&to_gamma, &json!({"action": "get_graph_stats"})),
        )
        .await;
    let follow =
        json!({"action": "invoke_through_connection", "connection_id": to_gamma, "pointer_address": on_beta});
    let on_alpha = alpha.circuit(&to_beta, relay_step(&to_beta, &follow)).await;
    let with_hops = async |hop: u8| {
        let chain = CallContext { hop, ..context() };
        call_in(
            &alpha.owner,
            "invoke_through_connection",
            through(&to_beta, &on_alpha),
            &chain,
        )
        .await
    };
    assert_eq!(result_of(with_hops(2).await.reply)["total_pointers"], 0);
    let (code, problem) = problem_of(&with_hops(1).await.reply);
    assert_eq!(code, Code::HopsExhausted);
    assert_eq!(
        problem["peer_reply"]["path"],
        json!([id_of(&alpha), id_of(&beta)])
    );
}

#[tokio::test]
async fn threat_30_the_deadline_holds_mid_chain_and_the_child_call_is_cancelled() {
    let alpha = Running::start("alpha").await;
    let beta = Running::start("beta").await;
    let hanging = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let silent = credential_for(hanging.local_addr().unwrap(), random::instance_id());
    beta.hold("silent", &silent).await;
    let to_silent = beta.connection("silent", Some("silent")).await;
    let on_beta = beta
        .circuit(&to_silent, relay_step(&to_silent, &json!({"action": "whoami"})))
        .await;
    let to_beta = alpha.join(&beta, &["invoke_through_connection"]).await;
    let follow = json!({"action": "invoke_through_connection", "connection_id": to_silent, "pointer_address": on_beta});
    let on_alpha = alpha.circuit(&to_beta, relay_step(&to_beta, &follow)).await;

    let cancelled = tokio::spawn(async move {
        let (mut stream, _) = hanging.accept().await.unwrap();
        let mut request = Vec::new();
        stream.read_to_end(&mut request).await.map(|_| request.len())
    });
    let mut chain = CallContext::begin(Timestamp::now(), 1);
    chain.hop = Grant::MOST_HOPS;
    let exchange = call_in(
        &alpha.owner,
        "invoke_through_connection",
        through(&to_beta, &on_alpha),
        &chain,
    )
    .await;
    let (code, problem) = problem_of(&exchange.reply);
    assert_eq!(code, Code::DeadlineExceeded, "{problem}");
    assert_eq!(exchange.status, 504);
    let sent = cancelled.await.unwrap().unwrap();
    assert!(
        sent > 0,
        "the request arrived, and then its connection was closed"
    );
}

#[tokio::test]
async fn a_call_that_found_no_place_says_so_and_holds_nothing_against_the_peer() {
    let alpha = Running::start("alpha").await;
    let hanging = TcpListener::bind("127.0.0.1:0").await.unwrap();
    alpha
        .hold("hanging", &legacy_credential_for(hanging.local_addr().unwrap()))
        .await;
    let connection = alpha.connection("hanging", Some("hanging")).await;
    let asked = json!({"connection_id": connection, "query": {"action": "whoami"}});
    // One party has half of the places.
    let long: Vec<_> = (0..32)
        .map(|_| {
            let (owner, asked) = (alpha.owner.clone(), asked.clone());
            tokio::spawn(async move { call(&owner, "relay", asked).await })
        })
        .collect();
    let mut taken = Vec::new();
    while taken.len() < long.len() {
        taken.push(hanging.accept().await.unwrap().0);
    }
    let query = Query::new("relay", asked.clone());
    let exchange = loop {
        let mut chain = CallContext::begin(Timestamp::now(), 1);
        chain.hop = Grant::MOST_HOPS;
        match Client::new().invoke(&alpha.owner, &query, &chain).await {
            Ok(exchange) => break exchange,
            // On a busy machine what the instance says just before the deadline may come after it.
            Err(error) => assert!(matches!(error, ClientError::Deadline { .. }), "{error}"),
        }
    };
    let (code, problem) = problem_of(&exchange.reply);
    assert_eq!(code, Code::DeadlineExceeded, "{problem}");
    assert_eq!(problem["sent"], false, "{problem}");
    let message = text(&problem["message"]);
    assert!(message.contains("calls under this credential"), "{problem}");
    assert!(message.contains("under way"), "{problem}");
    // Another party is not kept waiting by that.
    let mut grant = Grant::read(["relay"]);
    grant.writes = true;
    grant.hops = 1;
    grant
        .pointers
        .connections
        .insert(ConnectionId::parse(&connection).unwrap());
    let friend = alpha.issue("friend", grant).await;
    let others = tokio::spawn(async move { call(&friend, "relay", asked).await });
    let (mut heard, _) = hanging.accept().await.unwrap();
    let answer = b"HTTP/1.1 500 X\r\nContent-Length: 0\r\n\r\n";
    assert!(heard.read(&mut [0; 4 * 1024]).await.unwrap() > 0);
    heard.write_all(answer).await.unwrap();
    let (_, problem) = problem_of(&others.await.unwrap().reply);
    assert_eq!(problem["sent"], true, "{problem}");
    drop(taken);
    for call in long {
        call.await.unwrap();
    }
}

#[tokio::test]
async fn a_peer_that_is_away_or_talks_nonsense_is_named() {
    let alpha = Running::start("alpha").await;
    let closed = StdListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    alpha
        .hold("away", &credential_for(closed, random::instance_id()))
        .await;
    let connection = alpha.connection("away", Some("away")).await;
    let parameters = json!({"connection_id": connection, "query": {"action": "whoami"}});
    let exchange = call(&alpha.owner, "relay", parameters).await;
    let (code, problem) = problem_of(&exchange.reply);
    assert_eq!(code, Code::PeerUnreachable);
    assert_eq!(exchange.status, 502);
    assert!(text(&problem["message"]).contains(&closed.to_string()));
    assert_eq!(problem["path"], json!([id_of(&alpha)]));

    let beta = Running::start("beta").await;
    let mut stranger = beta.owner.clone();
    stranger.endpoint = beta.instance.settings().endpoint.clone();
    let stranger = HeldCredential::native(
        stranger.app_id.clone(),
        stranger.endpoint.clone(),
        beta.instance.id().clone(),
        KeyId::parse("kid_0123456789abcdef").unwrap(),
        random::root_key(),
    );
    alpha.hold("stranger", &stranger).await;
    let connection = alpha.connection("stranger", Some("stranger")).await;
    let (code, _) = alpha
        .fails(
            "relay",
            json!({"connection_id": connection, "query": {"action": "whoami"}}),
        )
        .await;
    assert_eq!(code, Code::PeerRefused);
}

#[tokio::test]
async fn a_relay_is_on_record_before_it_starts() {
    let (alpha, _beta, connection, pointer, _) = joined().await;
    result_of(alpha.invoke(&connection, &pointer).await);
    let trail = alpha.get("get_audit", json!({"limit": 200})).await;
    let records = trail["records"].as_array().unwrap();
    let intent = records
        .iter()
        .find(|record| record["action"] == "relay" && record["outcome"] == "intent")
        .unwrap_or_else(|| panic!("no intent: {trail}"));
    assert_eq!(intent["subject"], json!(connection));
}

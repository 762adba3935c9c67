//! What a chain tells of itself: the times of every hop, where it ended, and what was said there.

use crate::chains::Chain;
use crate::running::{Running, call, problem_of, result_of, text, through};
use butterfly_console::model::{Grant, Timestamp};
use butterfly_console::protocol::{CallContext, Code, Hop, PhaseName, Query, Reply};
use serde_json::{Value, json};

/// The hops of a reply: instance, how deep, phases, and where it ended.
fn hops(reply: &Reply) -> Vec<(String, usize, Vec<PhaseName>, Option<String>)> {
    let hops = reply.trace().expect("the reply carries a trace").flatten();
    hops.into_iter().map(told).collect()
}

fn told(hop: Hop) -> (String, usize, Vec<PhaseName>, Option<String>) {
    let phases = hop.phases.iter().map(|phase| phase.name).collect();
    (hop.instance, hop.depth.unwrap(), phases, hop.failed)
}

/// Instance and depth of each hop.
fn places(reply: &Reply) -> Vec<(String, usize)> {
    hops(reply)
        .into_iter()
        .map(|(name, depth, ..)| (name, depth))
        .collect()
}

fn id(running: &Running) -> String {
    running.instance.id().to_string()
}

/// The reason of the newest record of a failed relay.
async fn why(running: &Running) -> String {
    let trail = running.trail().await;
    let failed = |record: &&Value| record["action"] == "relay" && record["outcome"] == "failed";
    text(&trail.iter().find(failed).unwrap()["reason"]).to_owned()
}

#[tokio::test]
async fn a_hop_to_a_peer_that_is_down_keeps_its_times() {
    let mut chain = Chain::start().await;
    chain.beta.stop().await;
    let reply = chain.ask().await;
    let (code, problem) = problem_of(&reply);
    assert_eq!(code, Code::PeerUnreachable, "{problem}");
    let hops = hops(&reply);
    let [(server, 0, _, None), (caller, 1, phases, Some(ended))] = &hops[..] else {
        panic!("{hops:?}");
    };
    assert_eq!([server, caller], [&id(&chain.alpha), &id(&chain.alpha)]);
    assert_eq!(phases[..], [PhaseName::Seal, PhaseName::Connect]);
    assert_eq!(ended, "peer_unreachable");
    let at = format!("failed at {}, after {}", id(&chain.beta), id(&chain.alpha));
    assert!(text(&problem["message"]).ends_with(&at), "{problem}");
    let why = why(&chain.alpha).await;
    let begun = format!("peer_unreachable:{} seal=", id(&chain.beta));
    assert!(why.starts_with(&begun) && why.contains(" connect="), "{why}");
}

#[tokio::test]
async fn what_the_last_hop_said_reaches_the_first_caller_with_its_times() {
    let mut chain = Chain::start().await;
    chain.gamma.stop().await;
    let reply = chain.ask().await;
    let (code, problem) = problem_of(&reply);
    assert_eq!(code, Code::PeerUnreachable, "{problem}");
    let [alpha, beta, gamma] = [&chain.alpha, &chain.beta, &chain.gamma].map(id);
    let failed_at = &problem["failed_at"];
    assert_eq!(failed_at["path"], json!([alpha, beta]), "{problem}");
    assert_eq!(failed_at["peer"], json!(gamma));
    assert_eq!(failed_at["code"], "peer_unreachable");
    // Its own place stays that of whoever answers.
    assert_eq!(
        (&problem["path"], &problem["peer"]),
        (&json!([alpha]), &json!(beta))
    );
    let at = format!("failed at {gamma}, after {alpha} → {beta}");
    let message = text(&problem["message"]);
    assert_eq!(message.matches("failed at").count(), 1, "{message}");
    assert!(message.ends_with(&at), "{message}");

    let hops = hops(&reply);
    let names: Vec<_> = hops.iter().map(|hop| (hop.0.as_str(), hop.1)).collect();
    let expected = [(&*alpha, 0), (&*alpha, 1), (&*beta, 2), (&*beta, 3)];
    assert_eq!(names, expected);
    let ended: Vec<_> = hops.iter().map(|hop| hop.3.as_deref()).collect();
    assert_eq!(ended, [None, None, None, Some("peer_unreachable")]);
    assert!(
        why(&chain.alpha)
            .await
            .starts_with(&format!("peer_unreachable:{beta} seal="))
    );
}

#[tokio::test]
async fn what_the_end_of_a_chain_refuses_is_told_with_who_refused_it() {
    let chain = Chain::start().await;
    let query = json!({
        "action": "relay",
        "connection_id": chain.query["connection_id"],
        "query": {"action": "get_pointer", "pointer_address": "ptr_0123456789ab"},
    });
    let parameters = json!({"connection_id": chain.connection, "query": query});
    let (code, problem) = problem_of(&chain.alpha.ask("relay", parameters).await);
    assert_eq!(code, Code::NotGranted, "{problem}");
    let [alpha, beta, gamma] = [&chain.alpha, &chain.beta, &chain.gamma].map(id);
    assert_eq!(problem["failed_at"]["path"], json!([alpha, beta]), "{problem}");
    assert_eq!(problem["failed_at"]["peer"], json!(gamma));
    assert_eq!(problem["failed_at"]["code"], "not_granted");
}

#[tokio::test]
async fn a_hop_that_its_deadline_ended_says_what_it_was_waiting_for() {
    let alpha = Running::start("alpha").await;
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let peer = butterfly_console::seal::random::instance_id();
    let credential = crate::relays::credential_for(silent.local_addr().unwrap(), peer.clone());
    alpha.hold("silent", &credential).await;
    let connection = alpha.connection("silent", Some("silent")).await;
    let query = Query::new(
        "relay",
        json!({"connection_id": connection, "query": {"action": "whoami"}, "trace": true}),
    );
    let mut chain = CallContext::begin(Timestamp::now(), 1);
    chain.hop = Grant::MOST_HOPS;
    let reply = alpha.instance.invoke_as_owner(&query, &chain).await;
    let (code, problem) = problem_of(&reply);
    assert_eq!(code, Code::DeadlineExceeded, "{problem}");
    let at = format!("failed at {peer}, after {}", id(&alpha));
    assert!(text(&problem["message"]).ends_with(&at), "{problem}");
    let hops = hops(&reply);
    let (_, 1, phases, Some(ended)) = &hops[1] else {
        panic!("{hops:?}");
    };
    assert_eq!(
        phases[..],
        [PhaseName::Seal, PhaseName::Connect, PhaseName::Wait],
        "{hops:?}"
    );
    assert_eq!(ended, "deadline_exceeded");
}

#[tokio::test]
async fn every_relay_step_of_a_circuit_is_in_the_trace_in_order_with_its_own_hops() {
    let chain = Chain::start().await;
    let other = chain.alpha.join(&chain.gamma, &["get_graph_stats"]).await;
    let stats = json!({"action": "get_graph_stats"});
    let steps = json!([
        {"action": "relay", "connection_id": chain.connection, "query": chain.query},
        {"action": "get_graph_stats"},
        {"action": "relay", "connection_id": other, "query": stats},
        {"action": "relay", "connection_id": chain.connection, "query": chain.query},
    ]);
    let circuit = chain.alpha.circuit(&chain.connection, steps).await;
    let mut parameters = through(&chain.connection, &circuit);
    parameters["trace"] = json!(true);
    let exchange = call(&chain.alpha.owner, "invoke_through_connection", parameters).await;
    result_of(exchange.reply.clone());
    let [alpha, beta, gamma] = [&chain.alpha, &chain.beta, &chain.gamma].map(id);
    let whole = [(&alpha, 1), (&beta, 2), (&beta, 3), (&gamma, 4)];
    let short = [(&alpha, 1), (&gamma, 2)];
    let expected: Vec<_> = [(&alpha, 0)]
        .into_iter()
        .chain(whole)
        .chain(short)
        .chain(whole)
        .map(|(name, depth)| (name.clone(), depth))
        .collect();
    assert_eq!(places(&exchange.reply), expected);
    let began: Vec<_> = exchange.reply.trace().unwrap().flatten();
    let began: Vec<_> = began
        .iter()
        .filter(|hop| hop.depth == Some(1))
        .map(|hop| hop.at_us.unwrap())
        .collect();
    assert!(began.is_sorted(), "{began:?}");
}

#[tokio::test]
async fn a_credential_was_used_only_if_its_peer_was_reached() {
    let mut chain = Chain::start().await;
    let used = async |chain: &Chain| {
        let held = chain.alpha.get("list_held_credentials", json!({})).await;
        let held = &held["credentials"][0];
        (held["uses"].clone(), held["last_used"].clone())
    };
    let late = CallContext::begin(Timestamp::now(), 0);
    chain.beta.stop().await;
    // Refused five times, and after that before anything is sent; and once its time was over before.
    for _ in 0..7 {
        problem_of(&chain.ask().await);
    }
    let query = Query::new(
        "relay",
        json!({"connection_id": chain.connection, "query": {"action": "whoami"}}),
    );
    problem_of(&chain.alpha.instance.invoke_as_owner(&query, &late).await);
    assert_eq!(used(&chain).await, (json!(0), Value::Null));

    chain.beta.serve_again().await;
    let back = async {
        while !chain.ask().await.is_success() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(60), back)
        .await
        .unwrap();
    let (uses, last_used) = used(&chain).await;
    assert_eq!(uses, json!(1));
    assert!(last_used.is_string());
}

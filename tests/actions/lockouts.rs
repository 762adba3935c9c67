//! Whoever is locked out while a call of theirs is under way begins nothing more with it.

use crate::access_keys::everything;
use crate::relays::{assert_untouched, legacy_credential_for, untouched};
use crate::running::{Running, context, problem_of, text, through};
use butterfly_console::client::{Client, ClientError, Exchange};
use butterfly_console::model::ConnectionId;
use butterfly_console::protocol::{Code, HeldCredential, Query};
use serde_json::{Value, json};
use std::net::TcpListener as StdListener;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

type Called = Result<Exchange, ClientError>;

fn calling(credential: &HeldCredential, action: &str, parameters: Value) -> JoinHandle<Called> {
    let (credential, query) = (credential.clone(), Query::new(action, parameters));
    tokio::spawn(async move { Client::new().invoke(&credential, &query, &context()).await })
}

fn is_withheld(called: &Called) -> bool {
    matches!(called, Err(ClientError::Withheld { .. }))
}

/// A circuit of three steps that is held in the first one, and the peer that it relays to in the last.
struct Held {
    running: Running,
    source: TcpListener,
    peer: StdListener,
    friend: HeldCredential,
    /// The connection that it relays through.
    there: String,
    circuit: String,
}

impl Held {
    async fn new(has_change: bool) -> Self {
        let running = Running::start_allowing("alpha", &["127.0.0.0/8"]).await;
        let source = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", source.local_addr().unwrap());
        let outside = running.connection("outside", None).await;
        let slow = running
            .pointer(json!({"data_reference": url, "connection_id": outside}))
            .await;
        let peer = untouched();
        running
            .hold("peer", &legacy_credential_for(peer.local_addr().unwrap()))
            .await;
        let there = running.connection("there", Some("peer")).await;
        let mut fetch = through(&outside, &slow);
        fetch["action"] = json!("invoke_through_connection");
        let create = json!({"action": "create_pointer", "data_reference": "after"});
        let there_too = json!({"action": "create_pointer", "data_reference": "x"});
        let relay = json!({"action": "relay", "connection_id": there, "query": there_too});
        let steps = match has_change {
            true => json!([fetch, create, relay]),
            false => json!([fetch, relay]),
        };
        let circuit = running.circuit(&there, steps).await;
        let mut grant = everything();
        grant.pointers.all = true;
        grant.hops = 1;
        let friend = running.issue("friend", grant).await;
        Self {
            running,
            source,
            peer,
            friend,
            there,
            circuit,
        }
    }

    /// Has this happen while the first step waits for its data; how the call ended.
    async fn meanwhile(&self, action: &str, parameters: Value) -> Called {
        let invoked = calling(
            &self.friend,
            "invoke_through_connection",
            through(&self.there, &self.circuit),
        );
        let (mut stream, _) = self.source.accept().await.unwrap();
        stream.read_u8().await.unwrap();
        self.running.get(action, parameters).await;
        let answer = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
        stream.write_all(answer).await.unwrap();
        invoked.await.unwrap()
    }

    async fn assert_went_no_further(&self) {
        let stats = self.running.get("get_graph_stats", json!({})).await;
        assert_eq!(stats["total_pointers"], 2, "what was there before: {stats}");
        assert_untouched(&self.peer);
    }
}

#[tokio::test]
async fn threat_33_a_suspended_credential_takes_no_further_step_of_a_circuit() {
    let held = Held::new(true).await;
    let ended = held
        .meanwhile("suspend_credential", json!({"name": "friend"}))
        .await;
    assert!(is_withheld(&ended));
    held.assert_went_no_further().await;
}

#[tokio::test]
async fn threat_33_what_a_credential_may_no_longer_do_a_circuit_under_way_does_not_either() {
    let held = Held::new(true).await;
    let narrowed = json!({"name": "friend", "grant": {"writes": false}});
    let ended = held.meanwhile("change_credential", narrowed).await.unwrap();
    let (code, told) = problem_of(&ended.reply);
    assert_eq!((code, &told["step"]), (Code::NotGranted, &json!(1)), "{told}");
    assert!(text(&told["message"]).contains("was changed while"), "{told}");
    held.assert_went_no_further().await;
}

#[tokio::test]
async fn threat_33_nothing_more_goes_through_a_connection_that_was_closed_meanwhile() {
    let held = Held::new(false).await;
    let closed = json!({"connection_id": held.there, "status": "disabled"});
    let ended = held.meanwhile("set_connection_status", closed).await.unwrap();
    let (code, told) = problem_of(&ended.reply);
    assert_eq!(
        (code, &told["step"]),
        (Code::ConnectionDisabled, &json!(1)),
        "{told}"
    );
    held.assert_went_no_further().await;
}

#[tokio::test]
async fn threat_33_a_relay_that_waits_for_its_turn_is_not_sent_for_one_that_is_suspended() {
    let running = Running::start("alpha").await;
    let peer = TcpListener::bind("127.0.0.1:0").await.unwrap();
    running
        .hold("peer", &legacy_credential_for(peer.local_addr().unwrap()))
        .await;
    let there = running.connection("there", Some("peer")).await;
    let mut grant = everything();
    grant
        .pointers
        .connections
        .insert(ConnectionId::parse(&there).unwrap());
    grant.hops = 1;
    let friend = running.issue("friend", grant).await;
    let asked = json!({"connection_id": there, "query": {"action": "whoami"}});
    let under_way: Vec<_> = (0..32)
        .map(|_| calling(&friend, "relay", asked.clone()))
        .collect();
    let mut taken = Vec::new();
    while taken.len() < under_way.len() {
        taken.push(peer.accept().await.unwrap().0);
    }
    let waiting = calling(&friend, "relay", asked.clone());
    let intended = async || {
        let trail = running.trail().await;
        let intents = trail
            .iter()
            .filter(|record| record["action"] == "relay" && record["outcome"] == "intent");
        intents.count()
    };
    while intended().await <= under_way.len() {
        tokio::task::yield_now().await;
    }
    running.get("suspend_credential", json!({"name": "friend"})).await;
    // The calls that were under way end, and there is room.
    drop(taken);
    for call in under_way {
        assert!(is_withheld(&call.await.unwrap()));
    }
    let ended = waiting.await.unwrap();
    assert!(is_withheld(&ended));
    assert_untouched(&peer.into_std().unwrap());
}

//! Relays to peers that are not instances of this program, and answer in ways of their own.

use crate::relays::legacy_credential_for;
use crate::running::{Running, call_in, context, problem_of, result_of, text};
use butterfly_console::model::Timestamp;
use butterfly_console::protocol::{Code, HeldKeys, Reply};
use butterfly_console::seal::fernet;
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::net::TcpListener;

/// Alpha, and a peer in the legacy profile that answers whatever it is asked with one text.
struct Foreign {
    alpha: Running,
    connection: String,
    asked: Arc<AtomicUsize>,
}

impl Foreign {
    async fn answering(reply: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let credential = legacy_credential_for(listener.local_addr().unwrap());
        let HeldKeys::Legacy { keys, .. } = &credential.keys else {
            panic!("a legacy credential");
        };
        let sealed = Bytes::from(fernet::seal(keys, Timestamp::now(), reply.as_bytes()));
        let asked = Arc::new(AtomicUsize::new(0));
        tokio::spawn(serve(listener, sealed, asked.clone()));
        let alpha = Running::start("alpha").await;
        alpha.hold("foreign", &credential).await;
        let connection = alpha.connection("foreign", Some("foreign")).await;
        Self {
            alpha,
            connection,
            asked,
        }
    }

    fn asking(&self) -> Value {
        json!({"connection_id": self.connection, "query": {"action": "order"}})
    }

    async fn relayed(&self) -> Reply {
        self.alpha.ask("relay", self.asking()).await
    }
}

async fn serve(listener: TcpListener, sealed: Bytes, asked: Arc<AtomicUsize>) {
    while let Ok((stream, _)) = listener.accept().await {
        let (sealed, asked) = (sealed.clone(), asked.clone());
        let service = service_fn(move |_: Request<Incoming>| {
            asked.fetch_add(1, Ordering::SeqCst);
            let response = Response::builder().header("content-type", "text/plain");
            let response = response.body(Full::new(sealed.clone())).unwrap();
            async move { Ok::<_, Infallible>(response) }
        });
        let server = hyper::server::conn::http1::Builder::new();
        tokio::spawn(server.serve_connection(TokioIo::new(stream), service));
    }
}

#[tokio::test]
async fn threat_32_a_peer_s_own_member_sent_is_not_taken_for_ours() {
    for sent in [false, true] {
        let reply = json!({"status": "error", "message": "order stored, mail not sent", "sent": sent});
        let foreign = Foreign::answering(&reply.to_string()).await;
        let mut asking = foreign.asking();
        asking["idempotency_key"] = json!("order-4711");
        let first = foreign.alpha.ask("relay", asking.clone()).await;
        assert_eq!(problem_of(&first).0, Code::PeerFailed);
        for _ in 0..2 {
            let again = foreign.alpha.ask("relay", asking.clone()).await;
            assert_eq!(problem_of(&again).0, Code::PeerFailed);
            assert_eq!(again.member("repeated"), Some(&json!(true)));
            assert_eq!(again.member("peer_reply"), Some(&reply));
        }
        assert_eq!(foreign.asked.load(Ordering::SeqCst), 1);
    }
}

#[tokio::test]
async fn an_error_that_is_not_known_here_is_told_in_the_peer_s_word() {
    for (code, word) in [
        (json!("quota_exceeded"), "quota_exceeded"),
        (Value::Null, "peer_failed"),
    ] {
        let reply = json!({"status": "error", "code": code, "message": "no more today"});
        let foreign = Foreign::answering(&reply.to_string()).await;
        let traced = context().traced(true);
        let exchange = call_in(&foreign.alpha.owner, "relay", foreign.asking(), &traced).await;
        let (code, problem) = problem_of(&exchange.reply);
        assert_eq!(code, Code::PeerFailed, "{problem}");
        assert_eq!(problem["message"], "no more today");
        assert_eq!(problem["failed_at"]["code"], word, "{problem}");
        let hops = exchange.reply.trace().unwrap().flatten();
        let failed: Vec<&str> = hops.iter().filter_map(|hop| hop.failed.as_deref()).collect();
        assert_eq!(failed, [word]);
        let trail = foreign.alpha.trail().await;
        let record = trail.iter().find(|record| record["outcome"] == "failed").unwrap();
        let reason = match word {
            "peer_failed" => word.to_owned(),
            word => format!("peer_failed:{word}"),
        };
        assert_eq!(record["reason"], reason);
    }
}

#[tokio::test]
async fn what_a_peer_did_under_a_status_of_its_own_is_handed_on() {
    let reply = json!({"status": "creation_model_complete", "_cycle_status": "closed",
        "result": {"shortcut_pointer_address": "ptr_0123456789ab"}});
    let foreign = Foreign::answering(&reply.to_string()).await;
    let relayed = foreign.relayed().await;
    assert_eq!(relayed.member("peer_reply"), Some(&reply));
    assert_eq!(result_of(relayed), reply["result"]);
    let steps = json!([
        {"action": "relay", "connection_id": foreign.connection, "query": {"action": "execute_creation_model"}},
        {"action": "create_pointer", "data_reference": "https://b.example/{0.shortcut_pointer_address}"},
    ]);
    let circuit = foreign.alpha.circuit(&foreign.connection, steps).await;
    let results = result_of(foreign.alpha.invoke(&foreign.connection, &circuit).await);
    assert_eq!(
        results[1]["pointer"]["data_reference"],
        "https://b.example/ptr_0123456789ab"
    );
}

#[tokio::test]
async fn a_status_that_says_nothing_here_is_refused_with_the_reply_beside_it() {
    let reply = json!({"status": "pending", "job": 7});
    let foreign = Foreign::answering(&reply.to_string()).await;
    let (code, problem) = problem_of(&foreign.relayed().await);
    assert_eq!(code, Code::PeerGarbage);
    assert!(text(&problem["message"]).contains("pending"), "{problem}");
    assert_eq!(problem["peer_reply"], reply);
}

#[tokio::test]
async fn of_an_interpretation_the_whole_reply_is_handed_on() {
    let reply = json!({"status": "interpretation_rendered", "note": "n",
        "result": {"interpretation": "A model", "details": "d", "model": "m"}});
    let foreign = Foreign::answering(&reply.to_string()).await;
    let relayed = foreign.relayed().await.to_value();
    assert_eq!(relayed["status"], "interpretation_rendered");
    assert_eq!(
        relayed["result"],
        json!({"interpretation": "A model", "details": "d"})
    );
    assert_eq!(relayed["peer_reply"], reply);
}

#[tokio::test]
async fn digits_come_through_a_relay_and_no_circuit_goes_on_with_a_rounded_number() {
    let reply = r#"{"status": "success", "result": {"wei": 25000000000000000001, "name": "n"}}"#;
    let foreign = Foreign::answering(reply).await;
    let relayed = String::from_utf8(foreign.relayed().await.to_bytes()).unwrap();
    assert_eq!(relayed.matches("25000000000000000001").count(), 2, "{relayed}");
    for (taken, goes_on) in [("{0.name}", true), ("{0.wei}", false), ("{0}", false)] {
        let steps = json!([
            {"action": "relay", "connection_id": foreign.connection, "query": {"action": "balance"}},
            {"action": "search_pointers", "search_term": format!("it is {taken}")},
        ]);
        let circuit = foreign.alpha.circuit(&foreign.connection, steps).await;
        let reply = foreign.alpha.invoke(&foreign.connection, &circuit).await;
        if goes_on {
            result_of(reply);
            continue;
        }
        let (code, problem) = problem_of(&reply);
        assert_eq!(
            (code, &problem["step"]),
            (Code::InvalidCircuit, &json!(1)),
            "{problem}"
        );
        assert!(text(&problem["message"]).contains("as text"), "{problem}");
    }
}

//! Calls that end in a reply.

use crate::peer::{Answer, bind, instance, legacy, native, open, patient, seal, stats};
use butterfly_console::client::Client;
use butterfly_console::model::Timestamp;
use butterfly_console::protocol::{Code, Hop, PhaseName, Problem, Reply, seal_body};
use serde_json::json;
use std::sync::{Arc, Mutex};

fn names(hop: &Hop) -> Vec<PhaseName> {
    hop.phases.iter().map(|phase| phase.name).collect()
}

#[tokio::test]
async fn both_profiles_get_their_reply() {
    for make in [native, legacy] {
        let bound = bind().await;
        let credential = make(&bound.endpoint);
        let _server = instance(bound, &credential, |opened| {
            Reply::success(json!({"asked": opened.query.action()}))
        });
        let exchange = Client::new()
            .invoke(&credential, &stats(), &patient())
            .await
            .unwrap();
        assert_eq!(exchange.status, 200);
        assert_eq!(
            exchange.reply.result(),
            Some(&json!({"asked": "get_graph_stats"}))
        );
        assert_eq!(exchange.request.profile(), credential.profile());
        assert!(
            exchange
                .response_headers
                .to_texts()
                .iter()
                .any(|(name, _)| name == "content-type")
        );
        assert_ne!(
            exchange.response_body,
            exchange.reply.to_bytes(),
            "kept as it came, sealed"
        );
    }
}

#[tokio::test]
async fn phases_tell_a_new_connection_from_one_kept_alive_and_hold_the_servers_part() {
    let bound = bind().await;
    let credential = native(&bound.endpoint);
    let server_part = Hop {
        instance: "inst_0123456789ab".to_owned(),
        ..Hop::default()
    };
    let told = server_part.clone();
    let _server = instance(bound, &credential, move |_| {
        Reply::success(json!({})).with_trace(&told)
    });
    let client = Client::new();
    use PhaseName::{Connect, Open, Receive, Seal, Wait};
    let first = client.invoke(&credential, &stats(), &patient()).await.unwrap();
    assert_eq!(names(&first.hop), [Seal, Connect, Wait, Receive, Open]);
    assert_eq!(first.hop.instance, "console");
    assert_eq!(first.hop.next.as_deref(), Some(&server_part));
    let ends: Vec<u64> = first
        .hop
        .phases
        .iter()
        .map(|phase| phase.start_us + phase.duration_us)
        .collect();
    assert!(ends.is_sorted() && ends[4] <= first.elapsed_us);
    let second = client.invoke(&credential, &stats(), &patient()).await.unwrap();
    assert_eq!(names(&second.hop), [Seal, Wait, Receive, Open]);
}

#[tokio::test]
async fn sealed_errors_are_opened_under_every_status_that_may_carry_them() {
    let cases = [
        (400, Code::MalformedQuery),
        (403, Code::NotGranted),
        (429, Code::RateLimited),
        (502, Code::PeerUnreachable),
        (504, Code::DeadlineExceeded),
        (508, Code::LoopDetected),
        (200, Code::PointerNotFound),
    ];
    for (status, code) in cases {
        for make in [native, legacy] {
            let bound = bind().await;
            let credential = make(&bound.endpoint);
            let key = credential.clone();
            let _server = bound.serve(move |received| {
                let opened = open(&key, &received);
                seal(
                    &key,
                    &opened.jti,
                    status,
                    &Reply::error(&Problem::new(code, "no")),
                )
            });
            let exchange = Client::new()
                .invoke(&credential, &stats(), &patient())
                .await
                .unwrap();
            assert_eq!((exchange.status, exchange.reply.code()), (status, Some(code)));
        }
    }
}

#[tokio::test]
async fn a_body_sealed_before_travels_again_and_again_under_fresh_tokens() {
    let bound = bind().await;
    let credential = native(&bound.endpoint);
    let seen = Arc::new(Mutex::new(Vec::new()));
    let record = seen.clone();
    let key = credential.clone();
    let _server = bound.serve(move |received| {
        let opened = open(&key, &received);
        record
            .lock()
            .unwrap()
            .push((opened.jti.clone(), opened.traced, received.body));
        seal(&key, &opened.jti, 200, &Reply::success(json!({})))
    });
    let body = seal_body(&credential, &stats(), Timestamp::now());
    let client = Client::new();
    for _ in 0..2 {
        let context = patient().traced(true);
        client
            .invoke_sealed(&credential, body.clone(), &context)
            .await
            .unwrap();
    }
    let seen = seen.lock().unwrap();
    assert_ne!(seen[0].0, seen[1].0);
    assert_eq!(
        (&seen[0].2, &seen[1].2),
        (&body.clone().into_bytes(), &body.into_bytes())
    );
    assert!(seen[0].1, "the token asks for the trace, as the body cannot");
}

#[tokio::test]
async fn an_original_instance_may_label_its_sealed_errors_as_it_likes() {
    for content_type in ["text/plain", "application/octet-stream", ""] {
        let bound = bind().await;
        let credential = legacy(&bound.endpoint);
        let key = credential.clone();
        let _server = bound.serve(move |_| {
            let sealed = seal(
                &key,
                "",
                400,
                &Reply::error(&Problem::new(Code::UnknownAction, "no")),
            );
            Answer::new(400, content_type, sealed.body)
        });
        let exchange = Client::new()
            .invoke(&credential, &stats(), &patient())
            .await
            .unwrap();
        assert_eq!(exchange.reply.code(), Some(Code::UnknownAction));
    }
}

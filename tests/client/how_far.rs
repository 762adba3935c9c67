//! Calls that end in no reply tell how far they came: what was sent, what came instead, and where the time went.

use crate::peer::{Answer, Bound, bind, native, open, patient, seal, stats};
use butterfly_console::client::{Client, ClientError, ClientSettings, FailedExchange};
use butterfly_console::model::Timestamp;
use butterfly_console::protocol::{CallContext, HeldCredential, PhaseName, Reply};
use serde_json::json;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use PhaseName::{Connect, Receive, Seal, Wait};

async fn failed(credential: &HeldCredential) -> Box<FailedExchange> {
    failed_of(&Client::new(), credential, &patient()).await
}

async fn failed_of(
    client: &Client,
    credential: &HeldCredential,
    context: &CallContext,
) -> Box<FailedExchange> {
    let Err(failed) = client.attempt(credential, &stats(), context).await else {
        panic!("a reply came");
    };
    assert_eq!(failed.request.token.split('.').count(), 3);
    assert_eq!(failed.request.body.split('.').count(), 5);
    failed
}

fn phases(failed: &FailedExchange) -> Vec<PhaseName> {
    failed.hop.phases.iter().map(|phase| phase.name).collect()
}

fn soon() -> CallContext {
    let mut context = patient();
    context.deadline_ms = Timestamp::now().as_micros() / 1_000 + 200;
    context
}

/// Reads a request's head, answers with these bytes and leaves the connection open.
fn hangs_after(bound: Bound, answer: &'static [u8]) -> crate::peer::Server {
    bound.accept(move |mut stream: TcpStream, _| async move {
        let mut received = Vec::new();
        while !received.windows(4).any(|window| window == b"\r\n\r\n") {
            if stream.read_buf(&mut received).await.unwrap_or(0) == 0 {
                return;
            }
        }
        stream.write_all(answer).await.unwrap();
        std::future::pending::<()>().await;
    })
}

#[tokio::test]
async fn a_refusal_is_there_as_it_came() {
    const BODY: &str = r#"{"title":"Unauthorized","status":401}"#;
    for status in [401, 403, 429, 503] {
        let bound = bind().await;
        let credential = native(&bound.endpoint);
        let _server = bound
            .serve(move |_| Answer::new(status, "application/problem+json", BODY).with("retry-after", "7"));
        let failed = failed(&credential).await;
        assert_eq!(failed.status, Some(status));
        assert_eq!(failed.response_body, BODY.as_bytes());
        let headers = failed.response_headers.to_texts();
        let header = |name: &str| {
            let found = headers.iter().find(|(known, _)| known == name);
            found.map(|(_, value)| value.as_str())
        };
        assert_eq!(header("content-type"), Some("application/problem+json"));
        assert_eq!(header("retry-after"), Some("7"));
        assert_eq!(phases(&failed), [Seal, Connect, Wait, Receive]);
    }
}

#[tokio::test]
async fn what_cannot_be_opened_is_there_as_it_came() {
    let bound = bind().await;
    let credential = native(&bound.endpoint);
    let key = credential.clone();
    let _server = bound.serve(move |_| seal(&key, "another-request", 200, &Reply::success(json!({}))));
    let failed = failed(&credential).await;
    assert!(matches!(failed.error, ClientError::Garbage { .. }));
    assert_eq!(failed.status, Some(200));
    assert!(failed.response_body.starts_with(b"eyJ"));
    assert_eq!(
        phases(&failed),
        [Seal, Connect, Wait, Receive],
        "nothing was opened"
    );
}

#[tokio::test]
async fn where_nothing_answers_the_request_is_there() {
    let bound = bind().await;
    let credential = native(&bound.endpoint);
    drop(bound);
    let failed = failed(&credential).await;
    assert!(matches!(
        failed.error,
        ClientError::Unreachable { sent: false, .. }
    ));
    assert_eq!(
        (failed.status, failed.response_headers.to_texts().len()),
        (None, 0)
    );
    assert_eq!(phases(&failed), [Seal, Connect]);
}

#[tokio::test]
async fn at_the_deadline_what_came_until_then_is_there() {
    let bound = bind().await;
    let credential = native(&bound.endpoint);
    let _server = hangs_after(bound, b"");
    let failed = failed_of(&Client::new(), &credential, &soon()).await;
    assert!(matches!(failed.error, ClientError::Deadline { .. }));
    assert_eq!(failed.status, None);
    assert_eq!(phases(&failed), [Seal, Connect, Wait]);

    let bound = bind().await;
    let credential = native(&bound.endpoint);
    let _server = hangs_after(bound, b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nabc");
    let failed = failed_of(&Client::new(), &credential, &soon()).await;
    assert!(matches!(failed.error, ClientError::Deadline { .. }));
    assert_eq!(
        (failed.status, &failed.response_body[..]),
        (Some(200), &b"abc"[..])
    );
    assert_eq!(phases(&failed), [Seal, Connect, Wait, Receive]);
}

#[tokio::test]
async fn what_was_never_sent_has_no_time_on_the_wire() {
    let bound = bind().await;
    let credential = native(&bound.endpoint);
    let mut context = patient();
    context.deadline_ms = 0;
    let failed = failed_of(&Client::new(), &credential, &context).await;
    assert!(matches!(failed.error, ClientError::Deadline { .. }));
    assert_eq!((failed.status, phases(&failed)), (None, vec![Seal]));
}

#[tokio::test]
async fn of_an_answer_over_the_limit_no_more_than_that_is_kept() {
    let client = Client::with_settings(ClientSettings {
        response_limit: 1_000,
        ..ClientSettings::default()
    });
    let bound = bind().await;
    let credential = native(&bound.endpoint);
    let _server = bound.serve(|_| Answer::new(401, "text/plain", vec![b'a'; 1_001]));
    let failed = failed_of(&client, &credential, &patient()).await;
    assert!(matches!(failed.error, ClientError::TooLarge { .. }));
    assert_eq!(failed.status, Some(401));
    assert!(failed.response_body.len() <= 1_000);
}

/// Whether a call that is given up after so many turns tells that the instance may know of it.
async fn is_sent_after(client: &Client, credential: &HeldCredential, turns: usize) -> bool {
    let sent = AtomicBool::new(false);
    let (query, context) = (stats(), patient());
    let mut attempt = Box::pin(client.attempt_telling(credential, &query, &context, &sent));
    for _ in 0..turns {
        assert!(futures::poll!(attempt.as_mut()).is_pending());
    }
    drop(attempt);
    sent.load(Ordering::Relaxed)
}

#[tokio::test]
async fn a_call_that_is_given_up_tells_whether_anything_of_it_may_have_left() {
    let bound = bind().await;
    let credential = native(&bound.endpoint);
    let key = credential.clone();
    let _server = bound.serve(move |received| {
        let opened = open(&key, &received);
        seal(&key, &opened.jti, 200, &Reply::success(json!({})))
    });
    let client = Client::new();
    assert!(!is_sent_after(&client, &credential, 1).await, "not begun");
    assert!(!is_sent_after(&client, &credential, 2).await, "connecting");
    client.invoke(&credential, &stats(), &patient()).await.unwrap();
    assert!(
        !is_sent_after(&client, &credential, 1).await,
        "not begun on a kept one"
    );
    assert!(is_sent_after(&client, &credential, 2).await);
}

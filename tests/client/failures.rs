//! Calls that do not end in a reply: each failure is told apart, and none does harm.

use crate::peer::{Answer, bind, legacy, native, open, patient, seal, stats};
use butterfly_console::client::{Client, ClientError, ClientSettings};
use butterfly_console::model::{Endpoint, Timestamp};
use butterfly_console::protocol::{CallContext, Code, HeldCredential, Reply};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Notify;

async fn failure(credential: &HeldCredential) -> ClientError {
    failure_of(&Client::new(), credential, &patient()).await
}

async fn failure_of(client: &Client, credential: &HeldCredential, context: &CallContext) -> ClientError {
    match client.invoke(credential, &stats(), context).await {
        Ok(exchange) => panic!("a reply came: {:?}", exchange.reply),
        Err(error) => error,
    }
}

/// Reads a request up to the end of its headers, and whatever of its body came with them.
async fn read_request(stream: &mut TcpStream) {
    let mut received = Vec::new();
    while !received.windows(4).any(|window| window == b"\r\n\r\n") {
        if stream.read_buf(&mut received).await.unwrap_or(0) == 0 {
            return;
        }
    }
}

#[tokio::test]
async fn threat_15_a_reply_to_another_request_and_a_reflected_request_are_refused() {
    let bound = bind().await;
    let credential = native(&bound.endpoint);
    let key = credential.clone();
    let _server = bound.serve(move |_| seal(&key, "another-request", 200, &Reply::success(json!({}))));
    assert!(matches!(failure(&credential).await, ClientError::Garbage { .. }));

    let bound = bind().await;
    let credential = native(&bound.endpoint);
    let _server = bound.serve(|received| Answer::new(200, "application/jose", received.body));
    assert!(matches!(failure(&credential).await, ClientError::Garbage { .. }));
}

#[tokio::test]
async fn threat_31_garbage_of_any_kind_is_told_as_garbage() {
    for make in [native, legacy] {
        for (status, content_type) in [
            (200, "text/html"),
            (200, "application/jose"),
            (200, "application/json"),
        ] {
            let bound = bind().await;
            let credential = make(&bound.endpoint);
            let _server = bound.serve(move |_| Answer::new(status, content_type, "<html>hello</html>"));
            let error = failure(&credential).await;
            assert!(matches!(error, ClientError::Garbage { .. }), "{error}");
            assert_eq!(error.code(), Code::PeerGarbage);
        }
    }
    let bound = bind().await;
    let credential = native(&bound.endpoint);
    let _server = bound.accept(|mut stream, _| async move {
        read_request(&mut stream).await;
        stream.write_all(b"SSH-2.0-OpenSSH_9.2\r\n\r\n").await.unwrap();
    });
    let error = failure(&credential).await;
    assert!(matches!(error, ClientError::NotHttp { .. }), "{error}");
    assert_eq!(error.code(), Code::PeerGarbage);
}

#[tokio::test]
async fn a_head_that_is_too_large_is_not_blamed_on_the_keys() {
    let bound = bind().await;
    let credential = native(&bound.endpoint);
    let _server = bound.accept(|mut stream, _| async move {
        read_request(&mut stream).await;
        let headers: String = (0..120).map(|number| format!("x-{number}: 1\r\n")).collect();
        let response = format!("HTTP/1.1 200 OK\r\n{headers}content-length: 0\r\n\r\n");
        let _ = stream.write_all(response.as_bytes()).await;
    });
    let error = failure(&credential).await;
    let told = format!("{error}; {}", error.remedy());
    assert!(told.contains("headers") && !told.contains("key"), "{told}");
}

#[tokio::test]
async fn a_reply_sealed_under_another_key_or_that_is_no_reply_is_refused() {
    let bound = bind().await;
    let credential = native(&bound.endpoint);
    let stranger = native(&bound.endpoint);
    let key = credential.clone();
    let _server = bound.serve(move |received| {
        let opened = open(&key, &received);
        seal(&stranger, &opened.jti, 200, &Reply::success(json!({})))
    });
    assert!(matches!(failure(&credential).await, ClientError::Garbage { .. }));
}

#[tokio::test]
async fn refusals_of_both_kinds_of_instance_carry_their_hint() {
    let cases = [
        (
            "application/problem+json",
            r#"{"title":"Unauthorized","detail":"check both clocks"}"#,
            Some("check both clocks"),
        ),
        (
            "application/problem+json",
            r#"{"title":"Unauthorized"}"#,
            Some("Unauthorized"),
        ),
        (
            "application/json",
            r#"{"message":"Token is invalid!"}"#,
            Some("Token is invalid!"),
        ),
        ("text/html", "<h1>no</h1>", None),
        ("application/json", r#"{"message":7}"#, None),
    ];
    for (content_type, body, expected) in cases {
        let bound = bind().await;
        let credential = legacy(&bound.endpoint);
        let _server = bound.serve(move |_| Answer::new(401, content_type, body));
        let error = failure(&credential).await;
        assert_eq!(
            error,
            ClientError::Refused {
                endpoint: credential.endpoint.as_str().to_owned(),
                hint: expected.map(str::to_owned),
            }
        );
    }
}

#[tokio::test]
async fn threat_42_hints_are_inert() {
    let bound = bind().await;
    let credential = native(&bound.endpoint);
    let hostile = json!({"detail": format!("\u{1b}]52;c;ZXZpbA==\u{7}\u{202e}x{}", "y".repeat(1_000))});
    let _server = bound.serve(move |_| Answer::new(401, "application/problem+json", hostile.to_string()));
    let ClientError::Refused { hint: Some(hint), .. } = failure(&credential).await else {
        panic!("a refusal with a hint was expected");
    };
    assert!(hint.starts_with("]52;c;ZXZpbA==xyyy"));
    assert_eq!(hint.chars().count(), 200);
}

#[tokio::test]
async fn http_errors_say_their_status_detail_and_when_to_come_back() {
    let bound = bind().await;
    let credential = native(&bound.endpoint);
    let _server = bound.serve(|_| {
        Answer::new(503, "application/problem+json", r#"{"detail":"stopping"}"#).with("retry-after", "7")
    });
    let error = failure(&credential).await;
    assert_eq!(error.code(), Code::Overloaded);
    assert_eq!(
        error,
        ClientError::Http {
            endpoint: credential.endpoint.as_str().to_owned(),
            status: 503,
            detail: Some("stopping".to_owned()),
            retry_after: Some(7),
        }
    );
    for status in [301, 302, 404, 408, 413, 415, 500, 502] {
        let bound = bind().await;
        let credential = native(&bound.endpoint);
        let server =
            bound.serve(move |_| Answer::new(status, "text/html", "<h1>no</h1>").with("location", "/other"));
        let error = failure(&credential).await;
        assert!(
            matches!(error, ClientError::Http { status: told, detail: None, .. } if told == status),
            "{error}"
        );
        assert_eq!(
            server.requests(),
            1,
            "no redirect is followed and nothing is tried again"
        );
    }
}

#[tokio::test]
async fn a_refused_connection_is_provably_unsent() {
    let bound = bind().await;
    let credential = native(&bound.endpoint);
    drop(bound);
    let error = failure(&credential).await;
    assert!(
        matches!(error, ClientError::Unreachable { sent: false, .. }),
        "{error}"
    );
    assert!(error.to_string().contains(credential.endpoint.as_str()));
}

#[tokio::test]
async fn threat_32_a_call_that_may_have_executed_is_not_tried_again() {
    let bound = bind().await;
    let credential = native(&bound.endpoint);
    let server = bound.accept(|mut stream, requests| async move {
        read_request(&mut stream).await;
        requests.fetch_add(1, Ordering::SeqCst);
    });
    let error = failure(&credential).await;
    assert!(
        matches!(error, ClientError::Unreachable { sent: true, .. }),
        "{error}"
    );
    assert_eq!(server.requests(), 1);
}

#[tokio::test]
async fn a_response_cut_short_may_have_executed_and_is_told_so() {
    let bound = bind().await;
    let credential = native(&bound.endpoint);
    let _server = bound.accept(|mut stream, _| async move {
        read_request(&mut stream).await;
        stream
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nabc")
            .await
            .unwrap();
    });
    let error = failure(&credential).await;
    assert!(
        matches!(error, ClientError::Unreachable { sent: true, .. }),
        "{error}"
    );
    assert!(error.to_string().contains("broke off"), "{error}");
}

#[tokio::test]
async fn threat_31_a_peer_that_hangs_is_left_at_the_deadline() {
    for answer in [&b""[..], b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nabc"] {
        let bound = bind().await;
        let credential = native(&bound.endpoint);
        let _server = bound.accept(move |mut stream, _| async move {
            read_request(&mut stream).await;
            stream.write_all(answer).await.unwrap();
            std::future::pending::<()>().await;
        });
        let mut context = patient();
        context.deadline_ms = Timestamp::now().as_micros() / 1_000 + 200;
        let error = failure_of(&Client::new(), &credential, &context).await;
        assert!(
            matches!(error, ClientError::Deadline { seconds: 1, .. }),
            "{error}"
        );
        assert_eq!(error.code(), Code::DeadlineExceeded);
    }
}

#[tokio::test]
async fn threat_30_a_deadline_that_has_passed_sends_nothing() {
    let bound = bind().await;
    let credential = native(&bound.endpoint);
    let server = bound.serve(|_| Answer::new(200, "text/plain", ""));
    for deadline_ms in [0, i64::MIN, Timestamp::now().as_micros() / 1_000 - 1] {
        let mut context = patient();
        context.deadline_ms = deadline_ms;
        let error = failure_of(&Client::new(), &credential, &context).await;
        assert!(matches!(error, ClientError::Deadline { .. }), "{error}");
    }
    assert_eq!(server.requests(), 0);
}

#[tokio::test]
async fn a_call_that_is_dropped_closes_its_connection() {
    let bound = bind().await;
    let credential = native(&bound.endpoint);
    let (arrived, gone) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (has_arrived, is_gone) = (arrived.clone(), gone.clone());
    let _server = bound.accept(move |mut stream, _| {
        let (arrived, gone) = (arrived.clone(), gone.clone());
        async move {
            read_request(&mut stream).await;
            arrived.notify_one();
            let mut rest = Vec::new();
            // Ends when the client closes, in order or by a reset.
            let _ = stream.read_to_end(&mut rest).await;
            gone.notify_one();
        }
    });
    let call = tokio::spawn(async move { failure(&credential).await });
    has_arrived.notified().await;
    call.abort();
    is_gone.notified().await;
}

#[tokio::test]
async fn threat_23_a_response_over_the_limit_is_refused_announced_or_not() {
    let client = Client::with_settings(ClientSettings {
        response_limit: 1_000,
        ..ClientSettings::default()
    });
    let bound = bind().await;
    let credential = native(&bound.endpoint);
    let _server = bound.serve(|_| Answer::new(200, "application/jose", vec![b'a'; 1_001]));
    let error = failure_of(&client, &credential, &patient()).await;
    assert!(
        matches!(error, ClientError::TooLarge { limit: 1_000, .. }),
        "{error}"
    );

    // Chunks without an end: only a limit on what is read ever finishes this.
    let bound = bind().await;
    let credential = native(&bound.endpoint);
    let _server = bound.accept(|mut stream, _| async move {
        read_request(&mut stream).await;
        let _ = stream
            .write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
            .await;
        while stream.write_all(b"5\r\nabcde\r\n").await.is_ok() {}
    });
    let error = failure_of(&client, &credential, &patient()).await;
    assert!(
        matches!(error, ClientError::TooLarge { limit: 1_000, .. }),
        "{error}"
    );

    let bound = bind().await;
    let credential = native(&bound.endpoint);
    let _server = bound.serve(|_| Answer::new(200, "application/jose", vec![b'a'; 1_000]));
    let error = failure_of(&client, &credential, &patient()).await;
    assert!(
        matches!(error, ClientError::Garbage { .. }),
        "exactly the limit is read: {error}"
    );
}

#[tokio::test]
async fn plain_http_stays_on_loopback_unless_allowed() {
    // TEST-NET-1 (RFC 5737): nobody answers there, and nobody is asked.
    let credential = native(&Endpoint::parse("http://192.0.2.1:5001").unwrap());
    let error = failure(&credential).await;
    assert!(matches!(error, ClientError::Plaintext { .. }), "{error}");
    assert_eq!(error.code(), Code::FetchRefused);
    let mut context = patient();
    context.deadline_ms = Timestamp::now().as_micros() / 1_000 + 100;
    let error = failure_of(&Client::allowing_plain_http(), &credential, &context).await;
    assert!(
        matches!(
            error,
            ClientError::Deadline { .. } | ClientError::Unreachable { .. }
        ),
        "{error}"
    );
}

#[tokio::test]
async fn threat_44_no_message_carries_a_secret() {
    let bound = bind().await;
    let credential = native(&bound.endpoint);
    let _server = bound.serve(|received| {
        Answer::new(
            500,
            "application/json",
            json!({"message": received.path}).to_string(),
        )
    });
    let error = failure(&credential).await;
    let form = butterfly_console::protocol::CredentialForm::of(&credential).expose_value();
    let root = form["root"].as_str().unwrap();
    assert!(!format!("{error} {error:?} {credential:?}").contains(root));
}

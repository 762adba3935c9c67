//! What an operator relies on: readiness, metrics, and callers' addresses behind a reverse proxy.

use crate::support::{Response, Running, get, is_read, parse, raw, sealed, start_with};
use butterfly_console::model::{Grant, Profile};
use serde_json::json;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A GET with a line more.
async fn get_with(address: SocketAddr, path: &str, line: &str) -> Response {
    let request = format!("GET {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n{line}\r\n\r\n");
    parse(&raw(address, request.as_bytes()).await)
}

#[tokio::test]
async fn an_instance_that_stops_is_not_ready_and_finishes_what_was_accepted() {
    let running = Running::start().await;
    let address = running.address();
    assert_eq!(get(address, "/ready").await.status, 200);
    // Two requests that have begun: the instance waits for them and answers both.
    let call = sealed(&running.owner, "get_graph_stats", json!({}));
    let head = format!(
        "POST /invoke HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {}\r\ncontent-type: application/jose\r\n\
         content-length: {}\r\n\r\n",
        call.token,
        call.body.len()
    );
    let mut ready = TcpStream::connect(address).await.unwrap();
    ready
        .write_all(b"GET /ready HTTP/1.1\r\nhost: a\r\n")
        .await
        .unwrap();
    let mut invoke = TcpStream::connect(address).await.unwrap();
    invoke.write_all(head.as_bytes()).await.unwrap();
    let is_begun = async || {
        let text = get(address, "/metrics").await.text();
        text.contains("butterfly_invokes_in_flight 1\n") && is_read(&ready)
    };
    while !is_begun().await {
        tokio::task::yield_now().await;
    }
    let stopping = tokio::spawn(running.host.stop());
    // It has begun to stop when it no longer accepts.
    while TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    let mut answer = Vec::new();
    ready.write_all(b"\r\n").await.unwrap();
    ready.read_to_end(&mut answer).await.unwrap();
    let answer = parse(&answer);
    assert_eq!(answer.status, 503, "{}", answer.text());
    assert_eq!(answer.header("retry-after"), Some("1"));
    let mut answer = Vec::new();
    invoke.write_all(call.body.as_bytes()).await.unwrap();
    invoke.read_to_end(&mut answer).await.unwrap();
    assert_eq!(parse(&answer).status, 200);
    stopping.await.unwrap().unwrap();
}

#[tokio::test]
async fn metrics_tell_calls_by_outcome_how_long_they_took_and_what_is_wrong() {
    let running = Running::start().await;
    running.result("get_graph_stats", json!({})).await;
    running.ask("get_pointer_summary", json!({})).await;
    let text = get(running.address(), "/metrics").await.text();
    for sample in [
        "butterfly_invokes_succeeded_total 1\n",
        "butterfly_invokes_failed_total 1\n",
        "butterfly_invoke_duration_seconds_count 2\n",
        "butterfly_invoke_duration_seconds_bucket{le=\"+Inf\"} 2\n",
        "butterfly_invokes_in_flight 0\n",
        "butterfly_ready 1\n",
        "butterfly_audit_failing 0\n",
    ] {
        assert!(text.contains(sample), "{sample}{text}");
    }
    for database in ["instance", "audit"] {
        let name = format!("butterfly_database_bytes{{database=\"{database}\"}} ");
        let sample = text.lines().find_map(|line| line.strip_prefix(&name)).unwrap();
        assert!(sample.parse::<u64>().unwrap() > 4096, "{text}");
    }
}

#[tokio::test]
async fn nobody_s_word_counts_for_where_a_call_comes_from_but_a_trusted_proxy_s() {
    // Metrics are for loopback only: they show what address a request counts as coming from.
    let plain = Running::start().await;
    for line in ["x-forwarded-for: 203.0.113.9", "forwarded: for=203.0.113.9"] {
        assert_eq!(
            get_with(plain.address(), "/metrics", line).await.status,
            200,
            "{line}"
        );
    }
    let behind = start_with("trusted_proxies = [\"127.0.0.0/8\"]").await;
    let address = behind.address();
    for (line, status) in [
        ("x-forwarded-for: 203.0.113.9", 404),
        ("x-forwarded-for: 127.0.0.1, 203.0.113.9", 404),
        ("x-forwarded-for: 203.0.113.9, 127.0.0.2", 404),
        ("x-forwarded-for: [2001:db8::1]:4711", 404),
        ("x-forwarded-for: 127.0.0.2", 200),
        // The proxy itself asks.
        ("accept: */*", 200),
        // Not the header that this proxy writes: it is the caller's own.
        ("forwarded: for=203.0.113.9", 200),
        ("x-forwarded-for: unknown", 400),
    ] {
        assert_eq!(get_with(address, "/metrics", line).await.status, status, "{line}");
    }
    let standard = start_with("trusted_proxies = [\"127.0.0.0/8\"]\nproxy_header = \"forwarded\"").await;
    let line = "forwarded: for=\"[2001:db8::1]:4711\";proto=https";
    assert_eq!(get_with(standard.address(), "/metrics", line).await.status, 404);
    let elsewhere = start_with("trusted_proxies = [\"192.0.2.0/24\"]").await;
    let line = "x-forwarded-for: 203.0.113.9";
    assert_eq!(get_with(elsewhere.address(), "/metrics", line).await.status, 200);
}

#[tokio::test]
async fn sources_of_a_grant_are_checked_against_the_caller_behind_the_proxy() {
    let behind = start_with("trusted_proxies = [\"127.0.0.0/8\"]").await;
    let mut grant = Grant::read(["get_graph_stats"]);
    grant.sources = Some(vec!["203.0.113.0/24".parse().unwrap()]);
    let bound = behind.issue("bound", Profile::Native, &grant).await;
    for (hops, status) in [
        ("203.0.113.9", 200),
        ("203.0.113.9, 198.51.100.7", 403),
        ("198.51.100.7, 203.0.113.9", 200),
    ] {
        let call = sealed(&bound, "get_graph_stats", json!({}));
        let request = format!(
            "POST /invoke HTTP/1.1\r\nhost: a\r\nconnection: close\r\nauthorization: Bearer {}\r\n\
             content-type: application/jose\r\nx-forwarded-for: {hops}\r\ncontent-length: {}\r\n\r\n{}",
            call.token,
            call.body.len(),
            call.body
        );
        let answer = parse(&raw(behind.address(), request.as_bytes()).await);
        assert_eq!(answer.status, status, "{hops}");
    }
}

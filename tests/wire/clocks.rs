//! Whoever stalls is let go: the clock is held by the test, and moves only when nothing else can happen.

use crate::support::*;
use butterfly_console::client::Client;
use butterfly_console::instance::Instance;
use butterfly_console::model::Grant;
use butterfly_console::protocol::Query;
use butterfly_console::store::{AuditFilter, AuditOutcome};
use serde_json::json;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// An instance served on the test's own runtime.
async fn serving() -> (tempfile::TempDir, Arc<Instance>, SocketAddr) {
    let (home, folder, _owner) = create().await;
    let instance = Instance::open(&folder, None).await.unwrap();
    let listener = instance.bind().await.unwrap();
    let address = listener.local_addr().unwrap();
    let served = Arc::clone(&instance);
    tokio::spawn(async move { served.serve_here(listener, CancellationToken::new()).await });
    (home, instance, address)
}

#[tokio::test]
async fn threat_46_a_stop_waits_for_a_change_that_takes_long_and_has_it_on_record() {
    let (_home, folder, owner) = create().await;
    let instance = Instance::open(&folder, None).await.unwrap();
    let listener = instance.bind().await.unwrap();
    let stop = CancellationToken::new();
    let (served, stopping) = (Arc::clone(&instance), stop.clone());
    let mut serving = tokio::spawn(async move { served.serve_here(listener, stopping).await });
    let locked = rusqlite::Connection::open(folder.join("instance.db")).unwrap();
    locked.execute_batch("BEGIN IMMEDIATE").unwrap();
    let friend =
        json!({"name": "friend", "app_id": "friend", "profile": "native", "grant": Grant::read(["whoami"])});
    let query = Query::new("issue_credential", friend);
    tokio::spawn(async move { Client::new().invoke(&owner, &query, &context()).await });
    let outcomes = async || {
        let page = instance.audit().recent(None, 100, AuditFilter::default()).await;
        let records = page.unwrap().records;
        let of_it = records
            .iter()
            .filter(|record| record.action == "issue_credential");
        of_it.map(|record| record.outcome).collect::<Vec<_>>()
    };
    while outcomes().await.is_empty() {
        tokio::task::yield_now().await;
    }
    tokio::time::pause();
    stop.cancel();
    let waited = tokio::time::timeout(Duration::from_secs(60), &mut serving).await;
    assert!(waited.is_err(), "it ended before the change was on record");
    locked.execute_batch("ROLLBACK").unwrap();
    serving.await.unwrap().unwrap();
    assert_eq!(outcomes().await, [AuditOutcome::Done, AuditOutcome::Intent]);
    instance.close().await;
}

/// Sends the beginning of a request and waits for the end of the connection; what came back, and after how long.
async fn stall(address: SocketAddr, beginning: &str) -> (Vec<u8>, Duration) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(beginning.as_bytes()).await.unwrap();
    let began = Instant::now();
    let mut answer = Vec::new();
    let read = stream.read_to_end(&mut answer).await;
    read.unwrap();
    (answer, began.elapsed())
}

#[tokio::test]
async fn threat_24_slow_heads_slow_bodies_and_idle_connections_are_closed() {
    let (_home, _instance, address) = serving().await;
    tokio::time::pause();
    let about = |seconds: u64| Duration::from_secs(seconds)..Duration::from_secs(seconds + 2);

    let (_, waited) = stall(address, "").await;
    assert!(about(10).contains(&waited), "idle from the beginning: {waited:?}");
    let (_, waited) = stall(address, "POST /invoke HTTP/1.1\r\nHost: x\r\n").await;
    assert!(about(10).contains(&waited), "slow head: {waited:?}");
    let body = "POST /invoke HTTP/1.1\r\nHost: x\r\nContent-Type: application/jose\r\nContent-Length: 100\r\n\r\nabc";
    let (answer, waited) = stall(address, body).await;
    assert!(about(10).contains(&waited), "slow body: {waited:?}");
    assert_eq!(parse(&answer).status, 408);
    let (answer, waited) = stall(address, "GET /health HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert_eq!(parse(&answer).status, 200);
    assert!(about(30).contains(&waited), "idle after a response: {waited:?}");
    assert_eq!(
        get(address, "/health").await.status,
        200,
        "honest callers are unharmed"
    );
}

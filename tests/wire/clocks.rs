//! Whoever stalls is let go: the clock is held by the test, and moves only when nothing else can happen.

use crate::support::*;
use butterfly_console::instance::Instance;
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

//! What the benches share: bare echoes, and a load generator.
//!
//! Processor speed swings between runs, so only ratios taken in interleaved rounds mean anything:
//! every bench alternates between what it compares and reports the median of the rounds' ratios.
#![allow(dead_code)] // each bench uses its own part of this file

pub mod disk;
mod figures;

pub use figures::{Figures, Goal};

use axum::serve::ListenerExt;
use butterfly_console::instance::{Instance, NewInstance};
use butterfly_console::model::{InstanceName, NewPointer, PointerAddress, Timestamp};
use butterfly_console::protocol::HeldCredential;
use butterfly_console::store::{PointerQuery, Start};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

/// Keep-alive connections that a load keeps busy.
pub const CONNECTIONS: usize = 32;

/// Starts a bare axum server that answers each request with its own body: what the goals of sealed calls are ratios to.
pub fn start_echo(workers: usize) -> SocketAddr {
    start(workers, |listener| async move {
        let echo = axum::Router::new().route("/invoke", axum::routing::post(|body: Bytes| async { body }));
        let listener = listener.tap_io(|stream| stream.set_nodelay(true).expect("TCP_NODELAY"));
        axum::serve(listener, echo).await.expect("it serves");
    })
}

/// The same on nothing but the HTTP library that the instance's own server is built on.
pub fn start_echo_without_framework(workers: usize) -> SocketAddr {
    start(workers, |listener| async move {
        loop {
            let (stream, _) = listener.accept().await.expect("a connection");
            stream.set_nodelay(true).expect("TCP_NODELAY");
            tokio::spawn(async move {
                let _ = hyper::server::conn::http1::Builder::new()
                    .timer(TokioTimer::new())
                    .header_read_timeout(Duration::from_secs(10))
                    .serve_connection(TokioIo::new(stream), service_fn(echo))
                    .await;
            });
        }
    })
}

/// Starts a bare hop on the same library: it sends what it gets on to `peer`, over one connection for each that it is
/// given, and answers with what comes back. What goes through it is neither sealed nor looked at.
pub fn start_hop_without_framework(workers: usize, peer: SocketAddr) -> SocketAddr {
    start(workers, move |listener| async move {
        loop {
            let (stream, _) = listener.accept().await.expect("a connection");
            stream.set_nodelay(true).expect("TCP_NODELAY");
            tokio::spawn(hop(stream, peer));
        }
    })
}

async fn hop(stream: TcpStream, peer: SocketAddr) {
    let onward = TcpStream::connect(peer).await.expect("the peer listens");
    onward.set_nodelay(true).expect("TCP_NODELAY");
    let (sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(onward))
        .await
        .expect("HTTP to the peer");
    tokio::spawn(connection);
    let sender = tokio::sync::Mutex::new(sender);
    let service = service_fn(|request: Request<Incoming>| async {
        let mut sender = sender.lock().await;
        sender.ready().await?;
        let response = sender.send_request(request).await?;
        Ok::<_, hyper::Error>(Response::new(Full::new(
            response.into_body().collect().await?.to_bytes(),
        )))
    });
    let _ = hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

/// Serves on a thread and runtime of its own.
fn start<F>(workers: usize, serve: impl FnOnce(TcpListener) -> F + Send + 'static) -> SocketAddr
where
    F: Future<Output = ()>,
{
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(workers)
            .enable_all()
            .build()
            .expect("a runtime");
        runtime.block_on(async move {
            let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
            sender
                .send(listener.local_addr().expect("an address"))
                .expect("the bench waits");
            serve(listener).await;
        });
    });
    receiver.recv().expect("the echo listens")
}

async fn echo(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let body = request
        .into_body()
        .collect()
        .await
        .map(|body| body.to_bytes())
        .unwrap_or_default();
    Ok(Response::new(Full::new(body)))
}

/// What a load came to.
#[derive(Debug, Clone)]
pub struct LoadResult {
    /// Requests answered with 200.
    pub answered: u64,
    /// Requests answered otherwise.
    pub failed: u64,
    /// How long it took.
    pub elapsed: Duration,
    /// Latency of every request, microseconds, sorted.
    pub latencies: Vec<u32>,
}

impl LoadResult {
    /// Requests a second.
    pub fn rate(&self) -> f64 {
        self.answered as f64 / self.elapsed.as_secs_f64()
    }

    /// A percentile of the latency, in microseconds.
    pub fn percentile(&self, percent: f64) -> u32 {
        let last = self.latencies.len().saturating_sub(1);
        self.latencies
            .get((last as f64 * percent / 100.0) as usize)
            .copied()
            .unwrap_or(0)
    }
}

/// Sends each of `requests` (whole HTTP/1.1 messages) once, over `connections` keep-alive connections. A connection that
/// was answered takes the next one, so that all of them are busy until the end.
pub async fn load(address: SocketAddr, requests: Vec<Vec<u8>>, connections: usize) -> LoadResult {
    let requests = Arc::new(Requests {
        all: requests,
        next: AtomicUsize::new(0),
    });
    let mut streams = Vec::new();
    for _ in 0..connections {
        let stream = TcpStream::connect(address).await.expect("the server listens");
        stream.set_nodelay(true).expect("TCP_NODELAY");
        streams.push(stream);
    }
    let began = Instant::now();
    let tasks: Vec<_> = streams
        .into_iter()
        .map(|stream| tokio::spawn(one_connection(stream, Arc::clone(&requests))))
        .collect();
    let mut result = LoadResult {
        answered: 0,
        failed: 0,
        elapsed: Duration::ZERO,
        latencies: Vec::new(),
    };
    for task in tasks {
        let (answered, failed, latencies) = task.await.expect("a connection's task");
        result.answered += answered;
        result.failed += failed;
        result.latencies.extend(latencies);
    }
    result.elapsed = began.elapsed();
    result.latencies.sort_unstable();
    result
}

/// What is still to be sent.
struct Requests {
    all: Vec<Vec<u8>>,
    next: AtomicUsize,
}

impl Requests {
    fn take(&self) -> Option<&[u8]> {
        let next = self.next.fetch_add(1, Ordering::Relaxed);
        self.all.get(next).map(Vec::as_slice)
    }
}

async fn one_connection(mut stream: TcpStream, requests: Arc<Requests>) -> (u64, u64, Vec<u32>) {
    let (mut answered, mut failed, mut latencies) = (0, 0, Vec::new());
    let mut buffer = Vec::with_capacity(16 * 1024);
    while let Some(request) = requests.take() {
        let began = Instant::now();
        stream.write_all(request).await.expect("the server reads");
        if read_response(&mut stream, &mut buffer).await == 200 {
            answered += 1;
        } else {
            failed += 1;
        }
        latencies.push(u32::try_from(began.elapsed().as_micros()).unwrap_or(u32::MAX));
    }
    (answered, failed, latencies)
}

/// Reads one response with `Content-Length`; gives its status.
async fn read_response(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> u16 {
    buffer.clear();
    let head_end = loop {
        if let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        assert!(
            stream.read_buf(buffer).await.expect("the server answers") > 0,
            "closed within a response"
        );
    };
    let head = String::from_utf8_lossy(&buffer[..head_end]).to_ascii_lowercase();
    let length: usize = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length:"))
        .and_then(|value| value.trim().parse().ok())
        .expect("a content-length");
    while buffer.len() < head_end + length {
        assert!(
            stream.read_buf(buffer).await.expect("the server answers") > 0,
            "closed within a body"
        );
    }
    head.get(9..12)
        .and_then(|status| status.parse().ok())
        .unwrap_or(0)
}

/// A whole HTTP/1.1 request for an invoke.
pub fn request_bytes(authority: &str, content_type: &str, token: &str, body: &str) -> Vec<u8> {
    format!(
        "POST /invoke HTTP/1.1\r\nhost: {authority}\r\nauthorization: Bearer {token}\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// The middle value.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Bytes of this process in memory.
pub fn resident() -> i64 {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = text.split(' ').nth(1).and_then(|pages| pages.parse::<i64>().ok());
    pages.unwrap_or(0) * 4_096
}

/// How many pointers the benches that need many of them use.
pub const ROWS: usize = 1_000_000;

/// Believable rows: no two alike.
pub fn rows(count: usize) -> Vec<NewPointer> {
    const WHAT: [&str; 8] = [
        "Temperature readings",
        "Quarterly revenue",
        "Turbine vibration",
        "Patient registry",
        "Harbour traffic",
        "Soil moisture",
        "Build artefacts",
        "Customer complaints",
    ];
    const WHERE: [&str; 7] = ["Oslo", "Lagos", "Lima", "Kyoto", "Gdansk", "Nairobi", "Quebec"];
    (0..count)
        .map(|index| NewPointer {
            data_reference: format!("https://data.example/{}/{index}", index % 97),
            description: format!(
                "{} of {} station {index}",
                WHAT[index % WHAT.len()],
                WHERE[index % WHERE.len()]
            ),
            tags: vec![format!("site-{}", index % 50), "bench".to_owned()],
            connection_id: None,
            credential_pointer_address: None,
            federated: None,
            author: None,
        })
        .collect()
}

/// A runtime for the side that makes the load.
pub fn new_runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime")
}

/// Makes an instance on a free loopback port; gives its owner's credential.
pub async fn new_instance(folder: &Path) -> HeldCredential {
    let name = folder
        .file_name()
        .and_then(|name| name.to_str())
        .expect("a folder with a name");
    let new = NewInstance {
        key: Default::default(),
        name: InstanceName::parse(name).expect("a name"),
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        endpoint: None,
        insecure_http: false,
        tls: None,
    };
    Instance::create(folder, new).await.expect("an instance").1
}

/// Fills an instance that nobody hosts with pointers; gives some of their addresses.
pub async fn fill(folder: &Path, count: usize) -> Vec<PointerAddress> {
    let instance = Instance::open(folder, None).await.expect("the instance");
    let store = instance.store();
    let id = store
        .begin_import("bench", Timestamp::now())
        .await
        .expect("a session");
    for chunk in rows(count).chunks(5_000) {
        store
            .import_rows(
                id,
                "bench",
                chunk.iter().cloned().map(Into::into).collect(),
                Timestamp::now(),
            )
            .await
            .expect("good rows");
    }
    store
        .commit_import(id, "bench", None, Timestamp::now())
        .await
        .expect("a commit");
    let mut addresses = Vec::new();
    for page in 0..64 {
        let start = Start::Offset(page * (count as u64) / 64);
        let query = PointerQuery {
            start,
            limit: Some(500),
            ..PointerQuery::default()
        };
        let page = store.pointers(&query).await.expect("a page");
        addresses.extend(page.pointers.into_iter().map(|pointer| pointer.address));
    }
    instance.close().await;
    addresses
}

/// An instance served on a thread and runtime of its own, with or without its durable audit.
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    stop: CancellationToken,
    thread: std::thread::JoinHandle<()>,
}

impl Server {
    /// Opens and serves the instance in `folder`.
    pub fn start(folder: &Path, audit: bool) -> Self {
        let folder = folder.to_owned();
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        let (sender, receiver) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(async move {
                let opened = if audit {
                    Instance::open(&folder, None).await
                } else {
                    Instance::open_without_audit_for_bench(&folder).await
                };
                let instance = opened.expect("the instance");
                let listener = instance.bind().await.expect("its port");
                sender
                    .send(listener.local_addr().expect("an address"))
                    .expect("the bench waits");
                instance.serve(listener, stopped).await.expect("serving");
                instance.close().await;
            });
        });
        Self {
            address: receiver.recv().expect("the instance listens"),
            stop,
            thread,
        }
    }

    /// Stops it and waits.
    pub fn stop(self) {
        self.stop.cancel();
        self.thread.join().expect("the server's thread");
    }
}

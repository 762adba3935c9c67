//! HTTP/1.1 to whoever is trusted: requests go out, the heads of responses come back.
//!
//! Calls follow no redirects, use no proxies and are never repeated here unless nothing of them was sent, so that all
//! there is to do is to keep connections. A library that can do more would go through all of that for each call.

use super::arriving::Arriving;
use super::idle::Idle;
use super::live::{Live, Unanswered};
use super::timing::noting;
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{ACCEPT, HOST, HeaderValue, USER_AGENT};
use hyper::http::request::Builder;
use hyper::{Method, Request, Response, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use rustls::ClientConfig;
use std::error::Error;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;
use tower_service::Service;
use url::{Position, Url};

/// The name under which this program's requests go.
pub(super) const AGENT: &str = concat!("butterfly/", env!("CARGO_PKG_VERSION"));
/// Whatever is answered is looked at.
pub(super) const ANYTHING: &str = "*/*";

/// How often a quiet connection is asked whether its other end is still there, from when on and how often in vain.
const KEPT_ALIVE: Duration = Duration::from_secs(15);
const MOST_UNANSWERED: u32 = 3;
/// How long the system waits for the other end to acknowledge what was sent.
#[cfg(any(target_os = "android", target_os = "fuchsia", target_os = "linux"))]
const UNACKNOWLEDGED: Duration = Duration::from_secs(30);

/// Connections to whoever is trusted in one way. Cheap to clone (shared).
#[derive(Clone)]
pub(super) struct Transport(Arc<Connections>);

struct Connections {
    connector: HttpsConnector<HttpConnector>,
    idle: Arc<Idle>,
}

/// A response of which the head was read.
pub(super) type Begun = Response<Arriving>;

/// Why there is no response.
pub(super) enum Failure {
    /// There was no connection over which to ask.
    Unconnected(Box<dyn Error + Send + Sync>),
    /// The connection ended, or what came over it is no response.
    Unanswered(hyper::Error),
}

impl Transport {
    /// Connections that trust as `config` says, none of them made yet.
    pub(super) fn new(config: ClientConfig) -> Self {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_keepalive(Some(KEPT_ALIVE));
        tcp.set_keepalive_interval(Some(KEPT_ALIVE));
        tcp.set_keepalive_retries(Some(MOST_UNANSWERED));
        #[cfg(any(target_os = "android", target_os = "fuchsia", target_os = "linux"))]
        tcp.set_tcp_user_timeout(Some(UNACKNOWLEDGED));
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(config)
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        Self(Arc::new(Connections {
            connector,
            idle: Arc::default(),
        }))
    }

    /// Sends a request to where `url` leads, and waits for the head of its response. From its first turn on it is under
    /// way: on a connection that was kept, or on one whose making is noted.
    pub(super) async fn send(&self, url: &Url, mut request: Request<Full<Bytes>>) -> Result<Begun, Failure> {
        let host = HeaderValue::from_str(host(url)).expect("a host is ASCII");
        request.headers_mut().insert(HOST, host);
        let origin = &url[..Position::BeforePath];
        while let Some(live) = self.free(origin) {
            match live.exchange(request).await {
                Ok(begun) => return Ok(self.arriving(begun)),
                Err(Unanswered {
                    unsent: Some(unsent), ..
                }) => request = unsent,
                Err(failed) => return Err(Failure::Unanswered(failed.error)),
            }
        }
        let live = noting(self.connect(origin)).await?;
        let begun = live.exchange(request).await;
        begun
            .map(|begun| self.arriving(begun))
            .map_err(|failed| Failure::Unanswered(failed.error))
    }

    fn arriving(&self, (response, live): (Response<Incoming>, Box<Live>)) -> Begun {
        response.map(|incoming| Arriving::over(live, &self.0.idle, incoming))
    }

    /// A connection that was used before and is still there.
    fn free(&self, origin: &str) -> Option<Box<Live>> {
        std::iter::from_fn(|| self.0.idle.take(origin)).find_map(|mut live| live.is_free().then_some(live))
    }

    async fn connect(&self, origin: &str) -> Result<Box<Live>, Failure> {
        let to = Uri::try_from(origin).expect("the origin of an endpoint is a URI");
        let stream = self.0.connector.clone().call(to).await;
        let stream = stream.map_err(Failure::Unconnected)?;
        let live = Live::begin(origin.to_owned(), stream).await;
        live.map_err(|error| Failure::Unconnected(error.into()))
    }
}

/// Lets everybody go first who is ready, so that requests which are made together leave together: a peer that the first
/// one wakes takes the processor from whoever makes the next one. Nothing is under way meanwhile.
pub(super) async fn after_the_others() {
    let mut gave_way = false;
    poll_fn(|context| {
        if gave_way {
            return Poll::Ready(());
        }
        gave_way = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// A `GET`.
pub(super) fn get(url: &Url) -> Request<Full<Bytes>> {
    with(begin(Method::GET, url), "")
}

/// The beginning of a `POST`.
pub(super) fn post(url: &Url) -> Builder {
    begin(Method::POST, url)
}

fn begin(method: Method, url: &Url) -> Builder {
    Request::builder().method(method).uri(target(url))
}

/// What a request line names: the path, and the query where there is one.
pub(super) fn target(url: &Url) -> &str {
    &url[Position::BeforePath..Position::AfterQuery]
}

/// The host, and the port where it is not the scheme's own.
pub(super) fn host(url: &Url) -> &str {
    &url[Position::BeforeHost..Position::AfterPort]
}

/// A request with this body. What was put into it before has its form by its type.
pub(super) fn with(request: Builder, body: impl Into<Bytes>) -> Request<Full<Bytes>> {
    let request = request
        .header(ACCEPT, HeaderValue::from_static(ANYTHING))
        .header(USER_AGENT, HeaderValue::from_static(AGENT))
        .body(Full::new(body.into()));
    request.expect("a method, a URI and headers that are ones already make a request")
}

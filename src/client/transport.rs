//! HTTP/1.1 to whoever is trusted: requests go out, the heads of responses come back.
//!
//! Calls follow no redirects, use no proxies and are never repeated here, so that what stands between this and the
//! connections is their pool alone: a library that can do more would go through all of that for each call, which is a
//! seventh of what an instance does to relay one.

use super::timing::{NoteConnections, NotedConnector};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{ACCEPT, HeaderValue, USER_AGENT};
use hyper::http::request::Builder;
use hyper::{Method, Request, Response, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::{Client as Pool, Error};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::ClientConfig;
use std::sync::Arc;
use std::time::Duration;
use tower_layer::Layer;
use url::Url;

/// The name under which this program's requests go.
pub(super) const AGENT: &str = concat!("butterfly/", env!("CARGO_PKG_VERSION"));
/// Whatever is answered is looked at.
pub(super) const ANYTHING: &str = "*/*";

/// A connection idle for longer is closed by us, before the server's own limit makes a request fail.
const IDLE: Duration = Duration::from_secs(15);
/// How often a quiet connection is asked whether its other end is still there, from when on and how often in vain.
const KEPT_ALIVE: Duration = Duration::from_secs(15);
const MOST_UNANSWERED: u32 = 3;
/// How long the system waits for the other end to acknowledge what was sent.
#[cfg(any(target_os = "android", target_os = "fuchsia", target_os = "linux"))]
const UNACKNOWLEDGED: Duration = Duration::from_secs(30);

/// Connections to whoever is trusted in one way. Cheap to clone (shared).
#[derive(Clone)]
pub(super) struct Transport(Arc<Pool<NotedConnector<HttpsConnector<HttpConnector>>, Full<Bytes>>>);

/// A response of which the head was read.
pub(super) type Begun = Response<Incoming>;

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
        let pool = Pool::builder(TokioExecutor::new())
            .timer(TokioTimer::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .build(NoteConnections.layer(connector));
        Self(Arc::new(pool))
    }

    /// Sends a request, and waits for the head of its response.
    pub(super) async fn send(&self, request: Request<Full<Bytes>>) -> Result<Begun, Error> {
        self.0.request(request).await
    }
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
    let uri = Uri::try_from(url.as_str()).expect("the URL of an endpoint is a URI");
    Request::builder().method(method).uri(uri)
}

/// A request with this body. What was put into it before has its form by its type.
pub(super) fn with(request: Builder, body: impl Into<Bytes>) -> Request<Full<Bytes>> {
    let request = request
        .header(ACCEPT, HeaderValue::from_static(ANYTHING))
        .header(USER_AGENT, HeaderValue::from_static(AGENT))
        .body(Full::new(body.into()));
    request.expect("a method, a URI and headers that are ones already make a request")
}

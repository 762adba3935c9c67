//! The HTTP server around an instance: accepting, bounding, and stopping without losing what was accepted.

use super::guard::Guard;
use super::limits::{self, Rate, Shares};
use super::workers::Workers;
use super::{Instance, InstanceError, proxy_protocol, routes, witness};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::io::Write;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

impl Instance {
    /// Listens where the settings say.
    pub async fn bind(&self) -> Result<TcpListener, InstanceError> {
        let may_be_public = self.settings().insecure_http || self.tls().is_some();
        bind(self.settings().listen, may_be_public).await
    }

    /// Answers on `listener` until `stop`, then finishes what was accepted. On several processors it is answered by
    /// threads of its own; this runtime only accepts.
    pub async fn serve(
        self: &Arc<Self>,
        listener: TcpListener,
        stop: CancellationToken,
    ) -> Result<(), InstanceError> {
        let workers = Workers::start().map_err(InstanceError::NoThread)?;
        self.serve_by(workers, listener, stop).await
    }

    /// The same, all of it on this runtime: for whoever holds its clock.
    pub async fn serve_here(
        self: &Arc<Self>,
        listener: TcpListener,
        stop: CancellationToken,
    ) -> Result<(), InstanceError> {
        self.serve_by(Workers::none(), listener, stop).await
    }

    async fn serve_by(
        self: &Arc<Self>,
        workers: Workers,
        listener: TcpListener,
        stop: CancellationToken,
    ) -> Result<(), InstanceError> {
        let serving = CancellationToken::new();
        let exchanging = witness::keep_exchanging(Arc::clone(self), serving.clone());
        let exchanging = tokio::spawn(exchanging);
        serve(Arc::clone(self), listener, workers, stop).await;
        serving.cancel();
        // It only fails if it panicked, which the log has.
        let _ = exchanging.await;
        self.flush_uses().await?;
        Ok(())
    }
}

/// Connections at one time.
const MOST_CONNECTIONS: usize = 1024;
/// How many of them one address may have, so that it cannot shut out all others. Trusted proxies speak for many.
const MOST_OF_ONE: usize = MOST_CONNECTIONS / 2;
/// Longest head of a request: a token has 8 KiB at most.
const LONGEST_HEAD: usize = 16 * 1024;
/// How long a caller may take for its side of the TLS handshake.
const TLS_PATIENCE: Duration = Duration::from_secs(10);
/// How long a connection may lie idle between requests.
const IDLE: Duration = Duration::from_secs(30);
/// How long accepted calls have to finish when the instance stops.
const GRACE: Duration = Duration::from_secs(5);
/// A pause after the system refused to accept, so that a shortage (of file descriptors, say) does not become a busy loop.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// What a connection too many gets to read.
const TURNED_AWAY: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nretry-after: 1\r\nconnection: close\r\n\r\n";

/// Refuses plain HTTP on an address that is not loopback, unless the administrator says otherwise.
pub fn check_listen(address: SocketAddr, insecure_http: bool) -> Result<(), InstanceError> {
    if address.ip().to_canonical().is_loopback() || insecure_http {
        return Ok(());
    }
    Err(InstanceError::PlainHttp(address.to_string()))
}

/// Listens where the settings say; plain HTTP on loopback only, unless they say otherwise.
pub(super) async fn bind(address: SocketAddr, insecure_http: bool) -> Result<TcpListener, InstanceError> {
    check_listen(address, insecure_http)?;
    TcpListener::bind(address)
        .await
        .map_err(|error| InstanceError::Listen {
            address: address.to_string(),
            cause: error.to_string(),
        })
}

/// Answers until `stop`, then finishes what was accepted.
pub(super) async fn serve(
    instance: Arc<Instance>,
    listener: TcpListener,
    workers: Workers,
    stop: CancellationToken,
) {
    let instance_tls = instance.tls().map(|served| served.acceptor.clone());
    let server = Server {
        instance,
        places: Arc::new(Semaphore::new(MOST_CONNECTIONS)),
        shares: Shares::new(MOST_OF_ONE),
        http: http(),
        tls: instance_tls,
        stop: stop.clone(),
        workers,
        unsaid: Arc::default(),
    };
    let mut stopped = pin!(stop.cancelled());
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stopped => break,
        };
        // It belongs to the runtime of whoever answers on it.
        match accepted.and_then(|(stream, peer)| Ok((stream.into_std()?, peer))) {
            Ok((stream, peer)) => server.welcome(stream, peer),
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    server.instance.begin_stopping();
    drop(listener);
    let instance = Arc::clone(&server.instance);
    let about_to_cut = |left| {
        if left > 0 {
            instance.note_cut(left);
            tracing::warn!(left, "connections did not end in time and are cut");
        }
    };
    server
        .workers
        .end(
            GRACE,
            (instance.unfinished(), instance.changes_under_way()),
            about_to_cut,
        )
        .await;
}

struct Server {
    instance: Arc<Instance>,
    places: Arc<Semaphore>,
    shares: Shares,
    http: http1::Builder,
    tls: Option<TlsAcceptor>,
    stop: CancellationToken,
    workers: Workers,
    /// How often it is logged that a proxy did not say for whom it connects.
    unsaid: Arc<Rate>,
}

/// What the beginning of a connection needs of the server.
struct Door {
    instance: Arc<Instance>,
    http: http1::Builder,
    tls: Option<TlsAcceptor>,
    shares: Shares,
    unsaid: Arc<Rate>,
}

impl Server {
    fn welcome(&self, stream: std::net::TcpStream, peer: SocketAddr) {
        let metrics = self.instance.metrics();
        metrics.connections.add_one();
        let address = peer.ip().to_canonical();
        let is_proxy = self.instance.settings().trusts(address);
        let share = self.shares.take(address);
        let place = Arc::clone(&self.places).try_acquire_owned().ok();
        let Some(place) = place.filter(|_| is_proxy || share.is_some()) else {
            metrics.turned_away.add_one();
            turn_away(stream);
            return;
        };
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY was refused");
        }
        let door = Door {
            instance: Arc::clone(&self.instance),
            http: self.http.clone(),
            tls: self.tls.clone(),
            shares: self.shares.clone(),
            unsaid: Arc::clone(&self.unsaid),
        };
        // Looked at whenever the connection goes on: one for all would be waited for by every worker.
        let stop = self.stop.child_token();
        self.workers.give(async move {
            let _places = (place, share);
            match TcpStream::from_std(stream) {
                Ok(stream) => door.begin(stream, peer.ip(), stop).await,
                Err(error) => tracing::warn!(%error, "a connection could not be taken over"),
            }
        });
    }
}

impl Door {
    /// What comes before HTTP: for whom a proxy connects, and TLS.
    async fn begin(self, mut stream: TcpStream, peer: IpAddr, stop: CancellationToken) {
        let Self { instance, http, .. } = &self;
        let caller = match proxy_protocol::caller(instance.settings(), peer, &mut stream).await {
            Ok(caller) => caller,
            Err(error) => return self.unsaid(peer, &error),
        };
        // A trusted proxy has no share of its own, because it speaks for many: each of them has one.
        let speaks_for_another = caller != peer && !instance.settings().trusts(caller);
        let share = speaks_for_another.then(|| self.shares.take(caller));
        if matches!(share, Some(None)) {
            instance.metrics().turned_away.add_one();
            // Whoever does not take it learns the same from the closed connection.
            let _ = stream.try_write(TURNED_AWAY);
            return;
        }
        let instance = Arc::clone(instance);
        let Some(tls) = &self.tls else {
            return converse(instance, http, stream, caller, stop).await;
        };
        match tokio::time::timeout(TLS_PATIENCE, tls.accept(stream)).await {
            Ok(Ok(stream)) => converse(instance, http, stream, caller, stop).await,
            Ok(Err(error)) => tracing::debug!(peer = %caller, %error, "no TLS came about"),
            Err(_) => tracing::debug!(peer = %caller, "a TLS handshake took too long"),
        }
    }

    /// Nobody is answered then, and whoever calls hears nothing of why: the log has to have it, but not a line for each.
    fn unsaid(&self, peer: IpAddr, error: &std::io::Error) {
        self.instance.metrics().malformed.add_one();
        if self.unsaid.take(1, limits::moment_us()).is_err() {
            return tracing::debug!(%peer, %error, "a proxy did not say for whom it connects");
        }
        tracing::warn!(
            %peer,
            %error,
            "a connection from a trusted proxy did not begin with the PROXY protocol and was closed unanswered: that proxy \
             has to send it, and whoever is no proxy has to call the proxy's address (`endpoint`), not this one"
        );
    }
}

/// One connection from its first byte to its last.
async fn converse<S: AsyncRead + AsyncWrite + Unpin>(
    instance: Arc<Instance>,
    http: &http1::Builder,
    stream: S,
    peer: IpAddr,
    stop: CancellationToken,
) {
    let service = service_fn(|request| {
        let instance = &instance;
        async move { Ok::<_, Infallible>(routes::answer(instance, peer, request).await) }
    });
    let mut connection = pin!(http.serve_connection(TokioIo::new(Guard::new(stream)), service));
    let ended = tokio::select! {
        ended = &mut connection => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%peer, %error, "a connection ended badly");
    }
}

fn http() -> http1::Builder {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(IDLE)
        .half_close(false)
        .pipeline_flush(false)
        .max_header_size(LONGEST_HEAD)
        .max_buf_size(64 * 1024);
    http
}

/// Says no without waiting for anything.
fn turn_away(mut stream: std::net::TcpStream) {
    // Whoever does not take it learns the same from the closed connection.
    let _ = stream.write(TURNED_AWAY);
}

//! Servers for the client to talk to: plain and TLS, well-behaved and scripted byte by byte.

use butterfly_console::model::{AppId, Endpoint, Profile, Timestamp};
use butterfly_console::protocol::{CallContext, HeldCredential, HeldKeys, Query, Reply};
use butterfly_console::seal::{fernet, jwe, random, token};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// A request as a server got it.
pub struct Received {
    pub path: String,
    pub token: String,
    pub content_type: String,
    pub body: Vec<u8>,
}

/// A response for a server to give.
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: vec![("content-type", content_type.to_owned())],
            body: body.into(),
        }
    }

    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }
}

/// A listening socket whose server is not decided yet.
pub struct Bound {
    listener: TcpListener,
    pub endpoint: Endpoint,
}

/// A running server; it stops when dropped.
pub struct Server {
    requests: Arc<AtomicUsize>,
    connections: watch::Receiver<Connections>,
    task: JoinHandle<()>,
}

/// How many connections there were, and how many of them ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Connections {
    pub begun: usize,
    pub ended: usize,
}

impl Server {
    /// How many requests arrived.
    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }

    /// Connections so far.
    pub fn connections(&self) -> Connections {
        *self.connections.borrow()
    }

    /// Waits until so many connections have ended.
    pub async fn ended(&self, count: usize) {
        let mut connections = self.connections.clone();
        let is_so = |now: &Connections| now.ended >= count;
        connections.wait_for(is_so).await.unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

pub async fn bind() -> Bound {
    bind_as("http").await
}

pub async fn bind_as(scheme: &str) -> Bound {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    Bound {
        listener,
        endpoint: Endpoint::parse(&format!("{scheme}://{address}")).unwrap(),
    }
}

impl Bound {
    /// Answers each request over HTTP.
    pub fn serve(self, answer: impl Fn(Received) -> Answer + Send + Sync + 'static) -> Server {
        let answer = Arc::new(answer);
        self.accept(move |stream, requests| serve_connection(stream, answer.clone(), requests))
    }

    /// The same over TLS.
    pub fn serve_tls(
        self,
        config: rustls::ServerConfig,
        answer: impl Fn(Received) -> Answer + Send + Sync + 'static,
    ) -> Server {
        let answer = Arc::new(answer);
        let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
        self.accept(move |stream, requests| {
            let (acceptor, answer) = (acceptor.clone(), answer.clone());
            async move {
                if let Ok(stream) = acceptor.accept(stream).await {
                    serve_connection(stream, answer, requests).await;
                }
            }
        })
    }

    /// Hands each connection over as it is.
    pub fn accept<F>(self, serve: impl Fn(TcpStream, Arc<AtomicUsize>) -> F + Send + 'static) -> Server
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let requests = Arc::new(AtomicUsize::new(0));
        let counter = requests.clone();
        let (count, connections) = watch::channel(Connections::default());
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = self.listener.accept().await {
                count.send_modify(|count| count.begun += 1);
                let (serving, count) = (serve(stream, counter.clone()), count.clone());
                tokio::spawn(async move {
                    serving.await;
                    count.send_modify(|count| count.ended += 1);
                });
            }
        });
        Server {
            requests,
            connections,
            task,
        }
    }
}

async fn serve_connection<S>(
    stream: S,
    answer: Arc<impl Fn(Received) -> Answer + Send + Sync + 'static>,
    requests: Arc<AtomicUsize>,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(move |request: Request<Incoming>| {
        let (answer, requests) = (answer.clone(), requests.clone());
        async move {
            requests.fetch_add(1, Ordering::SeqCst);
            Ok::<_, Infallible>(respond(answer(receive(request).await)))
        }
    });
    // A client that goes away in the middle is what some tests want.
    let _ = hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

async fn receive(request: Request<Incoming>) -> Received {
    let header = |name: &str| {
        let value = request.headers().get(name);
        value
            .map(|value| value.to_str().unwrap().to_owned())
            .unwrap_or_default()
    };
    Received {
        path: request.uri().path().to_owned(),
        token: header("authorization").trim_start_matches("Bearer ").to_owned(),
        content_type: header("content-type"),
        body: request.into_body().collect().await.unwrap().to_bytes().to_vec(),
    }
}

fn respond(answer: Answer) -> Response<Full<Bytes>> {
    let mut response = Response::builder().status(answer.status);
    for (name, value) in answer.headers {
        response = response.header(name, value.as_bytes());
    }
    response.body(Full::new(Bytes::from(answer.body))).unwrap()
}

/// A credential for an instance of this program that answers at `endpoint`.
pub fn native(endpoint: &Endpoint) -> HeldCredential {
    HeldCredential::native(
        AppId::parse("a-console").unwrap(),
        endpoint.clone(),
        random::instance_id(),
        random::key_id(),
        random::root_key(),
    )
}

/// A credential for an original instance that answers at `endpoint`.
pub fn legacy(endpoint: &Endpoint) -> HeldCredential {
    HeldCredential::legacy(
        AppId::parse("my-test-app").unwrap(),
        endpoint.clone(),
        random::token_secret(),
        random::fernet_key(),
        None,
    )
}

/// A request as the instance sees it, once it has checked everything.
pub struct Opened {
    pub query: Query,
    pub jti: String,
    /// Native only: whether the token asked for a trace.
    pub traced: bool,
}

/// Checks the token and opens the body, as the instance with this credential would.
pub fn open(credential: &HeldCredential, received: &Received) -> Opened {
    let now = Timestamp::now().as_seconds();
    match &credential.keys {
        HeldKeys::Native {
            instance_id, keys, ..
        } => {
            let expected = token::Expectation {
                app_id: &credential.app_id,
                audience: instance_id,
                endpoint: credential.endpoint.as_str(),
                now,
            };
            let claims = token::verify(keys, &received.token, expected).unwrap();
            claims.check_body(&received.body).unwrap();
            assert_eq!(received.content_type, "application/jose");
            Opened {
                query: Query::parse(&jwe::open_query(keys, &received.body).unwrap()).unwrap(),
                jti: claims.jti,
                traced: claims.trc == Some(true),
            }
        }
        HeldKeys::Legacy { keys, .. } => {
            token::verify_legacy(keys, &received.token, now).unwrap();
            assert_eq!(received.content_type, "text/plain");
            Opened {
                query: Query::parse(&fernet::open(keys, &received.body).unwrap()).unwrap(),
                jti: String::new(),
                traced: false,
            }
        }
    }
}

/// The sealed answer of the instance with this credential.
pub fn seal(credential: &HeldCredential, jti: &str, status: u16, reply: &Reply) -> Answer {
    let plaintext = reply.to_bytes();
    match &credential.keys {
        HeldKeys::Native { keys, .. } => {
            Answer::new(status, "application/jose", jwe::seal_reply(keys, jti, &plaintext))
        }
        HeldKeys::Legacy { keys, .. } => {
            let body = fernet::seal(keys, Timestamp::now(), &plaintext);
            Answer::new(status, "text/plain; charset=utf-8", body)
        }
    }
}

/// A server that opens each query and seals what `act` replies to it.
pub fn instance(
    bound: Bound,
    credential: &HeldCredential,
    act: impl Fn(&Opened) -> Reply + Send + Sync + 'static,
) -> Server {
    let credential = credential.clone();
    let profile = credential.profile();
    bound.serve(move |received| {
        let opened = open(&credential, &received);
        let reply = act(&opened);
        let status = match profile {
            Profile::Legacy => 200,
            Profile::Native => reply.code().map_or(200, |code| code.http_status(profile)),
        };
        seal(&credential, &opened.jti, status, &reply)
    })
}

/// A context with more time than any test needs.
pub fn patient() -> CallContext {
    CallContext::begin(Timestamp::now(), 60)
}

/// A query to ask.
pub fn stats() -> Query {
    Query::new("get_graph_stats", serde_json::json!({}))
}

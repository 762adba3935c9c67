//! One connection to an instance, driven by whoever uses it.
//!
//! It has no task of its own: the exchange that it was given to does its reading and writing, in its own turn, until the
//! response has arrived. Two tasks that wake each other for each message, and a pool that looks for the connection of
//! each call by more than where it leads to, were a twelfth of what an instance does to relay one.

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::{self, Connection, SendRequest};
use hyper::{Request, Response};
use hyper_rustls::MaybeHttpsStream;
use hyper_util::rt::TokioIo;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Waker};
use tokio::net::TcpStream;

/// What a connection runs over: TCP, or TLS over TCP.
type Stream = MaybeHttpsStream<TokioIo<TcpStream>>;

/// A connection over which one request at a time may be sent.
pub(super) struct Live {
    /// Scheme, host and port.
    pub origin: String,
    sender: SendRequest<Full<Bytes>>,
    /// None once it has ended.
    connection: Option<Connection<Stream, Full<Bytes>>>,
}

/// A request that got no response.
pub(super) struct Unanswered {
    pub error: hyper::Error,
    /// The request, if nothing of it was sent.
    pub unsent: Option<Request<Full<Bytes>>>,
}

impl Live {
    /// Speaks HTTP over a stream.
    pub(super) async fn begin(origin: String, stream: Stream) -> hyper::Result<Box<Self>> {
        let (sender, connection) = http1::handshake(stream).await?;
        Ok(Box::new(Self {
            origin,
            sender,
            connection: Some(connection),
        }))
    }

    /// Reads and writes what can be read and written. How it ended is told to whoever waits for a response.
    pub(super) fn drive(&mut self, context: &mut Context<'_>) {
        if let Some(connection) = &mut self.connection
            && Pin::new(connection).poll(context).is_ready()
        {
            self.connection = None;
        }
    }

    /// Whether a request may be sent over it now, as far as that can be known: whoever closed it was heard.
    pub(super) fn is_free(&mut self) -> bool {
        // Nobody is woken by a connection that nobody uses, nor by its own request once it has one.
        self.drive(&mut Context::from_waker(Waker::noop()));
        self.is_free_already()
    }

    /// The same, where it has just done all that there was to do.
    pub(super) fn is_free_already(&self) -> bool {
        self.connection.is_some() && self.sender.is_ready()
    }

    /// Sends a request and waits for the head of its response; the body goes on to arrive over this connection.
    pub(super) async fn exchange(
        mut self: Box<Self>,
        request: Request<Full<Bytes>>,
    ) -> Result<(Response<Incoming>, Box<Self>), Unanswered> {
        let mut sending = pin!(self.sender.try_send_request(request));
        let answered = poll_fn(|context| {
            self.drive(context);
            sending.as_mut().poll(context)
        });
        match answered.await {
            Ok(response) => Ok((response, self)),
            Err(mut error) => Err(Unanswered {
                unsent: error.take_message(),
                error: error.into_error(),
            }),
        }
    }
}

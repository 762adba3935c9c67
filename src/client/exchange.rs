//! One request and its response, with everything that an administrator may want to see of it.

use super::ClientError;
use crate::protocol::{Hop, Reply, SealedRequest};
use hyper::header::HeaderMap;

/// The headers of a response.
#[derive(Clone, Default)]
pub struct Headers(pub(super) HeaderMap);

impl Headers {
    /// As text; bytes that are none are replaced.
    pub fn to_texts(&self) -> Vec<(String, String)> {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        self.0
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), text(value.as_bytes())))
            .collect()
    }
}

/// A finished sealed invoke.
#[derive(Clone)]
pub struct Exchange {
    /// The opened reply.
    pub reply: Reply,
    /// HTTP status.
    pub status: u16,
    /// What was sent.
    pub request: SealedRequest,
    /// The sealed response body as it came.
    pub response_body: Vec<u8>,
    /// Response headers, as they came.
    pub response_headers: Headers,
    /// The caller's phases; `next` is the server's part if the reply carried a trace.
    pub hop: Hop,
    /// Microseconds from sealing to opened reply.
    pub elapsed_us: u64,
}

/// A sealed invoke that did not end in a reply, and how far it came.
#[derive(Clone)]
pub struct FailedExchange {
    /// Why.
    pub error: ClientError,
    /// What was sealed, and sent unless it failed before that.
    pub request: SealedRequest,
    /// Whether the instance was reached: there was a connection, over which it may have come.
    pub is_sent: bool,
    /// HTTP status; none if no response came.
    pub status: Option<u16>,
    /// Response headers, as they came.
    pub response_headers: Headers,
    /// The response body as far as it was read: a problem document, a page of somebody else's, what cannot be opened.
    pub response_body: Vec<u8>,
    /// The caller's phases as far as they were reached; `open` is not among them, because nothing was opened.
    pub hop: Hop,
    /// Microseconds from sealing until it failed.
    pub elapsed_us: u64,
}

//! One request and its response, with everything that an administrator may want to see of it.

use crate::protocol::{Hop, Reply, SealedRequest};

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
    pub response_headers: Vec<(String, String)>,
    /// The caller's phases; `next` is the server's part if the reply carried a trace.
    pub hop: Hop,
    /// Microseconds from sealing to opened reply.
    pub elapsed_us: u64,
}

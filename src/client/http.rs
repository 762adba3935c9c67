//! Sealed invokes over HTTP.

use super::{ClientError, Exchange};
use crate::protocol::{CallContext, HeldCredential, Query, SealedRequest};

/// Calls instances. Cheap to clone; keeps connections alive per instance.
#[derive(Clone)]
pub struct Client {}

impl Client {
    /// A client with no connection yet. Reads no certificates until the first `https` endpoint is called.
    pub fn new() -> Self {
        todo!()
    }

    /// Seals the query, calls, opens the reply. The context's deadline bounds the whole.
    pub async fn invoke(
        &self,
        _credential: &HeldCredential,
        _query: &Query,
        _context: &CallContext,
    ) -> Result<Exchange, ClientError> {
        todo!()
    }

    /// Calls with a body that was sealed before (route *circuit*), under a fresh token.
    pub async fn invoke_sealed(
        &self,
        _credential: &HeldCredential,
        _body: String,
        _context: &CallContext,
    ) -> Result<Exchange, ClientError> {
        todo!()
    }

    /// Sends what was sealed and signed already.
    pub async fn send(
        &self,
        _credential: &HeldCredential,
        _request: SealedRequest,
        _context: &CallContext,
    ) -> Result<Exchange, ClientError> {
        todo!()
    }
}

impl Default for Client {
    fn default() -> Self {
        Self::new()
    }
}

//! The three routes of a federated call, from the caller's side (DESIGN section 3.5).

use super::{Client, ClientError, Exchange};
use crate::model::{Endpoint, KeyId, Pointer, PointerAddress, Profile, Route};
use crate::protocol::{CallContext, HeldCredential, Hop, Problem, Reply};

/// Finds the credential that the caller holds for a peer.
pub trait Peers: Send + Sync {
    /// By endpoint and, where known, key id and profile; the best match.
    fn credential_for(
        &self,
        endpoint: &Endpoint,
        profile: Profile,
        kid: Option<&KeyId>,
    ) -> Option<HeldCredential>;
}

/// A federated call to make.
pub struct FederatedCall<'a> {
    /// The caller's credential on the instance that has the pointer.
    pub via: &'a HeldCredential,
    /// The pointer.
    pub pointer: &'a PointerAddress,
    /// How to travel; the pointer's own route if none.
    pub route: Option<Route>,
    /// Whether to ask every hop for its phases.
    pub trace: bool,
}

/// How a federated call ended.
#[derive(Clone)]
pub struct CallOutcome {
    /// The peer's reply, opened, on every route.
    pub reply: Reply,
    /// The route taken.
    pub route: Route,
    /// The pointer, as its instance showed it.
    pub pointer: Pointer,
    /// Microseconds from beginning to end.
    pub elapsed_us: u64,
    /// Hops outermost first, flattened: the caller, then each instance on the way.
    pub hops: Vec<Hop>,
    /// The exchanges with each instance that the caller itself talked to, in order.
    pub exchanges: Vec<Exchange>,
}

impl Client {
    /// Makes a federated call: gets the pointer from `via`, then goes on as the route says. The error
    /// is a `Problem` of the instance or of ours (for example: no credential held for that peer).
    pub async fn call(
        &self,
        _call: FederatedCall<'_>,
        _peers: &dyn Peers,
        _context: &CallContext,
    ) -> Result<CallOutcome, CallError> {
        todo!()
    }
}

/// Why a federated call did not end in the peer's reply.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CallError {
    /// An instance could not be talked to.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The pointer cannot be called this way, or an instance said no.
    #[error(transparent)]
    Problem(#[from] Problem),
}

//! Making a federated pointer.

use super::{Failure, FederateRequest, Workspace};
use crate::model::Pointer;

impl Workspace {
    /// Makes a pointer on an instance that leads to a peer, on the chosen route, with what the route needs:
    /// a federated connection, the query sealed for the peer (circuit), a held credential (relay).
    pub async fn federate(&self, _request: FederateRequest) -> Result<Pointer, Failure> {
        todo!()
    }
}

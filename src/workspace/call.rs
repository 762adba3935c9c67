//! The federated call, on any route, recorded in the invoke log.

use super::{CallOptions, Called, Failure, Workspace};
use crate::model::PointerAddress;

impl Workspace {
    /// Makes the federated call that a pointer stands for. The reply is the peer's, on every route.
    pub async fn call(
        &self,
        _instance: &str,
        _pointer: &PointerAddress,
        _options: CallOptions,
    ) -> Result<Called, Failure> {
        todo!()
    }
}

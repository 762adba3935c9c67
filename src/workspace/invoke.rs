//! Invoking: any query to any instance, recorded in the invoke log.

use super::{Failure, InvokeOptions, Invoked, Workspace};
use crate::model::PointerAddress;
use crate::protocol::Query;

impl Workspace {
    /// Asks an instance. An error reply is a reply, not a failure. Both go into the invoke log.
    pub async fn invoke(
        &self,
        _instance: &str,
        _query: &Query,
        _options: InvokeOptions,
    ) -> Result<Invoked, Failure> {
        todo!()
    }

    /// Invokes a pointer through the connection that it is assigned to.
    pub async fn invoke_pointer(
        &self,
        _instance: &str,
        _address: &PointerAddress,
        _options: InvokeOptions,
    ) -> Result<Invoked, Failure> {
        todo!()
    }
}

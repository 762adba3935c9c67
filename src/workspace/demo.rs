//! The demo: two instances joined by a real handshake, with pointers, a federated pointer per route, and a
//! first call already made.

use super::{Failure, Workspace};
use crate::model::{Endpoint, InstanceId, InstanceName, PointerAddress, Route};

/// The demo as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Demo {
    /// `alpha` and `beta`: name, endpoint, id.
    pub instances: Vec<(InstanceName, Endpoint, InstanceId)>,
    /// The federated pointer on alpha, per route.
    pub pointers: Vec<(Route, PointerAddress)>,
}

impl Workspace {
    /// Makes what is missing of the demo in this home, starts both instances, and makes the first call if the
    /// log has none. `step` is told what is being done, in words.
    pub async fn demo(&self, _step: &(dyn Fn(&str) + Send + Sync)) -> Result<Demo, Failure> {
        todo!()
    }
}

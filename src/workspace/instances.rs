//! Instances: making, adding, listing, probing, starting, stopping, removing.

use super::{Failure, InitInstance, InstanceRow, RemoteRequest, Workspace};
use crate::instance::{Host, LegacyStandIn};
use crate::model::InstanceName;

impl Workspace {
    /// Every instance in the home, as last known; touches no network.
    pub async fn instances(&self) -> Result<Vec<InstanceRow>, Failure> {
        todo!()
    }

    /// One instance by name.
    pub async fn instance(&self, _name: &str) -> Result<InstanceRow, Failure> {
        todo!()
    }

    /// Makes a local instance; its owner credential goes into the vault.
    pub async fn init_instance(&self, _new: InitInstance) -> Result<InstanceRow, Failure> {
        todo!()
    }

    /// Adds a remote instance from plain values.
    pub async fn add_remote(&self, _request: RemoteRequest) -> Result<InstanceRow, Failure> {
        todo!()
    }

    /// Looks at an instance over the network, and remembers what was found.
    pub async fn probe(&self, _name: &str) -> Result<InstanceRow, Failure> {
        todo!()
    }

    /// Forgets a remote, or removes a local instance with its folder. It must not be hosted.
    pub async fn remove_instance(&self, _name: &str) -> Result<(), Failure> {
        todo!()
    }

    /// Hosts a local instance in the background of this process.
    pub async fn start_instance(&self, _name: &str) -> Result<InstanceRow, Failure> {
        todo!()
    }

    /// Stops an instance that this process hosts.
    pub async fn stop_instance(&self, _name: &str) -> Result<InstanceRow, Failure> {
        todo!()
    }

    /// Hosts a local instance for `serve`: the caller keeps the host and stops it.
    pub async fn host(
        &self,
        _name: &InstanceName,
        _stand_in: Option<LegacyStandIn>,
    ) -> Result<Host, Failure> {
        todo!()
    }
}

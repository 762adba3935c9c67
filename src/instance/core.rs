//! One open instance: what every action works with.

use super::InstanceError;
use super::settings::{LegacyStandIn, NewInstance, Settings};
use crate::client::Client;
use crate::model::{AppId, Grant, InstanceId, KeyId, Profile};
use crate::protocol::{CallContext, HeldCredential, Query, Reply};
use crate::store::{AuditLog, Store};
use std::path::Path;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Who calls, once that is proven.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Under which name.
    pub app_id: AppId,
    /// The name of the issued credential.
    pub credential: String,
    /// Its key id, if native.
    pub kid: Option<KeyId>,
    /// How it seals.
    pub profile: Profile,
    /// What it allows.
    pub grant: Arc<Grant>,
}

/// An open instance. It holds the folder's lock until it is closed.
pub struct Instance {
    settings: Settings,
    store: Arc<dyn Store>,
    audit: Arc<dyn AuditLog>,
    client: Client,
}

impl Instance {
    /// Makes the folder with settings, key, databases and the owner's credential, which is returned: whoever asked keeps it in the vault.
    pub async fn create(
        _folder: &Path,
        _new: NewInstance,
    ) -> Result<(Settings, HeldCredential), InstanceError> {
        todo!()
    }

    /// The settings in a folder, without opening the instance.
    pub fn read_settings(_folder: &Path) -> Result<Settings, InstanceError> {
        todo!()
    }

    /// The process that hosts the instance in this folder now, if one does.
    pub fn hosted_by(_folder: &Path) -> Option<u32> {
        todo!()
    }

    /// Takes the folder's lock and opens the instance.
    pub async fn open(_folder: &Path, _stand_in: Option<LegacyStandIn>) -> Result<Arc<Self>, InstanceError> {
        todo!()
    }

    /// Runs a query as the owner, in process: the same checks, actions and audit as over the wire, without the wire.
    pub async fn invoke_as_owner(&self, _query: &Query, _context: &CallContext) -> Reply {
        todo!()
    }

    /// Answers on `listener` until `stop`, then finishes what was accepted.
    pub async fn serve(
        self: &Arc<Self>,
        _listener: TcpListener,
        _stop: CancellationToken,
    ) -> Result<(), InstanceError> {
        todo!()
    }

    /// Waits until everything acknowledged is durable and lets the lock go.
    pub async fn close(&self) {
        todo!()
    }

    /// Its settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Its id on the wire.
    pub fn id(&self) -> &InstanceId {
        &self.settings.instance_id
    }

    /// What it remembers.
    pub fn store(&self) -> &dyn Store {
        self.store.as_ref()
    }

    /// Its audit trail.
    pub fn audit(&self) -> &dyn AuditLog {
        self.audit.as_ref()
    }

    /// Calls other instances.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The credential that a relay through this name uses, opened; none if there is none.
    pub fn held_credential(&self, _name: &str) -> Option<HeldCredential> {
        todo!()
    }
}

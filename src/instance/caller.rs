//! Who calls an instance, once that is proven.

use crate::model::{AppId, ConnectionId, Grant, KeyId, Profile};
use std::sync::Arc;

/// The app_id and the credential's name of an instance's own administrator.
pub(super) const OWNER: &str = "owner";

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

impl Caller {
    /// The owner without a credential: whoever can open the folder is one.
    pub(super) fn owner_in_process() -> Self {
        Self {
            app_id: AppId::parse(OWNER).expect("written by its grammar"),
            credential: OWNER.to_owned(),
            kid: None,
            profile: Profile::Native,
            grant: Arc::new(Grant::owner()),
        }
    }

    /// The same caller, seeing the pointers of this connection too.
    pub(super) fn covering(&self, connection: &ConnectionId) -> Self {
        let mut grant = Grant::clone(&self.grant);
        grant.pointers.of_domains.insert(connection.clone());
        Self {
            grant: Arc::new(grant),
            ..self.clone()
        }
    }
}

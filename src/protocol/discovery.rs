//! What an instance tells anybody about itself: nothing secret.

use crate::model::{InstanceId, Profile};
use crate::seal::IdentityKey;
use serde::{Deserialize, Serialize};

/// Where the discovery document is found.
pub const DISCOVERY_PATH: &str = "/.well-known/butterfly-federation";

/// The discovery document of a native instance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Discovery {
    /// The instance's id: the `aud` of tokens for it.
    pub instance_id: InstanceId,
    /// A name for people.
    pub name: String,
    /// Version of the program.
    pub version: String,
    /// Profiles in which credentials of this instance may be.
    pub profiles: Vec<Profile>,
    /// Names of the actions that it knows.
    pub actions: Vec<String>,
    /// The Ed25519 key with which it signs bundles and requests; none from programs that have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<IdentityKey>,
}

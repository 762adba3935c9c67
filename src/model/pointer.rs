//! Pointers, and the connections and domains that govern them.

use super::{AppId, ConnectionId, DomainId, Federated, PointerAddress, Timestamp};
use serde::{Deserialize, Serialize};

/// What a circuit's data_reference begins with.
pub const CIRCUIT_PREFIX: &str = "internal_circuit::";

/// The author of what an import brought and the instance's owner has not taken over: no credential can have this name.
pub const IMPORTED: &str = "(import)";

/// A reference to data kept elsewhere: never the data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pointer {
    /// Where it is found on its instance.
    pub address: PointerAddress,
    /// What it is, in words.
    pub description: String,
    /// Where the data is: a URL, a file, a sealed body, a circuit. Unique on its instance.
    pub data_reference: String,
    /// Labels.
    pub tags: Vec<String>,
    /// The connection through which it is invoked.
    pub connection_id: Option<ConnectionId>,
    /// Coordinates, 0 to 2π, computed from the address.
    pub x: f64,
    /// See `x`.
    pub y: f64,
    /// See `x`.
    pub z: f64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub last_modified: Timestamp,
    /// The pointer whose sealed data holds the header for fetching this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential_pointer_address: Option<PointerAddress>,
    /// Where it leads, if it leads to another instance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub federated: Option<Federated>,
}

/// What is given to make a pointer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewPointer {
    /// Where the data is.
    pub data_reference: String,
    /// What it is, in words.
    #[serde(default)]
    pub description: String,
    /// Labels.
    #[serde(default)]
    pub tags: Vec<String>,
    /// The connection to assign it to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection_id: Option<ConnectionId>,
    /// The pointer whose sealed data holds the header for fetching this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential_pointer_address: Option<PointerAddress>,
    /// Where it leads, if it leads to another instance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub federated: Option<Federated>,
    /// The credential that says where it leads, or [`IMPORTED`]; none for the instance's owner. Never read from outside.
    #[serde(skip)]
    pub author: Option<String>,
}

/// What to change of a pointer; a field that is not given stays.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct PointerChange {
    /// New description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// New data_reference.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_reference: Option<String>,
    /// New tags, replacing the old.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// The pointer that holds the header with which its data is fetched from now on; or none, `null` on the wire.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential_pointer_address: Option<Option<PointerAddress>>,
    /// Where it leads from now on, if it leads to another instance: goes with a new data_reference.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub federated: Option<Federated>,
    /// Only if it last changed at exactly this moment: its `last_modified` as whoever changes it saw it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub if_unchanged_since: Option<Timestamp>,
    /// The credential that says where it leads from now on; none within for the instance's owner.
    #[serde(skip)]
    pub author: Option<Option<String>>,
}

impl PointerChange {
    /// Whether nothing is to be changed.
    pub fn is_empty(&self) -> bool {
        let without_condition = Self {
            if_unchanged_since: None,
            ..self.clone()
        };
        without_condition == Self::default()
    }
}

/// Whether a connection lets calls through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionStatus {
    /// Calls go through.
    Active,
    /// Calls are refused.
    Disabled,
}

impl ConnectionStatus {
    /// The word used in JSON and in storage.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
        }
    }

    /// Reads the word back.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Active, Self::Disabled]
            .into_iter()
            .find(|status| status.as_str() == text)
    }
}

/// A permissioned gateway: pointers are invoked through the connection they are assigned to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Connection {
    /// Its identifier.
    pub id: ConnectionId,
    /// The domain that owns it.
    pub domain_id: DomainId,
    /// A name for people.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Whether calls go through.
    pub status: ConnectionStatus,
    /// The name of the held credential that relay calls use: present on a federated connection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_credential: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What owns connections; itself owned by an app_id.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Domain {
    /// Its identifier.
    pub id: DomainId,
    /// A name for people.
    pub name: String,
    /// Who owns it.
    pub owner_app_id: AppId,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Coordinates of a pointer from the first three 32-bit big-endian words of SHA-256(address), each
/// scaled to 0…2π as the original system does.
pub fn gyroid_coordinates(digest: &[u8; 32]) -> (f64, f64, f64) {
    let word = |index: usize| {
        let bytes = [
            digest[index * 4],
            digest[index * 4 + 1],
            digest[index * 4 + 2],
            digest[index * 4 + 3],
        ];
        f64::from(u32::from_be_bytes(bytes)) / f64::from(u32::MAX) * std::f64::consts::TAU
    };
    (word(0), word(1), word(2))
}

/// Pointers whose score is below this are neighbours.
pub const NEAR: f64 = 0.5;

/// How near two places are, as the original system reckons it: 0 is nearest.
pub fn gyroid_score(one: (f64, f64, f64), other: (f64, f64, f64)) -> f64 {
    let (x, y, z) = (one.0 - other.0, one.1 - other.1, one.2 - other.2);
    (x.sin() * y.cos() + y.sin() * z.cos() + z.sin() * x.cos()).abs()
}

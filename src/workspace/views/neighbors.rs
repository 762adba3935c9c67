//! What is around a pointer.

use crate::model::{Pointer, PointerAddress};
use serde::{Deserialize, Serialize};

/// A pointer that another one is related to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Neighbor {
    /// Where it is, on the same instance.
    pub address: PointerAddress,
    /// How they are related.
    pub relationship: String,
    /// How strongly, or for a computed one, how near: 0 is nearest.
    pub weight: f64,
    /// Whether the coordinates alone make it one.
    pub computed: bool,
    /// What it is, in words, where the instance told it along.
    pub description: Option<String>,
}

/// Some neighbours of a pointer.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct NeighborPage {
    /// Them.
    pub neighbors: Vec<Neighbor>,
    /// How many there are in all, about, where that may be told.
    pub total: Option<u64>,
    /// Whether there are more behind these.
    pub more: bool,
}

/// A pointer in few words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// Where it is.
    pub address: PointerAddress,
    /// What it is.
    #[serde(default)]
    pub description: String,
}

impl Taken {
    /// This pointer in few words.
    pub fn of(pointer: &Pointer) -> Self {
        Self {
            address: pointer.address.clone(),
            description: pointer.description.clone(),
        }
    }
}

/// What hangs on a pointer.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct HangingOn {
    /// Stored relationships, which go with it.
    pub relationships: u64,
    /// Circuits that name it.
    pub circuits: Vec<Taken>,
    /// Pointers whose data is fetched with the header that it keeps.
    pub fetched_with: Vec<Taken>,
    /// Whether every pointer of the instance was looked at for these.
    pub complete: bool,
}

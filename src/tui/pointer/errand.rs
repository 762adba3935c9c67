//! What the page wants fetched, and what came of it.

use crate::model::{InstanceName, PointerAddress};
use crate::tui::message::Outcome;
use crate::tui::runner::patient;
use crate::workspace::{NeighborPage, Workspace};

/// Something to fetch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Errand {
    /// Neighbours of a pointer.
    Neighbors {
        /// On which instance.
        instance: InstanceName,
        /// Whose.
        address: PointerAddress,
        /// Those that the coordinates make.
        computed: bool,
        /// From which on.
        offset: u64,
        /// How many.
        limit: u64,
    },
    /// What these pointers are, in words.
    Describe(InstanceName, Vec<PointerAddress>),
}

/// What came.
pub enum News {
    /// Neighbours of a pointer.
    Neighbors {
        /// On which instance.
        instance: InstanceName,
        /// Whose.
        address: PointerAddress,
        /// Those that the coordinates make.
        computed: bool,
        /// From which on.
        offset: u64,
        /// They.
        outcome: Outcome<NeighborPage>,
    },
    /// What pointers are, in words.
    Described(InstanceName, Vec<(PointerAddress, String)>),
}

/// Fetches it.
pub async fn run(workspace: &Workspace, errand: Errand) -> News {
    match errand {
        Errand::Neighbors {
            instance,
            address,
            computed,
            offset,
            limit,
        } => {
            let found = workspace.neighbors(instance.as_str(), &address, computed, offset, limit);
            let outcome = patient(found).await;
            News::Neighbors {
                instance,
                address,
                computed,
                offset,
                outcome,
            }
        }
        Errand::Describe(instance, addresses) => {
            let told = patient(async { Ok(workspace.descriptions(instance.as_str(), &addresses).await) });
            News::Described(instance.clone(), told.await.unwrap_or_default())
        }
    }
}

//! What the page wants fetched, and what came of it.

use crate::model::{Connection, InstanceName, Pointer, PointerAddress};
use crate::tui::outcome::Outcome;
use crate::tui::patience::patient;
use crate::tui::state::Whereabouts;
use crate::workspace::{BulkTarget, HangingOn, NeighborPage, Taken, Workspace};

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
    /// The tags of an instance.
    Tags(InstanceName),
    /// Whose reference this is already.
    Taken(InstanceName, String),
    /// The connections of an instance, for this pointer, to be chosen from where one is.
    Connections(InstanceName, PointerAddress, Whereabouts),
    /// The connections of an instance, for what is marked on it.
    MarkedConnections(InstanceName),
    /// The headers for fetching that an instance keeps, for this pointer, to be chosen from where one is.
    CredentialPointers(InstanceName, PointerAddress, Whereabouts),
    /// What hangs on a pointer.
    Hanging(InstanceName, PointerAddress),
    /// What hangs on all of these, which are marked.
    HangingOnMarked(Vec<BulkTarget>),
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
    /// The tags of an instance, with how many pointers bear each.
    Tags(InstanceName, Vec<(String, u64)>),
    /// A reference was not changed for a moment.
    Rested(String),
    /// Whose reference this is already.
    Taken(InstanceName, String, Option<Taken>),
    /// The connections of an instance, for this pointer, for whoever is still where they were asked for.
    Connections(
        InstanceName,
        PointerAddress,
        Whereabouts,
        Outcome<Vec<Connection>>,
    ),
    /// The connections of an instance, for what is marked on it.
    MarkedConnections(InstanceName, Outcome<Vec<Connection>>),
    /// The headers for fetching that an instance keeps, for this pointer, for whoever is still where they were asked for.
    CredentialPointers(InstanceName, PointerAddress, Whereabouts, Outcome<Vec<Pointer>>),
    /// What hangs on a pointer.
    Hanging(PointerAddress, Outcome<HangingOn>),
    /// What hangs on all that are marked.
    HangingOnMarked(Outcome<HangingOn>),
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
        // What only helps while one types may be missing: the form says all the same what is wrong.
        Errand::Tags(instance) => {
            let tags = patient(workspace.tags(instance.as_str())).await;
            News::Tags(instance, tags.unwrap_or_default())
        }
        Errand::Taken(instance, reference) => {
            let taken = patient(workspace.taken(instance.as_str(), &reference)).await;
            News::Taken(instance, reference, taken.unwrap_or_default())
        }
        Errand::Connections(instance, address, there) => {
            let found = patient(workspace.connections(instance.as_str())).await;
            News::Connections(instance, address, there, found)
        }
        Errand::MarkedConnections(instance) => {
            let found = patient(workspace.connections(instance.as_str())).await;
            News::MarkedConnections(instance, found)
        }
        Errand::CredentialPointers(instance, address, there) => {
            let found = patient(workspace.credential_pointers(instance.as_str())).await;
            News::CredentialPointers(instance, address, there, found)
        }
        Errand::Hanging(instance, address) => {
            let found = patient(workspace.hanging_on(instance.as_str(), &address)).await;
            News::Hanging(address, found)
        }
        Errand::HangingOnMarked(targets) => {
            News::HangingOnMarked(patient(workspace.hanging_on_all(&targets)).await)
        }
        Errand::Describe(instance, addresses) => {
            let told = patient(async { Ok(workspace.descriptions(instance.as_str(), &addresses).await) });
            News::Described(instance.clone(), told.await.unwrap_or_default())
        }
    }
}

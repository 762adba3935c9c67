//! Pages over the panes: an instance, a pointer, a credential. The page about an invoke is a room of its own.

use crate::model::{InstanceName, Pointer, PointerAddress};
use crate::tui::state::Load;
use crate::workspace::{Dependent, Failure, PointerDetail};

/// The page about the instance of this name.
pub struct InstancePage {
    /// Its name.
    pub name: InstanceName,
    /// How far it is scrolled.
    pub scroll: usize,
}

/// The page about the credential of this name.
pub struct CredentialPage {
    /// Its name.
    pub name: String,
    /// What depends on it, once that is known.
    pub dependents: Option<Result<Vec<Dependent>, Failure>>,
    /// How far it is scrolled.
    pub scroll: usize,
}

/// The page about a pointer.
pub struct PointerPage {
    /// Its instance.
    pub instance: InstanceName,
    /// Where it is.
    pub address: PointerAddress,
    /// As it stood in the list: shown until the rest is there.
    pub listed: Option<Pointer>,
    /// The pointer and what is around it.
    pub detail: Option<PointerDetail>,
    /// Whether that is there.
    pub load: Load,
    /// How far the page is scrolled.
    pub scroll: usize,
}

impl PointerPage {
    /// The pointer, as far as it is known.
    pub fn pointer(&self) -> Option<&Pointer> {
        self.detail
            .as_ref()
            .map(|detail| &detail.pointer)
            .or(self.listed.as_ref())
    }

    /// The instance in this home that it leads to.
    pub fn leads_to(&self) -> Option<&InstanceName> {
        self.detail.as_ref().and_then(|detail| detail.leads_to.as_ref())
    }
}

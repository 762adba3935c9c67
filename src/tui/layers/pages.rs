//! Pages over the panes: an instance, a credential. Those of a pointer and of an invoke are rooms of their own.

use crate::model::InstanceName;
use crate::tui::state::Load;
use crate::workspace::{Dependent, Failure, InstanceDetail};

/// The page about the instance of this name.
pub struct InstancePage {
    /// Its name.
    pub name: InstanceName,
    /// Everything that the home can tell of it.
    pub detail: Option<InstanceDetail>,
    /// Whether that is there.
    pub load: Load,
    /// How far it is scrolled.
    pub scroll: usize,
}

impl InstancePage {
    /// A page about this instance, which is still to be asked about.
    pub fn new(name: InstanceName) -> Self {
        Self {
            name,
            detail: None,
            load: Load::Waiting,
            scroll: 0,
        }
    }
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

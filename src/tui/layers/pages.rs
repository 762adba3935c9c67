//! Pages over the panes: an instance, a credential. Those of a pointer and of an invoke are rooms of their own.

use crate::model::InstanceName;
use crate::workspace::{Dependent, Failure};

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

//! The credentials, as they are listed.

use super::{Again, Cursor, Load};
use crate::workspace::{CredentialRow, Failure};

/// The credentials.
#[derive(Debug, Clone, Default)]
pub struct Credentials {
    /// Both sides, as listed.
    pub rows: Vec<CredentialRow>,
    /// Instances that could not be asked.
    pub missing: Vec<Failure>,
    /// Whether they are there.
    pub load: Load,
    /// Where one is in the list.
    pub cursor: Cursor,
    /// Whether they have been asked for and did not come yet.
    pub loading: bool,
    /// Whether they have to be asked for once more when they come.
    pub again: Again,
}

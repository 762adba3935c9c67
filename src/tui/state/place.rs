//! Where one was when the console was left, as it is remembered.

use serde::{Deserialize, Serialize};

/// Where one was.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Place {
    /// The selected instance.
    pub instance: Option<String>,
    /// Whether the local and the remote ones are folded away.
    pub folded: Option<[bool; 2]>,
    /// The selected pointer, and its row.
    pub pointer: Option<(String, u64)>,
    /// The selected line of a log that is not followed.
    pub line: Option<u64>,
    /// The page that is open.
    pub page: Option<OpenPage>,
}

/// A page that was open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OpenPage {
    /// That of an instance.
    Instance(String),
    /// That of the selected pointer.
    Pointer,
    /// That of a line, with the place of its tab.
    Invoke(u64, usize),
    /// That of a credential.
    Credential(String),
    /// The federation map.
    Map,
    /// The domains of an instance.
    Domains(String),
    /// The audit trail of an instance.
    Audit(String),
    /// The doctor.
    Doctor,
    /// The composer, for an instance.
    Composer(String),
}

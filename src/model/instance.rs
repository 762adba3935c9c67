//! What the console can say of an instance.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Whose server it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InstanceKind {
    /// Hosted by this program: its folder is in the console's home.
    Local,
    /// Someone else's: known by endpoint and held credential only.
    Remote,
}

/// How an instance was when last looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InstanceState {
    /// Nobody looked yet.
    #[default]
    Unknown,
    /// A local instance that no process hosts.
    Stopped,
    /// Being started or stopped.
    Changing,
    /// It answered a sealed invoke.
    Up,
    /// It answers HTTP, but refuses the credential that we hold.
    Refused,
    /// It did not answer.
    Unreachable,
}

impl InstanceState {
    /// The word used in JSON and on the screen.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Stopped => "stopped",
            Self::Changing => "changing",
            Self::Up => "up",
            Self::Refused => "refused",
            Self::Unreachable => "unreachable",
        }
    }
}

impl fmt::Display for InstanceState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl InstanceKind {
    /// The word used in JSON and on the screen.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Remote => "remote",
        }
    }
}

impl fmt::Display for InstanceKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

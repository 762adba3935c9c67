//! What an instance tells, one at a time.

use crate::model::Timestamp;
use serde::{Deserialize, Serialize};

/// How much an event matters, the most first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the words say it")]
pub enum Weight {
    Error,
    Warn,
    Info,
    Debug,
}

impl Weight {
    /// All of them, the heaviest first.
    pub const ALL: [Self; 4] = [Self::Error, Self::Warn, Self::Info, Self::Debug];

    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
        }
    }
}

/// Where an event comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the words say it")]
pub enum Origin {
    Log,
    Audit,
}

impl Origin {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Log => "log",
            Self::Audit => "audit",
        }
    }
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Its place in the ring, or in the files; ascending without gaps in each.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// How much it matters.
    pub weight: Weight,
    /// Where it comes from.
    pub origin: Origin,
    /// In words. Parts of it may come from callers.
    pub text: String,
}

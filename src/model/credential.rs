//! What can be said of a credential without holding its secrets.

use serde::{Deserialize, Serialize};
use std::fmt;

/// How requests and replies of a credential are sealed. Fixed when it is made, never negotiated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Profile {
    /// JWE compact bodies and fully bound tokens: instances of this program.
    Native,
    /// Fernet bodies and `app_id` or `access_key` tokens: the original Python instances.
    Legacy,
}

impl Profile {
    /// The media type of a sealed body.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Native => "application/jose",
            Self::Legacy => "text/plain",
        }
    }

    /// The word used in JSON and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Legacy => "legacy",
        }
    }

    /// Reads the word back.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Native, Self::Legacy]
            .into_iter()
            .find(|profile| profile.as_str() == text)
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

/// Where a credential stands in the life that the handshake gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CredentialState {
    /// Made by the instance and put into a bundle that nobody has opened yet.
    Offered,
    /// The receiver opened the bundle; nobody compared words yet.
    Opened,
    /// People on both sides compared the words.
    Verified,
    /// In use.
    Active,
    /// Refused until resumed.
    Suspended,
    /// Refused for good.
    Revoked,
    /// Its lease ended.
    Expired,
}

impl CredentialState {
    /// Every state, in the order of a credential's life.
    pub const ALL: [Self; 7] = [
        Self::Offered,
        Self::Opened,
        Self::Verified,
        Self::Active,
        Self::Suspended,
        Self::Revoked,
        Self::Expired,
    ];

    /// Whether an instance answers a call made with a credential in this state.
    pub const fn is_usable(self) -> bool {
        matches!(self, Self::Offered | Self::Opened | Self::Verified | Self::Active)
    }

    /// The word used in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Offered => "offered",
            Self::Opened => "opened",
            Self::Verified => "verified",
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
        }
    }

    /// Reads the word back.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

impl fmt::Display for CredentialState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

/// Which end of a credential is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// On the instance that will be called.
    Issued,
    /// With the caller.
    Held,
}

/// Who keeps a held credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Holder {
    /// The administrator's console: routes endpoint and circuit, and administration.
    Console,
    /// A hosted instance: route relay.
    Instance,
}

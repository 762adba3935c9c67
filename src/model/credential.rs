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
    /// Asked for; nobody has answered yet.
    Requested,
    /// Made by the instance and put into a bundle that is still here.
    Offered,
    /// The bundle went to whoever proved to be the receiver.
    Delivered,
    /// The receiver opened the bundle; nobody compared words yet.
    Opened,
    /// People compared the words and said that they match.
    Verified,
    /// Both sides mixed fresh keys into the root; no call was made with what came of it yet.
    Activated,
    /// In use.
    Active,
    /// In use, while an older key is still answered or a newer one is due.
    Rotating,
    /// Refused until resumed.
    Suspended,
    /// Refused for good.
    Revoked,
    /// Its lease ended.
    Expired,
}

impl CredentialState {
    /// Every state, in the order of a credential's life.
    pub const ALL: [Self; 11] = [
        Self::Requested,
        Self::Offered,
        Self::Delivered,
        Self::Opened,
        Self::Verified,
        Self::Activated,
        Self::Active,
        Self::Rotating,
        Self::Suspended,
        Self::Revoked,
        Self::Expired,
    ];

    /// Whether an instance answers a call made with a credential in this state.
    pub const fn is_usable(self) -> bool {
        !matches!(
            self,
            Self::Requested | Self::Suspended | Self::Revoked | Self::Expired
        )
    }

    /// The word used in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Offered => "offered",
            Self::Delivered => "delivered",
            Self::Opened => "opened",
            Self::Verified => "verified",
            Self::Activated => "activated",
            Self::Active => "active",
            Self::Rotating => "rotating",
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

/// How a credential gets from the side that makes it to the side that holds it, best first (DESIGN section 3.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// A one-time code, typed on the other side: SPAKE2 over `/handshake`.
    Code,
    /// A bundle sealed to the age recipient of a request, and signed.
    Request,
    /// A bundle sealed under generated words.
    Passphrase,
    /// The values themselves, in plain.
    Plain,
}

impl Delivery {
    /// Every way, best first.
    pub const ALL: [Self; 4] = [Self::Code, Self::Request, Self::Passphrase, Self::Plain];

    /// The word used in JSON and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Request => "request",
            Self::Passphrase => "passphrase",
            Self::Plain => "plain",
        }
    }

    /// Reads the word back.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|delivery| delivery.as_str() == text)
    }
}

impl fmt::Display for Delivery {
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

impl Side {
    /// The word used in JSON and on the screen.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Issued => "issued",
            Self::Held => "held",
        }
    }
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

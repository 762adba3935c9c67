//! Asking for a credential: an age recipient and an Ed25519 identity, signed, as text that may be read by anybody.
//!
//! The answer is a bundle sealed to that recipient alone and signed by the instance that made it.

use crate::model::{AppId, Holder, InstanceId, Timestamp};
use crate::seal::{Identity, IdentityKey};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// How long a request may be answered, in seconds: a week.
pub const REQUEST_SECONDS: i64 = 7 * 86_400;

/// What one administrator asks another for. Nothing secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Version of the format: 1.
    pub version: u32,
    /// `req_` and 12 hexadecimal digits.
    pub id: String,
    /// Where to seal the answer to: `age1…`.
    pub recipient: String,
    /// Who asks: the key that signed the request.
    pub identity: IdentityKey,
    /// The instance for which the credential is, if one is to hold it.
    pub instance: Option<InstanceId>,
    /// A name for people: of that instance, or of the administrator.
    pub name: String,
    /// The app_id that is proposed.
    pub app_id: AppId,
    /// Who shall hold a credential.
    pub holders: Vec<Holder>,
    /// When it was made.
    pub requested_at: Timestamp,
    /// When it is not answered any more.
    pub expires_at: Timestamp,
}

/// What only the side that asks keeps: with it the answer is opened. No `Debug`.
pub struct RequestKey(#[allow(dead_code)] Zeroizing<String>);

/// Why a request is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// No armour, or not what a request holds.
    #[error("this is not a handshake request")]
    NotARequest,
    /// Cut short or changed.
    #[error("the request is damaged or forged: its signature does not hold")]
    Forged,
    /// Its time is over.
    #[error("the request expired at {at}")]
    Expired {
        /// When.
        at: Timestamp,
    },
    /// Of another version.
    #[error("the request is of version {found}, and this program knows version 1 only")]
    Version {
        /// Its version.
        found: u64,
    },
}

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Asking {
    /// The instance that shall hold a credential, if one shall.
    pub instance: Option<InstanceId>,
    /// A name for people.
    pub name: String,
    /// The app_id that is proposed.
    pub app_id: AppId,
    /// Who shall hold a credential.
    pub holders: Vec<Holder>,
}

impl Request {
    /// A fresh request, and what opens its answer.
    pub fn make(asking: Asking, identity: &Identity, now: Timestamp) -> (Self, RequestKey) {
        let _ = (asking, identity, now);
        todo!()
    }

    /// The request as text to send: armoured, signed.
    pub fn to_text(&self, identity: &Identity) -> String {
        let _ = identity;
        todo!()
    }

    /// Reads the text and checks signature, version and time. Blanks and line ends may have changed on the way.
    pub fn parse(text: &str, now: Timestamp) -> Result<Self, RequestError> {
        let _ = (text, now);
        todo!()
    }
}

impl RequestKey {
    /// Reads what [`RequestKey::expose_text`] gave.
    pub fn parse(text: &str) -> Option<Self> {
        let _ = text;
        todo!()
    }

    /// `AGE-SECRET-KEY-1…`: only for sealing it into the vault.
    pub fn expose_text(&self) -> &str {
        &self.0
    }
}

impl RequestError {
    /// What a person can do about it.
    pub const fn remedy(&self) -> &'static str {
        match self {
            Self::NotARequest => {
                "give the text that `handshake request` made, from its first line to its last"
            }
            Self::Forged => "have the request sent again, as a file rather than as text",
            Self::Expired { .. } => "ask the other administrator for a new request",
            Self::Version { .. } => "use the same version of this program on both sides",
        }
    }
}

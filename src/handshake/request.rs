//! Asking for a credential: an age recipient and an Ed25519 identity, signed, as text that may be read by anybody.
//!
//! The answer is a bundle sealed to that recipient alone and signed by the instance that made it.

use super::age_file;
use super::contents::AnyVersion;
use crate::model::{AppId, Holder, InstanceId, Timestamp};
use crate::protocol::Code;
use crate::seal::{Identity, IdentityKey, random};
use base64::Engine;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// How long a request may be answered, in seconds: a week.
pub const REQUEST_SECONDS: i64 = 7 * 86_400;
/// The version that is written and read.
const REQUEST_VERSION: u32 = 1;
/// How far the clocks of two administrators may be apart, in seconds.
const CLOCK_SKEW: i64 = 10 * 60;
/// The longest text that is looked at, in bytes; requests have some hundreds.
const LONGEST_REQUEST: usize = 16 * 1024;
/// The longest name, in bytes.
const LONGEST_NAME: usize = 200;
/// Characters of a line.
const LINE: usize = 64;
/// What the signature is for.
const SIGNED_FOR: &str = "butterfly/v1 handshake request";
const BEGIN: &str = "-----BEGIN BUTTERFLY REQUEST-----";
const END: &str = "-----END BUTTERFLY REQUEST-----";

/// Base64 as it comes out of mails and chats: padded or not, but with one spelling for all else.
const PASTED: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

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
    /// A name for people: of that instance, or of the administrator. At most 200 bytes.
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
pub struct RequestKey(Zeroizing<String>);

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
    /// Properly signed, but it asks for what cannot be.
    #[error("the request cannot be used: {0}")]
    Unusable(&'static str),
}

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Asking {
    /// The instance that shall hold a credential, if one shall.
    pub instance: Option<InstanceId>,
    /// A name for people; cut to 200 bytes.
    pub name: String,
    /// The app_id that is proposed.
    pub app_id: AppId,
    /// Who shall hold a credential.
    pub holders: Vec<Holder>,
}

/// What the armour holds. The signature is over the request as compact JSON, members in the order of [`Request`].
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Signed {
    request: Request,
    signature: String,
}

/// The part of it that is the same in every version.
#[derive(Deserialize)]
struct SignedInAnyVersion {
    request: AnyVersion,
}

impl Request {
    /// A fresh request, and what opens its answer.
    pub fn make(asking: Asking, identity: &Identity, now: Timestamp) -> (Self, RequestKey) {
        let (secret, recipient) = age_file::generate_key();
        let mut name = asking.name;
        name.truncate(name.floor_char_boundary(LONGEST_NAME));
        let request = Self {
            version: REQUEST_VERSION,
            id: random::request_id(),
            recipient,
            identity: identity.key(),
            instance: asking.instance,
            name,
            app_id: asking.app_id,
            holders: asking.holders,
            requested_at: now,
            expires_at: now.plus_seconds(REQUEST_SECONDS),
        };
        (request, RequestKey(secret))
    }

    /// The request as text to send: armoured, signed.
    pub fn to_text(&self, identity: &Identity) -> String {
        let signed = Signed {
            request: self.clone(),
            signature: identity.sign(SIGNED_FOR, &self.signed_bytes()),
        };
        let json = serde_json::to_vec(&signed).expect("a request has only string keys");
        let body = PASTED.encode(json);
        let mut text = format!("{BEGIN}\n");
        let mut rest = body.as_str();
        while !rest.is_empty() {
            let (line, after) = rest.split_at(rest.len().min(LINE));
            text.push_str(line);
            text.push('\n');
            rest = after;
        }
        text.push_str(END);
        text.push('\n');
        text
    }

    /// Reads the text and checks signature, version and time. Blanks and line ends may have changed on the way, and
    /// other text may stand before and after.
    pub fn parse(text: &str, now: Timestamp) -> Result<Self, RequestError> {
        let json = unarmoured(text)?;
        let SignedInAnyVersion {
            request: AnyVersion { version },
        } = serde_json::from_slice(&json).map_err(|_| RequestError::NotARequest)?;
        if version != u64::from(REQUEST_VERSION) {
            return Err(RequestError::Version { found: version });
        }
        let Signed { request, signature } =
            serde_json::from_slice(&json).map_err(|_| RequestError::NotARequest)?;
        if !request
            .identity
            .verifies(SIGNED_FOR, &request.signed_bytes(), &signature)
        {
            return Err(RequestError::Forged);
        }
        if request.expires_at <= now {
            return Err(RequestError::Expired {
                at: request.expires_at,
            });
        }
        request.check(now)?;
        Ok(request)
    }

    fn check(&self, now: Timestamp) -> Result<(), RequestError> {
        let digits = self.id.strip_prefix("req_").unwrap_or_default();
        let is_id = digits.len() == 12
            && digits
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if !is_id || !age_file::is_recipient(&self.recipient) {
            return Err(RequestError::Unusable("its id or recipient is malformed"));
        }
        if self.name.len() > LONGEST_NAME {
            return Err(RequestError::Unusable("its name is too long"));
        }
        let is_double = self.holders.len() == 2 && self.holders[0] == self.holders[1];
        if !(1..=2).contains(&self.holders.len()) || is_double {
            return Err(RequestError::Unusable(
                "it must ask for one credential or for one of each kind",
            ));
        }
        if self.expires_at > now.plus_seconds(REQUEST_SECONDS + CLOCK_SKEW) {
            return Err(RequestError::Unusable(
                "it claims to be valid for longer than requests are, or was made in the future",
            ));
        }
        Ok(())
    }

    fn signed_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a request has only string keys")
    }
}

/// What stands between the two lines, whatever became of the blanks and line ends.
fn unarmoured(text: &str) -> Result<Vec<u8>, RequestError> {
    if text.len() > LONGEST_REQUEST {
        return Err(RequestError::NotARequest);
    }
    let squeezed = |text: &str| -> String { text.chars().filter(|c| !c.is_whitespace()).collect() };
    let text = squeezed(text);
    let (_, rest) = text
        .split_once(&squeezed(BEGIN))
        .ok_or(RequestError::NotARequest)?;
    // The first line is there and the last is not: cut short.
    let (body, _) = rest.split_once(&squeezed(END)).ok_or(RequestError::Forged)?;
    PASTED.decode(body).map_err(|_| RequestError::Forged)
}

impl RequestKey {
    /// Reads what [`RequestKey::expose_text`] gave.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim_ascii();
        age_file::recipient_of(text)?;
        Some(Self(Zeroizing::new(text.to_owned())))
    }

    /// `AGE-SECRET-KEY-1…`: only for sealing it into the vault.
    pub fn expose_text(&self) -> &str {
        &self.0
    }
}

impl RequestError {
    /// The stable word for scripts, and with it the exit code.
    pub const fn code(&self) -> Code {
        Code::RequestRefused
    }

    /// What a person can do about it.
    pub const fn remedy(&self) -> &'static str {
        match self {
            Self::NotARequest => {
                "give the text that `handshake request` made, from its first line to its last"
            }
            Self::Forged => "have the request sent again, as a file rather than as text",
            Self::Expired { .. } | Self::Unusable(_) => "ask the other administrator for a new request",
            Self::Version { .. } => "use the same version of this program on both sides",
        }
    }
}

#[cfg(test)]
mod tests;

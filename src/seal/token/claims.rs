//! The claims of a native token, each of them checked.

use super::{CLOCK_SKEW, KnownClaim, LIFETIME, TokenError, body_hash, optional, required};
use crate::model::{AppId, InstanceId};
use crate::seal::base64url;
use crate::seal::strict;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

/// Most hops that a call may have left, and most instances that it may have passed.
const MOST_HOPS: usize = 8;
/// Longest traceparent; version 00 of W3C Trace Context has 55 characters.
const LONGEST_TRACEPARENT: usize = 128;

/// What a server expects of a native token beside its signature.
#[derive(Debug, Clone, Copy)]
pub struct Expectation<'a> {
    /// The app_id to which the credential with this kid was issued.
    pub app_id: &'a AppId,
    /// The instance's own id.
    pub audience: &'a InstanceId,
    /// The endpoint recorded in the credential.
    pub endpoint: &'a str,
    /// Unix seconds now.
    pub now: i64,
}

/// Every claim of a native token. All are required except `tp` and `trc`; unknown ones are refused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claims {
    /// Who calls.
    pub app_id: AppId,
    /// The same (RFC 7519, section 4.1.1).
    pub iss: AppId,
    /// The instance that is called.
    pub aud: InstanceId,
    /// When it was made, Unix seconds.
    pub iat: i64,
    /// When it ends, Unix seconds; at most `iat` + 60.
    pub exp: i64,
    /// 128 random bits, base64url.
    pub jti: String,
    /// HTTP method (as in RFC 9449): `POST`.
    pub htm: String,
    /// HTTP target: the endpoint recorded in the credential.
    pub htu: String,
    /// base64url SHA-256 of the body.
    pub bsh: String,
    /// Hops left after this one.
    pub hop: u8,
    /// Instances that the call passed through so far.
    pub path: Vec<InstanceId>,
    /// Deadline, Unix milliseconds.
    pub dl: i64,
    /// W3C traceparent.
    #[serde(
        default,
        deserialize_with = "strict::present",
        skip_serializing_if = "Option::is_none"
    )]
    pub tp: Option<String>,
    /// Whether the reply should carry a trace (where the body is sealed already).
    #[serde(
        default,
        deserialize_with = "strict::present",
        skip_serializing_if = "Option::is_none"
    )]
    pub trc: Option<bool>,
}

/// The claims by name, for saying which one was wrong.
pub(super) const KNOWN: &[KnownClaim] = &[
    ("app_id", required::<AppId>),
    ("iss", required::<AppId>),
    ("aud", required::<InstanceId>),
    ("iat", required::<i64>),
    ("exp", required::<i64>),
    ("jti", required::<String>),
    ("htm", required::<String>),
    ("htu", required::<String>),
    ("bsh", required::<String>),
    ("hop", required::<u8>),
    ("path", required::<Vec<InstanceId>>),
    ("dl", required::<i64>),
    ("tp", optional::<String>),
    ("trc", optional::<bool>),
];

impl Claims {
    /// Whether the token was made for this body; constant time.
    pub fn check_body(&self, body: &[u8]) -> Result<(), TokenError> {
        let is_same: bool = body_hash(body).as_bytes().ct_eq(self.bsh.as_bytes()).into();
        is_same.then_some(()).ok_or(TokenError::Body)
    }

    /// Everything that can be wrong whatever the clocks say; then the clocks.
    pub(super) fn check(&self, expected: Expectation<'_>) -> Result<(), TokenError> {
        let lifetime = self.exp.saturating_sub(self.iat);
        let checks = [
            ("app_id", self.app_id == *expected.app_id),
            ("iss", self.iss == self.app_id),
            ("aud", self.aud == *expected.audience),
            ("exp", (1..=LIFETIME).contains(&lifetime)),
            (
                "jti",
                base64url::decode_array::<16>(self.jti.as_bytes()).is_some(),
            ),
            ("htm", self.htm == "POST"),
            ("htu", self.htu == expected.endpoint),
            ("hop", usize::from(self.hop) <= MOST_HOPS),
            ("path", self.path.len() <= MOST_HOPS),
            ("dl", self.dl > 0),
            ("tp", self.tp.as_deref().is_none_or(is_traceparent)),
        ];
        if let Some((name, _)) = checks.iter().find(|(_, holds)| !holds) {
            return Err(TokenError::Claim(name));
        }
        self.is_timely(expected.now).then_some(()).ok_or(TokenError::Time)
    }

    /// Neither from the future nor over, give or take the skew; and never older than a token can
    /// live, so that skew and lifetime do not add up to tokens from a clock a minute behind.
    fn is_timely(&self, now: i64) -> bool {
        self.iat <= now.saturating_add(CLOCK_SKEW)
            && self.iat >= now.saturating_sub(LIFETIME)
            && self.exp.saturating_add(CLOCK_SKEW) > now
    }
}

/// Only what a traceparent is made of: it travels into logs.
fn is_traceparent(text: &str) -> bool {
    text.len() <= LONGEST_TRACEPARENT
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

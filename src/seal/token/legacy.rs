//! Tokens of the legacy profile, as the original instances and their clients make them.

use super::{
    HS256, KnownClaim, TokenError, authenticate, decode, optional, read_claims, read_header, required,
    sign_under, split,
};
use crate::model::{AppId, InstanceId};
use crate::seal::{LegacyKeys, Sha256, base64url, strict};
use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;

/// `{"alg":"HS256","typ":"JWT"}`, encoded: what we write, and what PyJWT writes.
const HEADER: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";
const TYPE: &str = "JWT";
/// Longest life of a token from now on, in seconds: those of the original clients live for an hour.
const LONGEST_LIFE: i64 = 86_400;
/// Instances on the path of a call, at most.
const LONGEST_PATH: usize = 16;

/// The claims of a legacy token. At least one of `app_id` and `access_key` must be there.
#[derive(Clone, Serialize, Deserialize)]
pub struct LegacyClaims {
    /// First version: who calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app_id: Option<AppId>,
    /// Later version: which domain, with which permissions. A secret, so never shown by `Debug`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_key: Option<String>,
    /// When it ends, Unix seconds (a float is read too: some clients write one).
    #[serde(deserialize_with = "whole_seconds")]
    pub exp: i64,
    /// Where the call stands in a chain, said by an instance of this program that relays.
    #[serde(
        default,
        rename = "bfly_chain",
        skip_serializing_if = "Option::is_none",
        deserialize_with = "if_ours"
    )]
    pub chain: Option<LegacyChain>,
}

/// Where a call stands in a chain of calls. The original instances know no chains and pass over this; those of this
/// program need it to notice that a call comes back to where it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LegacyChain {
    /// Hops left after the one being made.
    pub hop: u8,
    /// Instances that the call passed through so far.
    pub path: Vec<InstanceId>,
    /// When the caller stops waiting, Unix milliseconds.
    pub dl: i64,
    /// When the caller signed this, Unix seconds by the clock that `dl` is told by. Not said by older instances.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iat: Option<i64>,
}

impl fmt::Debug for LegacyClaims {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("LegacyClaims")
            .field("app_id", &self.app_id)
            .field("access_key", &self.access_key.as_ref().map(|_| "redacted"))
            .field("exp", &self.exp)
            .field("chain", &self.chain)
            .finish()
    }
}

/// The claims by name, for saying which one was wrong.
const KNOWN: &[KnownClaim] = &[
    ("app_id", optional::<Option<AppId>>),
    ("access_key", optional::<Option<String>>),
    ("exp", required::<Seconds>),
];

/// A number of seconds as Python clients write it.
#[derive(Deserialize)]
#[serde(untagged)]
enum Number {
    Whole(i64),
    Fraction(f64),
}

struct Seconds;

impl<'de> Deserialize<'de> for Seconds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        whole_seconds(deserializer).map(|_| Self)
    }
}

/// The fraction is dropped, as `int()` does in the original.
fn whole_seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    match Number::deserialize(deserializer)? {
        Number::Whole(seconds) => Ok(seconds),
        // Beyond 2^53 a float no longer counts seconds.
        Number::Fraction(seconds) if seconds.abs() < 9_007_199_254_740_992.0 => Ok(seconds as i64),
        Number::Fraction(_) => Err(serde::de::Error::custom("not a time")),
    }
}

/// Whatever else bears that name is passed over, like any claim that is not known.
fn if_ours<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<LegacyChain>, D::Error> {
    let claimed = serde_json::Value::deserialize(deserializer)?;
    let chain: Option<LegacyChain> = serde_json::from_value(claimed).ok();
    Ok(chain.filter(|chain| chain.path.len() <= LONGEST_PATH))
}

/// A header: these members and no others.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    #[serde(default, deserialize_with = "strict::present")]
    typ: Option<String>,
}

/// Signs a legacy token: header `{"alg":"HS256","typ":"JWT"}`.
pub fn sign_legacy(keys: &LegacyKeys, claims: &LegacyClaims) -> String {
    sign_under(keys.signature(), HEADER, claims)
}

/// 22 characters that stand for a token together with the bytes of its body, whatever the spelling of either, as a
/// native token's `jti` does for its call.
pub fn legacy_call_id(token: &str, body: &[u8]) -> Result<String, TokenError> {
    let parts = split(token)?;
    let mut digest = Sha256::new();
    for part in [parts.header, parts.claims, parts.signature] {
        let bytes = base64url::decode(part.as_bytes()).ok_or(TokenError::Malformed)?;
        digest.update(&bytes.len().to_be_bytes());
        digest.update(&bytes);
    }
    digest.update(body);
    let digest = digest.finish();
    Ok(base64url::encode(&digest[..16]))
}

/// The claims of a legacy token before anything is checked: for finding the credential in a map, nothing else.
pub fn claimed_legacy(token: &str) -> Result<LegacyClaims, TokenError> {
    read(split(token)?.claims)
}

/// Checks signature, header (`alg` HS256 only; `typ` absent or `JWT`) and `exp` against `now` (Unix seconds).
/// Unknown claims are ignored, as the original does.
pub fn verify_legacy(keys: &LegacyKeys, token: &str, now: i64) -> Result<LegacyClaims, TokenError> {
    let parts = split(token)?;
    authenticate(keys.signature(), &parts, HEADER, check_header)?;
    let claims = read(parts.claims)?;
    // No allowance for skew: the original makes none, and its tokens live for an hour.
    if claims.exp <= now {
        return Err(TokenError::Time);
    }
    if claims.exp > now + LONGEST_LIFE {
        return Err(TokenError::Claim("exp"));
    }
    Ok(claims)
}

fn check_header(encoded: &str) -> Result<(), TokenError> {
    let header: Header = read_header(encoded)?;
    let is_ours = header.alg == HS256 && header.typ.is_none_or(|typ| typ == TYPE);
    is_ours.then_some(()).ok_or(TokenError::Header)
}

fn read(encoded: &str) -> Result<LegacyClaims, TokenError> {
    let claims: LegacyClaims = read_claims(&decode(encoded)?, KNOWN)?;
    if claims.app_id.is_none() && claims.access_key.is_none() {
        return Err(TokenError::Claim("app_id"));
    }
    Ok(claims)
}

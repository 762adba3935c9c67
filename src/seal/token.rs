//! Tokens: HS256 JSON web tokens of both profiles (RFC 7519), made and checked more strictly than
//! the library does by itself.

use super::{LegacyKeys, NativeKeys};
use crate::model::{AppId, InstanceId, KeyId};
use serde::{Deserialize, Serialize};

/// Longest life of a native token, in seconds.
pub const LIFETIME: i64 = 60;
/// How far two clocks may be apart, in seconds.
pub const CLOCK_SKEW: i64 = 30;

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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tp: Option<String>,
    /// Whether the reply should carry a trace (where the body is sealed already).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trc: Option<bool>,
}

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

/// Why a token was refused. The wire never tells; the audit trail does, by `reason`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not three base64url parts of JSON, or over 8 KiB.
    #[error("the token is malformed")]
    Malformed,
    /// A header other than `alg` HS256, `typ` and (native) `kid`: `crit`, `b64`, `jwk`, `jku`, `x5u` and the like.
    #[error("the token's header is not acceptable")]
    Header,
    /// No such kid, or the wrong signature.
    #[error("the token's signature does not hold")]
    Signature,
    /// A claim is missing, of the wrong type, unknown, or not what was expected.
    #[error("the token's claim {0} is not acceptable")]
    Claim(&'static str),
    /// Signature and claims hold, but the clocks are too far apart, or the token is old.
    #[error("the token's time is not acceptable: check both clocks")]
    Time,
    /// The body is not the one that the token was made for.
    #[error("the token was made for another body")]
    Body,
}

impl TokenError {
    /// A stable word for the audit trail: `token_malformed`, `token_header`, `token_signature`, `token_claim_<name>`, `token_time`, `token_body`.
    pub fn reason(&self) -> String {
        todo!()
    }
}

/// base64url SHA-256 of a body: the claim `bsh`.
pub fn body_hash(_body: &[u8]) -> String {
    todo!()
}

/// Signs a native token: header `{"alg":"HS256","kid":…,"typ":"bfly-inv+jwt"}`.
pub fn sign(_keys: &NativeKeys, _claims: &Claims) -> String {
    todo!()
}

/// The `kid` that a token's header claims: for finding the credential in a map, nothing else.
pub fn claimed_kid(_token: &str) -> Result<KeyId, TokenError> {
    todo!()
}

/// Checks signature and header, then each claim but `bsh` (see [`Claims::check_body`]).
pub fn verify(_keys: &NativeKeys, _token: &str, _expected: Expectation<'_>) -> Result<Claims, TokenError> {
    todo!()
}

impl Claims {
    /// Whether the token was made for this body; constant time.
    pub fn check_body(&self, _body: &[u8]) -> Result<(), TokenError> {
        todo!()
    }
}

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
    pub exp: i64,
}

/// Signs a legacy token: header `{"alg":"HS256","typ":"JWT"}`.
pub fn sign_legacy(_keys: &LegacyKeys, _claims: &LegacyClaims) -> String {
    todo!()
}

/// The claims of a legacy token before anything is checked: for finding the credential in a map, nothing else.
pub fn claimed_legacy(_token: &str) -> Result<LegacyClaims, TokenError> {
    todo!()
}

/// Checks signature, header (`alg` HS256 only; `typ` absent or `JWT`) and `exp` against `now` (Unix seconds).
/// Unknown claims are ignored, as the original does.
pub fn verify_legacy(_keys: &LegacyKeys, _token: &str, _now: i64) -> Result<LegacyClaims, TokenError> {
    todo!()
}

//! Tokens: HS256 JSON web tokens of both profiles (RFC 7519), made and checked more strictly than
//! the library does by itself.
//!
//! A token whose header is spelled exactly as ours is verified with a prepared key; every other
//! one by the library, and then its header must mean the same. Here is what both profiles share.

mod claims;
mod legacy;
mod native;
mod spelled;

pub use claims::{Claims, Expectation};
pub use legacy::{LegacyChain, LegacyClaims, claimed_legacy, legacy_call_id, sign_legacy, verify_legacy};
pub use native::{claimed_kid, sign, verify};

use super::base64url;
use super::digest::sha256;
use super::keys::SignatureKey;
use super::strict::{self, NotStrict};
use jsonwebtoken::Algorithm;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Longest life of a native token, in seconds.
pub const LIFETIME: i64 = 60;
/// How far two clocks may be apart, in seconds.
pub const CLOCK_SKEW: i64 = 30;
/// Longest token that is looked at, in bytes.
const LONGEST: usize = 8 * 1024;
/// The only algorithm, as the header spells it.
const HS256: &str = "HS256";

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
        match self {
            Self::Malformed => "token_malformed".to_owned(),
            Self::Header => "token_header".to_owned(),
            Self::Signature => "token_signature".to_owned(),
            Self::Claim(name) => format!("token_claim_{name}"),
            Self::Time => "token_time".to_owned(),
            Self::Body => "token_body".to_owned(),
        }
    }
}

/// base64url SHA-256 of a body: the claim `bsh`.
pub fn body_hash(body: &[u8]) -> String {
    base64url::encode(&sha256(body))
}

/// A token in its three parts, still encoded.
struct Parts<'a> {
    header: &'a str,
    claims: &'a str,
    signature: &'a str,
    /// What is signed: header, dot, claims.
    signed: &'a str,
}

fn split(token: &str) -> Result<Parts<'_>, TokenError> {
    if token.len() > LONGEST {
        return Err(TokenError::Malformed);
    }
    let (signed, signature) = token.rsplit_once('.').ok_or(TokenError::Malformed)?;
    let (header, claims) = signed.split_once('.').ok_or(TokenError::Malformed)?;
    Ok(Parts {
        header,
        claims,
        signature,
        signed,
    })
}

/// One part of a token as JSON text.
fn decode(part: &str) -> Result<Vec<u8>, TokenError> {
    base64url::decode(part.as_bytes()).ok_or(TokenError::Malformed)
}

/// A header, with nothing in it but its known members.
fn read_header<T: DeserializeOwned>(part: &str) -> Result<T, TokenError> {
    strict::object(&decode(part)?).map_err(|cause| match cause {
        NotStrict::Syntax => TokenError::Malformed,
        NotStrict::Shape => TokenError::Header,
    })
}

/// Signs claims under a header that is encoded already.
fn sign_under(key: &SignatureKey, header: &str, claims: &impl Serialize) -> String {
    let json = serde_json::to_vec(claims).expect("claims are texts and numbers, written to memory");
    let claims_length = base64url::encoded_len(json.len());
    let mut token = String::with_capacity(header.len() + claims_length + base64url::encoded_len(32) + 2);
    token.push_str(header);
    token.push('.');
    base64url::append(&json, &mut token);
    let signature = key.sign(token.as_bytes());
    token.push('.');
    base64url::append(&signature, &mut token);
    token
}

/// Checks the signature, then the header: at once if it is spelled as `expected`, else by `check`.
fn authenticate(
    key: &SignatureKey,
    parts: &Parts<'_>,
    expected: &str,
    check: impl FnOnce(&str) -> Result<(), TokenError>,
) -> Result<(), TokenError> {
    if parts.header == expected {
        let signature = base64url::decode_array(parts.signature.as_bytes()).ok_or(TokenError::Signature)?;
        let is_signed = key.verifies(parts.signed.as_bytes(), &signature);
        return is_signed.then_some(()).ok_or(TokenError::Signature);
    }
    let is_signed = jsonwebtoken::crypto::verify(
        parts.signature,
        parts.signed.as_bytes(),
        key.for_library(),
        Algorithm::HS256,
    );
    if !is_signed.unwrap_or(false) {
        return Err(TokenError::Signature);
    }
    check(parts.header)
}

/// Claims as a strict structure. What does not fit is looked at again for the name of the claim.
fn read_claims<T: DeserializeOwned>(json: &[u8], known: &[KnownClaim]) -> Result<T, TokenError> {
    strict::object(json).map_err(|cause| match cause {
        NotStrict::Syntax => TokenError::Malformed,
        NotStrict::Shape => TokenError::Claim(offending(json, known)),
    })
}

/// A claim's name, and whether a value (or its absence) is acceptable.
type KnownClaim = (&'static str, fn(Option<&Value>) -> bool);

/// Which claim kept a token from being read, for the audit trail.
fn offending(json: &[u8], known: &[KnownClaim]) -> &'static str {
    let Ok(claims) = serde_json::from_slice::<Map<String, Value>>(json) else {
        return "not_an_object";
    };
    known
        .iter()
        .find(|(name, accepts)| !accepts(claims.get(*name)))
        .map_or("unknown_or_twice", |(name, _)| name)
}

/// A claim that must be there, of this type.
fn required<T: DeserializeOwned>(value: Option<&Value>) -> bool {
    value.is_some_and(is::<T>)
}

/// A claim that may be missing.
fn optional<T: DeserializeOwned>(value: Option<&Value>) -> bool {
    value.is_none_or(is::<T>)
}

fn is<T: DeserializeOwned>(value: &Value) -> bool {
    serde_json::from_value::<T>(value.clone()).is_ok()
}

#[cfg(test)]
mod tests;

//! Tokens of the native profile: made, found, verified.

use super::claims::KNOWN;
use super::{
    Claims, Expectation, HS256, TokenError, authenticate, decode, read_claims, read_header, sign_under,
    spelled, split,
};
use crate::model::KeyId;
use crate::seal::NativeKeys;
use crate::seal::headers::{TOKEN_TYPE, kid_of_token_header};
use serde::Deserialize;

/// A header: these members and no others.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    kid: String,
    typ: String,
}

/// Signs a native token: header `{"alg":"HS256","kid":…,"typ":"bfly-inv+jwt"}`.
pub fn sign(keys: &NativeKeys, claims: &Claims) -> String {
    sign_under(keys.signature(), keys.token_header(), claims)
}

/// The `kid` that a token's header claims: for finding the credential in a map, nothing else.
pub fn claimed_kid(token: &str) -> Result<KeyId, TokenError> {
    let encoded = split(token)?.header;
    if let Some(kid) = kid_of_token_header(encoded) {
        return Ok(kid);
    }
    let header: Header = read_header(encoded)?;
    KeyId::parse(&header.kid).map_err(|_| TokenError::Header)
}

/// Checks signature and header, then each claim but `bsh` (see [`Claims::check_body`]).
pub fn verify(keys: &NativeKeys, token: &str, expected: Expectation<'_>) -> Result<Claims, TokenError> {
    let parts = split(token)?;
    authenticate(keys.signature(), &parts, keys.token_header(), |header| {
        check_header(keys, header)
    })?;
    let json = decode(parts.claims)?;
    let claims: Claims = match spelled::read(&json) {
        Some(claims) => claims,
        None => read_claims(&json, KNOWN)?,
    };
    claims.check(expected)?;
    Ok(claims)
}

fn check_header(keys: &NativeKeys, encoded: &str) -> Result<(), TokenError> {
    let header: Header = read_header(encoded)?;
    let is_ours = header.alg == HS256 && header.typ == TOKEN_TYPE && header.kid == keys.kid().as_str();
    is_ours.then_some(()).ok_or(TokenError::Header)
}

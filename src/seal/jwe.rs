//! Sealed bodies of the native profile: JWE compact serialisation (RFC 7516) with `alg` `dir` and
//! `enc` `A256GCM` (RFC 7518), nothing else.
//!
//! The codec around the cipher is ours because it has to be narrower than any library's: one
//! header, one algorithm, one spelling.

use super::NativeKeys;
use super::base64url;
use super::gcm::{Gcm, NONCE, TAG};
use super::headers::{ALGORITHM, ENCRYPTION, QUERY_TYPE, REPLY_TYPE};
use super::strict;
use crate::model::KeyId;
use serde::Deserialize;
use zeroize::Zeroizing;

/// Longest encoded header that is looked at; ours have about 130 characters.
const LONGEST_HEADER: usize = 1024;
const ENCODED_NONCE: usize = base64url::encoded_len(NONCE);
const ENCODED_TAG: usize = base64url::encoded_len(TAG);

/// A body could not be opened. One reason for all causes: whoever probes learns nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the sealed body cannot be opened with this credential")]
pub struct OpenError;

/// Seals a query: protected header `{"alg":"dir","enc":"A256GCM","kid":…,"typ":"bfly-query+jwe"}`.
pub fn seal_query(keys: &NativeKeys, plaintext: &[u8]) -> String {
    seal(keys.request(), keys.query_header(), plaintext)
}

/// Opens a query sealed by the other side.
pub fn open_query(keys: &NativeKeys, body: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let is_ours = |header: &Header| header.is(keys.kid(), QUERY_TYPE, None);
    open(keys.request(), keys.query_header(), is_ours, body).ok_or(OpenError)
}

/// Seals a reply to the request whose token had this `jti`: `typ` `bfly-reply+jwe`, and `irt`.
pub fn seal_reply(keys: &NativeKeys, in_reply_to: &str, plaintext: &[u8]) -> String {
    let header = keys.reply_header().to(in_reply_to);
    seal(keys.reply(), &header, plaintext)
}

/// Opens a reply, refusing one to any other request.
pub fn open_reply(
    keys: &NativeKeys,
    in_reply_to: &str,
    body: &[u8],
) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let expected = keys.reply_header().to(in_reply_to);
    let is_ours = |header: &Header| header.is(keys.kid(), REPLY_TYPE, Some(in_reply_to));
    open(keys.reply(), &expected, is_ours, body).ok_or(OpenError)
}

/// The `kid` that a body claims, before anything is authenticated: for finding the credential only.
pub fn claimed_kid(body: &[u8]) -> Option<KeyId> {
    let (encoded, _) = split_header(body)?;
    KeyId::parse(&Header::decode(encoded)?.kid).ok()
}

/// A protected header: these members and no others, `zip` and `crit` included.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    enc: String,
    kid: String,
    typ: String,
    #[serde(default, deserialize_with = "strict::present")]
    irt: Option<String>,
}

impl Header {
    fn decode(encoded: &[u8]) -> Option<Self> {
        strict::object(&base64url::decode(encoded)?).ok()
    }

    fn is(&self, kid: &KeyId, typ: &str, in_reply_to: Option<&str>) -> bool {
        self.alg == ALGORITHM
            && self.enc == ENCRYPTION
            && self.kid == kid.as_str()
            && self.typ == typ
            && self.irt.as_deref() == in_reply_to
    }
}

/// header `.` (no encrypted key) `.` nonce `.` ciphertext `.` tag
fn seal(gcm: &Gcm, header: &str, plaintext: &[u8]) -> String {
    let mut buffer = plaintext.to_vec();
    let (nonce, tag) = gcm.seal(header.as_bytes(), &mut buffer);
    assemble(header, &nonce, &buffer, &tag)
}

fn assemble(header: &str, nonce: &[u8; NONCE], ciphertext: &[u8], tag: &[u8; TAG]) -> String {
    let length = header.len() + 4 + ENCODED_NONCE + base64url::encoded_len(ciphertext.len()) + ENCODED_TAG;
    let mut body = String::with_capacity(length);
    body.push_str(header);
    body.push_str("..");
    base64url::append(nonce, &mut body);
    body.push('.');
    base64url::append(ciphertext, &mut body);
    body.push('.');
    base64url::append(tag, &mut body);
    body
}

/// A header spelled as ours is not parsed at all; any other is, and must mean the same.
fn open(
    gcm: &Gcm,
    expected: &str,
    is_ours: impl Fn(&Header) -> bool,
    body: &[u8],
) -> Option<Zeroizing<Vec<u8>>> {
    let as_we_write_it = body
        .strip_prefix(expected.as_bytes())
        .and_then(|rest| rest.strip_prefix(b"."));
    if let Some(rest) = as_we_write_it {
        return open_parts(gcm, expected.as_bytes(), rest);
    }
    let (header, rest) = split_header(body)?;
    if !is_ours(&Header::decode(header)?) {
        return None;
    }
    open_parts(gcm, header, rest)
}

/// The encoded header and what follows its dot.
fn split_header(body: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = body
        .iter()
        .take(LONGEST_HEADER + 1)
        .position(|byte| *byte == b'.')?;
    Some((&body[..end], &body[end + 1..]))
}

/// Opens what follows the header. Nonce and tag have one length only, so the dots have their
/// places; one anywhere else is not base64url.
fn open_parts(gcm: &Gcm, header: &[u8], rest: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let without_key = rest.strip_prefix(b".")?;
    let (nonce, rest) = without_key.split_first_chunk::<ENCODED_NONCE>()?;
    let (rest, tag) = rest.strip_prefix(b".")?.split_last_chunk::<ENCODED_TAG>()?;
    let ciphertext = rest.strip_suffix(b".")?;
    gcm.open(
        &base64url::decode_array(nonce)?,
        header,
        base64url::decode(ciphertext)?,
        &base64url::decode_array(tag)?,
    )
}

#[cfg(test)]
mod tests;

//! Sealed bodies of the legacy profile: Fernet tokens (spec 0x80), without a time limit, as the
//! original instances use them.
//!
//! version (1 byte) ‖ time (8, big endian) ‖ IV (16) ‖ AES-128-CBC, PKCS #7 ‖ HMAC-SHA256 (32), all
//! of it in url-safe base64 with padding.

use super::LegacyKeys;
use super::jwe::OpenError;
use crate::model::Timestamp;
use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{BlockModeDecrypt, BlockModeEncrypt, InnerIvInit};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE;
use hmac::Mac;
use zeroize::Zeroizing;

const VERSION: u8 = 0x80;
const BLOCK: usize = 16;
const MAC: usize = 32;
/// Version, time and IV.
const HEAD: usize = 1 + 8 + BLOCK;

/// Seals, stamping `now`.
pub fn seal(keys: &LegacyKeys, now: Timestamp, plaintext: &[u8]) -> String {
    seal_under(keys, now, &keys.ivs().next(), plaintext)
}

/// Opens; only the canonical spelling of a token is accepted (surrounding ASCII whitespace apart).
pub fn open(keys: &LegacyKeys, body: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    open_token(keys, body).ok_or(OpenError)
}

/// The bytes of a body, whatever its spelling, and when it was sealed by its sender's clock, in Unix seconds. Proves
/// nothing: only what opens was sealed with the key. None of what is no Fernet token.
pub fn sent(body: &[u8]) -> Option<(Vec<u8>, i64)> {
    let token = URL_SAFE.decode(body.trim_ascii()).ok()?;
    let at = token.get(1..9)?.try_into().ok().map(u64::from_be_bytes)?;
    Some((token, i64::try_from(at).ok()?))
}

fn seal_under(keys: &LegacyKeys, now: Timestamp, iv: &[u8; BLOCK], plaintext: &[u8]) -> String {
    let padded = (plaintext.len() / BLOCK + 1) * BLOCK;
    let mut token = Vec::with_capacity(HEAD + padded + MAC);
    token.push(VERSION);
    token.extend_from_slice(&now.as_seconds().max(0).to_be_bytes());
    token.extend_from_slice(iv);
    token.extend_from_slice(plaintext);
    token.resize(HEAD + padded, 0);
    cbc::Encryptor::inner_iv_init(keys.body_cipher(), iv.into())
        .encrypt_padded::<Pkcs7>(&mut token[HEAD..], plaintext.len())
        .expect("the room for padding is there");
    let mut mac = keys.body_mac();
    mac.update(&token);
    token.extend_from_slice(&mac.finalize().into_bytes());
    URL_SAFE.encode(token)
}

/// The engine takes nothing but canonical base64 (padding as it must be, no stray bits, no foreign
/// characters), so bytes and spelling stand for each other.
fn open_token(keys: &LegacyKeys, body: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let token = URL_SAFE.decode(body.trim_ascii()).ok()?;
    let (signed, tag) = token.split_last_chunk::<MAC>()?;
    if signed.first() != Some(&VERSION) || signed.len() < HEAD + BLOCK {
        return None;
    }
    let mut mac = keys.body_mac();
    mac.update(signed);
    mac.verify(tag.into()).ok()?;

    let (head, ciphertext) = signed.split_at(HEAD);
    let iv = head.last_chunk::<BLOCK>()?;
    let mut buffer = Zeroizing::new(ciphertext.to_vec());
    let length = cbc::Decryptor::inner_iv_init(keys.body_cipher(), iv.into())
        .decrypt_padded::<Pkcs7>(&mut buffer)
        .ok()?
        .len();
    buffer.truncate(length);
    Some(buffer)
}

#[cfg(test)]
mod tests;

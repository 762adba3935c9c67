//! Working keys, derived once per credential and kept ready for use.

use super::gcm::Gcm;
use super::headers::{self, ReplyHeader};
use super::nonce::Nonces;
use super::{FernetKey, RootKey, TokenSecret, provider};
use crate::model::KeyId;
use aes::{Aes128, cipher::KeyInit};
use hkdf::Hkdf;
use hmac::Hmac;
use jsonwebtoken::DecodingKey;
use ring::hmac as ring_hmac;
use sha2::Sha256;
use std::fmt;
use std::sync::Arc;
use zeroize::Zeroizing;

/// The three keys of a native credential, derived from its root by HKDF-SHA256 (RFC 5869) with an
/// empty salt and the labels `butterfly/v1 request`, `butterfly/v1 reply` and `butterfly/v1 token`.
/// Cheap to clone (shared). `Debug` shows the kid only.
#[derive(Clone)]
pub struct NativeKeys(Arc<Native>);

/// What sealing and signing need, computed once, so that no message pays for it.
struct Native {
    kid: KeyId,
    request: Gcm,
    reply: Gcm,
    query_header: String,
    reply_header: ReplyHeader,
    signature: SignatureKey,
    token_header: String,
}

impl NativeKeys {
    /// Derives the keys and prepares the ciphers.
    pub fn derive(kid: KeyId, root: &RootKey) -> Self {
        Self(Arc::new(Native {
            request: Gcm::new(&derive(root, "butterfly/v1 request")),
            reply: Gcm::new(&derive(root, "butterfly/v1 reply")),
            query_header: headers::query_header(&kid),
            reply_header: ReplyHeader::new(&kid),
            signature: SignatureKey::new(&*derive(root, "butterfly/v1 token")),
            token_header: headers::token_header(&kid),
            kid,
        }))
    }

    /// The key id that body and token name.
    pub fn kid(&self) -> &KeyId {
        &self.0.kid
    }

    pub(super) fn request(&self) -> &Gcm {
        &self.0.request
    }

    pub(super) fn reply(&self) -> &Gcm {
        &self.0.reply
    }

    /// The encoded protected header of every query that we seal.
    pub(super) fn query_header(&self) -> &str {
        &self.0.query_header
    }

    pub(super) fn reply_header(&self) -> &ReplyHeader {
        &self.0.reply_header
    }

    pub(super) fn signature(&self) -> &SignatureKey {
        &self.0.signature
    }

    /// The encoded header of every token that we sign.
    pub(super) fn token_header(&self) -> &str {
        &self.0.token_header
    }
}

impl fmt::Debug for NativeKeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "NativeKeys({})", self.kid())
    }
}

/// One of the keys that a root stands for.
fn derive(root: &RootKey, label: &str) -> Zeroizing<[u8; 32]> {
    let mut key = Zeroizing::new([0; 32]);
    expand(&[], root.expose_bytes(), label.as_bytes(), key.as_mut_slice());
    key
}

/// HKDF-SHA256 (RFC 5869), extract and expand.
fn expand(salt: &[u8], material: &[u8], label: &[u8], key: &mut [u8]) {
    Hkdf::<Sha256>::new(Some(salt), material)
        .expand(label, key)
        .expect("nothing here asks for more than 255 blocks");
}

/// What seals and signs for a legacy credential. Cheap to clone (shared).
#[derive(Clone)]
pub struct LegacyKeys(Arc<Legacy>);

struct Legacy {
    signature: SignatureKey,
    body_mac: Hmac<Sha256>,
    body_cipher: Aes128,
    ivs: Nonces,
}

impl LegacyKeys {
    /// Prepares both keys.
    pub fn new(token: &TokenSecret, encryption: &FernetKey) -> Self {
        let (signing, encrypting) = encryption.expose_bytes().split_at(16);
        Self(Arc::new(Legacy {
            signature: SignatureKey::new(token.expose_text().as_bytes()),
            body_mac: prepared_mac(signing),
            body_cipher: Aes128::new_from_slice(encrypting).expect("half of 32 bytes is an AES-128 key"),
            ivs: Nonces::new(),
        }))
    }

    pub(super) fn signature(&self) -> &SignatureKey {
        &self.0.signature
    }

    /// The first half of the Fernet key, ready to authenticate.
    pub(super) fn body_mac(&self) -> Hmac<Sha256> {
        self.0.body_mac.clone()
    }

    /// The second half of the Fernet key.
    pub(super) fn body_cipher(&self) -> &Aes128 {
        &self.0.body_cipher
    }

    pub(super) fn ivs(&self) -> &Nonces {
        &self.0.ivs
    }
}

impl fmt::Debug for LegacyKeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("LegacyKeys(redacted)")
    }
}

/// A key for HS256, as the library takes it. It would print itself, so it is never given to `Debug`.
///
/// The tokens that we expect are signed and checked by `ring`, in two thirds of the time where the processor has no
/// instructions for SHA-256. Its key does not wipe itself, so that it is made anew each time and none stays in memory.
pub(super) struct SignatureKey(DecodingKey);

impl SignatureKey {
    fn new(secret: &[u8]) -> Self {
        provider::install();
        Self(DecodingKey::from_secret(secret))
    }

    /// The signature of `message`.
    pub(super) fn sign(&self, message: &[u8]) -> [u8; 32] {
        let tag = ring_hmac::sign(&self.at_once(), message);
        *tag.as_ref().first_chunk().expect("HMAC-SHA256 gives 32 bytes")
    }

    /// Whether this is the signature of `message`; constant time.
    pub(super) fn verifies(&self, message: &[u8], signature: &[u8; 32]) -> bool {
        ring_hmac::verify(&self.at_once(), message, signature).is_ok()
    }

    pub(super) fn for_library(&self) -> &DecodingKey {
        &self.0
    }

    fn at_once(&self) -> ring_hmac::Key {
        let secret = self.0.try_get_as_bytes().expect("it was made of a secret");
        ring_hmac::Key::new(ring_hmac::HMAC_SHA256, secret)
    }
}

fn prepared_mac(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes keys of any length")
}

#[cfg(test)]
mod tests;

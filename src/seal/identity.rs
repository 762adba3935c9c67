//! Who signed something: the Ed25519 key (RFC 8032) of an instance or a console.
//!
//! It signs requests and bundles, never calls: a call proves itself with its credential.

use super::{DataKey, base64url};
use hkdf::Hkdf;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::fmt;
use zeroize::Zeroizing;

/// A key pair. `Debug` shows the public half only.
pub struct Identity(Ed25519KeyPair);

impl Identity {
    /// The identity that belongs to a storage key: whoever has the key has the identity, so nothing more needs keeping.
    pub fn of(key: &DataKey) -> Self {
        let mut seed = Zeroizing::new([0; 32]);
        Hkdf::<Sha256>::new(None, key.expose_bytes())
            .expand(b"butterfly/v1 identity", seed.as_mut())
            .expect("32 bytes are fewer than HKDF can give");
        Self(Ed25519KeyPair::from_seed_unchecked(seed.as_ref()).expect("any 32 bytes are a seed"))
    }

    /// The public half.
    pub fn key(&self) -> IdentityKey {
        IdentityKey(base64url::encode(self.0.public_key().as_ref()))
    }

    /// Signs a message for one purpose; the signature is worth nothing for another one. Base64url.
    pub fn sign(&self, purpose: &str, message: &[u8]) -> String {
        base64url::encode(self.0.sign(&labelled(purpose, message)).as_ref())
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Identity({})", self.key())
    }
}

/// The public half of an identity: 32 bytes as base64url, 43 characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct IdentityKey(String);

/// What is not an identity key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an identity key is 32 bytes in base64url, 43 characters")]
pub struct IdentityKeyError;

impl IdentityKey {
    /// Checks the form; whether the bytes are a point of the curve shows when something is verified.
    pub fn parse(text: &str) -> Result<Self, IdentityKeyError> {
        base64url::decode_array::<32>(text.as_bytes()).ok_or(IdentityKeyError)?;
        Ok(Self(text.to_owned()))
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this key made the signature, of this message, for this purpose.
    pub fn verifies(&self, purpose: &str, message: &[u8], signature: &str) -> bool {
        let key = base64url::decode_array::<32>(self.0.as_bytes());
        let signature = base64url::decode_array::<64>(signature.as_bytes());
        let (Some(key), Some(signature)) = (key, signature) else {
            return false;
        };
        UnparsedPublicKey::new(&ED25519, key)
            .verify(&labelled(purpose, message), &signature)
            .is_ok()
    }
}

impl TryFrom<String> for IdentityKey {
    type Error = IdentityKeyError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<IdentityKey> for String {
    fn from(key: IdentityKey) -> Self {
        key.0
    }
}

impl fmt::Display for IdentityKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

/// The purpose with its length before it, so that no two pairs are the same bytes.
fn labelled(purpose: &str, message: &[u8]) -> Vec<u8> {
    let mut bytes = (purpose.len() as u64).to_be_bytes().to_vec();
    bytes.extend_from_slice(purpose.as_bytes());
    bytes.extend_from_slice(message);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_holds_for_its_key_purpose_and_message_only() {
        let key = DataKey::from_bytes([7; 32]);
        let identity = Identity::of(&key);
        let signature = identity.sign("bundle", b"hello");
        assert!(identity.key().verifies("bundle", b"hello", &signature));
        assert!(!identity.key().verifies("request", b"hello", &signature));
        assert!(!identity.key().verifies("bundle", b"hellp", &signature));
        assert!(!identity.key().verifies("bundle", b"hello", &signature[1..]));
        let other = Identity::of(&DataKey::from_bytes([8; 32]));
        assert!(!other.key().verifies("bundle", b"hello", &signature));
        assert_eq!(Identity::of(&key).key(), identity.key());
    }
}

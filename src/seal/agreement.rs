//! Mixing fresh keys into a root: X25519 (RFC 7748) and HKDF-SHA256 (RFC 5869), for activation and rotation.
//!
//! Both sides throw in a key that never travelled, so that whoever read the old root from a leaked bundle or
//! a recording does not know the new one.

use super::{RootKey, base64url, hex, random};
use crate::model::KeyId;
use hkdf::Hkdf;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::fmt;
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::Zeroizing;

/// The secret half of a fresh key. Kept until the other side's answer is in, so that asking again asks the same.
#[derive(Clone)]
pub struct AgreementSecret(StaticSecret);

impl AgreementSecret {
    /// A fresh one.
    pub fn generate() -> Self {
        Self(StaticSecret::from(*Zeroizing::new(random::bytes::<32>())))
    }

    /// Reads what [`AgreementSecret::expose_text`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        base64url::decode_array::<32>(text.as_bytes()).map(|bytes| Self(StaticSecret::from(bytes)))
    }

    /// Base64url: only for sealing it into storage.
    pub fn expose_text(&self) -> Zeroizing<String> {
        Zeroizing::new(base64url::encode(self.0.as_bytes()))
    }

    /// The half that travels.
    pub fn key(&self) -> AgreementKey {
        AgreementKey(base64url::encode(PublicKey::from(&self.0).as_bytes()))
    }
}

impl fmt::Debug for AgreementSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("AgreementSecret(redacted)")
    }
}

/// The public half: 32 bytes as base64url, 43 characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AgreementKey(String);

/// What cannot be agreed upon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AgreementError {
    /// Not 32 bytes in base64url.
    #[error("an agreement key is 32 bytes in base64url, 43 characters")]
    Form,
    /// A point of small order: the shared secret would be known to everybody (RFC 7748, section 6.1).
    #[error("the agreement key contributes nothing")]
    Weak,
}

impl AgreementKey {
    /// Checks the form.
    pub fn parse(text: &str) -> Result<Self, AgreementError> {
        base64url::decode_array::<32>(text.as_bytes()).ok_or(AgreementError::Form)?;
        Ok(Self(text.to_owned()))
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn point(&self) -> Result<PublicKey, AgreementError> {
        base64url::decode_array::<32>(self.0.as_bytes())
            .map(PublicKey::from)
            .ok_or(AgreementError::Form)
    }
}

impl TryFrom<String> for AgreementKey {
    type Error = AgreementError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<AgreementKey> for String {
    fn from(key: AgreementKey) -> Self {
        key.0
    }
}

/// What a mixing is bound to, the same on both sides.
#[derive(Debug, Clone, Copy)]
pub struct Mixing<'a> {
    /// The key id that the credential had.
    pub kid: &'a KeyId,
    /// Which generation of keys comes out: 1 at activation, one more at each rotation.
    pub generation: u32,
    /// The holder's fresh key.
    pub holder: &'a AgreementKey,
    /// The issuer's fresh key.
    pub issuer: &'a AgreementKey,
}

impl Mixing<'_> {
    /// The next key id and root, from the old root and one side's secret.
    pub fn mix(self, root: &RootKey, ours: &AgreementSecret) -> Result<(KeyId, RootKey), AgreementError> {
        let theirs = if ours.key() == *self.holder {
            self.issuer
        } else {
            self.holder
        };
        let shared = ours.0.diffie_hellman(&theirs.point()?);
        if !shared.was_contributory() {
            return Err(AgreementError::Weak);
        }
        let hkdf = Hkdf::<Sha256>::new(Some(root.expose_bytes()), shared.as_bytes());
        let mut next = Zeroizing::new([0; 32]);
        let mut id = [0; 8];
        self.expand(&hkdf, "butterfly/v1 next root", next.as_mut());
        self.expand(&hkdf, "butterfly/v1 next kid", &mut id);
        let kid = KeyId::parse(&format!("kid_{}", hex(&id))).expect("written by its grammar");
        Ok((kid, RootKey::from_bytes(*next)))
    }

    fn expand(self, hkdf: &Hkdf<Sha256>, label: &str, out: &mut [u8]) {
        let generation = self.generation.to_be_bytes();
        let parts = [
            label.as_bytes(),
            b"\0",
            self.kid.as_str().as_bytes(),
            b"\0",
            &generation,
            self.holder.0.as_bytes(),
            self.issuer.0.as_bytes(),
        ];
        hkdf.expand_multi_info(&parts, out)
            .expect("a few bytes are fewer than HKDF can give");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kid() -> KeyId {
        KeyId::parse("kid_0123456789abcdef").unwrap()
    }

    #[test]
    fn both_sides_come_to_the_same_and_nobody_else_does() {
        let (holder, issuer) = (AgreementSecret::generate(), AgreementSecret::generate());
        let (root, kid) = (random::root_key(), kid());
        let (holder_key, issuer_key) = (holder.key(), issuer.key());
        let mixing = Mixing {
            kid: &kid,
            generation: 1,
            holder: &holder_key,
            issuer: &issuer_key,
        };
        let (first_kid, first) = mixing.mix(&root, &holder).unwrap();
        let (second_kid, second) = mixing.mix(&root, &issuer).unwrap();
        assert_eq!(first_kid, second_kid);
        assert_eq!(first.expose_bytes(), second.expose_bytes());
        assert_ne!(first.expose_bytes(), root.expose_bytes());
        let later = Mixing {
            generation: 2,
            ..mixing
        };
        assert_ne!(
            later.mix(&root, &holder).unwrap().1.expose_bytes(),
            first.expose_bytes()
        );
        let (_, other) = mixing.mix(&random::root_key(), &holder).unwrap();
        assert_ne!(other.expose_bytes(), first.expose_bytes());
    }

    #[test]
    fn a_point_of_small_order_is_refused() {
        let ours = AgreementSecret::generate();
        let (root, kid, our_key) = (random::root_key(), kid(), ours.key());
        let zero = AgreementKey::parse(&base64url::encode(&[0; 32])).unwrap();
        let mixing = Mixing {
            kid: &kid,
            generation: 1,
            holder: &zero,
            issuer: &our_key,
        };
        assert_eq!(mixing.mix(&root, &ours).unwrap_err(), AgreementError::Weak);
    }
}

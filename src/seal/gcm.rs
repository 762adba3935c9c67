//! AES-256-GCM with 96-bit random nonces and 128-bit tags: the one place that calls the cipher.

use super::nonce::Nonces;
use aes_gcm::aead::AeadInOut;
use aes_gcm::{Aes256Gcm, KeyInit};
use zeroize::Zeroizing;

/// Bytes of a nonce.
pub(super) const NONCE: usize = 12;
/// Bytes of a tag.
pub(super) const TAG: usize = 16;

/// A key, its schedule computed once, and the watch over its nonces.
pub(super) struct Gcm {
    cipher: Aes256Gcm,
    nonces: Nonces,
}

impl Gcm {
    /// Prepares the cipher.
    pub(super) fn new(key: &[u8; 32]) -> Self {
        Self {
            cipher: Aes256Gcm::new(key.into()),
            nonces: Nonces::new(),
        }
    }

    /// Seals `buffer` in place under a fresh nonce.
    pub(super) fn seal(&self, associated: &[u8], buffer: &mut [u8]) -> ([u8; NONCE], [u8; TAG]) {
        let nonce = self.nonces.next();
        (nonce, self.seal_under(&nonce, associated, buffer))
    }

    /// Seals `buffer` in place under the given nonce, which must never have been used with this key.
    fn seal_under(&self, nonce: &[u8; NONCE], associated: &[u8], buffer: &mut [u8]) -> [u8; TAG] {
        self.cipher
            .encrypt_inout_detached(nonce.into(), associated, buffer.into())
            .expect("a message is far below the 64 GiB that AES-GCM can seal")
            .into()
    }

    /// Checks the tag, then opens `sealed`.
    pub(super) fn open(
        &self,
        nonce: &[u8; NONCE],
        associated: &[u8],
        sealed: Vec<u8>,
        tag: &[u8; TAG],
    ) -> Option<Zeroizing<Vec<u8>>> {
        let mut buffer = Zeroizing::new(sealed);
        self.cipher
            .decrypt_inout_detached(nonce.into(), associated, buffer.as_mut_slice().into(), tag.into())
            .ok()?;
        Some(buffer)
    }
}

#[cfg(test)]
mod tests;

//! Sealing rows of a database: AES-256-GCM, the row's identity as associated data.

use super::DataKey;
use super::gcm::{NONCE, TAG};
use zeroize::Zeroizing;

/// A row could not be opened: another key, another row, or changed bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a sealed row does not belong here or was changed")]
pub struct RowError;

/// nonce (12 bytes) ‖ ciphertext ‖ tag (16 bytes).
pub fn seal(key: &DataKey, identity: &[u8], plaintext: &[u8]) -> Vec<u8> {
    let mut sealed = Vec::with_capacity(NONCE + plaintext.len() + TAG);
    sealed.extend_from_slice(&[0; NONCE]);
    sealed.extend_from_slice(plaintext);
    let (nonce, tag) = key.gcm().seal(identity, &mut sealed[NONCE..]);
    sealed[..NONCE].copy_from_slice(&nonce);
    sealed.extend_from_slice(&tag);
    sealed
}

/// The reverse of `seal`, for the same identity only.
pub fn open(key: &DataKey, identity: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, RowError> {
    let (nonce, rest) = sealed.split_first_chunk::<NONCE>().ok_or(RowError)?;
    let (ciphertext, tag) = rest.split_last_chunk::<TAG>().ok_or(RowError)?;
    key.gcm()
        .open(nonce, identity, ciphertext.to_vec(), tag)
        .ok_or(RowError)
}

#[cfg(test)]
mod tests;

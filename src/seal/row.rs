//! Sealing rows of a database: AES-256-GCM, the row's identity as associated data.

use super::DataKey;
use zeroize::Zeroizing;

/// A row could not be opened: another key, another row, or changed bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a sealed row does not belong here or was changed")]
pub struct RowError;

/// nonce (12 bytes) ‖ ciphertext ‖ tag (16 bytes).
pub fn seal(_key: &DataKey, _identity: &[u8], _plaintext: &[u8]) -> Vec<u8> {
    todo!()
}
/// The reverse of `seal`, for the same identity only.
pub fn open(_key: &DataKey, _identity: &[u8], _sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, RowError> {
    todo!()
}

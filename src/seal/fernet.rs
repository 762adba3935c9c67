//! Sealed bodies of the legacy profile: Fernet tokens (spec 0x80), without a time limit, as the
//! original instances use them.

use super::LegacyKeys;
use super::jwe::OpenError;
use crate::model::Timestamp;
use zeroize::Zeroizing;

/// Seals, stamping `now`.
pub fn seal(_keys: &LegacyKeys, _now: Timestamp, _plaintext: &[u8]) -> String {
    todo!()
}
/// Opens; only the canonical spelling of a token is accepted (surrounding ASCII whitespace apart).
pub fn open(_keys: &LegacyKeys, _body: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    todo!()
}

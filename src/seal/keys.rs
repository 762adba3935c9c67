//! Working keys, derived once per credential and kept ready for use.

use super::{FernetKey, RootKey, TokenSecret};
use crate::model::KeyId;

/// The three keys of a native credential, derived from its root by HKDF-SHA256 (RFC 5869) with an
/// empty salt and the labels `butterfly/v1 request`, `butterfly/v1 reply` and `butterfly/v1 token`.
/// Cheap to clone (shared). `Debug` shows the kid only.
#[derive(Clone)]
pub struct NativeKeys {
    kid: KeyId,
}
impl NativeKeys {
    /// Derives the keys and prepares the ciphers.
    pub fn derive(_kid: KeyId, _root: &RootKey) -> Self {
        todo!()
    }
    /// The key id that body and token name.
    pub fn kid(&self) -> &KeyId {
        &self.kid
    }
}

/// What seals and signs for a legacy credential. Cheap to clone (shared).
#[derive(Clone)]
pub struct LegacyKeys {}
impl LegacyKeys {
    /// Prepares both keys.
    pub fn new(_token: &TokenSecret, _encryption: &FernetKey) -> Self {
        todo!()
    }
}

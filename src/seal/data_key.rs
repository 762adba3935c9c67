//! The key that seals what lies in storage, ready for use. Like every secret it cannot be printed, compared or serialised.

use super::gcm::Gcm;
use super::random;
use super::secret::redacted;
use std::fmt;
use std::sync::Arc;
use zeroize::Zeroizing;

/// A key for sealing rows in storage (AES-256-GCM). Clones share one watch over its nonces.
#[derive(Clone)]
pub struct DataKey(Arc<PreparedDataKey>);

struct PreparedDataKey {
    bytes: Zeroizing<[u8; 32]>,
    gcm: Gcm,
}

impl DataKey {
    /// From raw bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Arc::new(PreparedDataKey {
            gcm: Gcm::new(&bytes),
            bytes: Zeroizing::new(bytes),
        }))
    }

    /// A fresh random key.
    pub fn generate() -> Self {
        Self::from_bytes(*Zeroizing::new(random::bytes()))
    }

    /// The raw bytes: only for wrapping.
    pub fn expose_bytes(&self) -> &[u8; 32] {
        &self.0.bytes
    }

    pub(super) fn gcm(&self) -> &Gcm {
        &self.0.gcm
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        redacted(formatter, "DataKey")
    }
}

//! The key that seals what lies in storage, ready for use. Like every secret it cannot be printed, compared or serialised.

use super::gcm::Gcm;
use super::random;
use super::secret::redacted;
use hkdf::Hkdf;
use sha2::Sha256;
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

    /// A key for one purpose alone, the same each time (HKDF-SHA256, RFC 5869): what is sealed under it says nothing of
    /// this one, nor of other purposes.
    pub fn derived(&self, purpose: &str) -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        Hkdf::<Sha256>::new(None, self.expose_bytes())
            .expand(purpose.as_bytes(), bytes.as_mut())
            .expect("32 bytes are fewer than HKDF can give");
        Self::from_bytes(*bytes)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::row;

    #[test]
    fn a_derived_key_is_the_same_each_time_and_good_for_its_purpose_only() {
        let key = DataKey::from_bytes([7; 32]);
        let sealed = row::seal(&key.derived("one"), b"row", b"text");
        let again = DataKey::from_bytes([7; 32]).derived("one");
        assert_eq!(row::open(&again, b"row", &sealed).unwrap().as_slice(), b"text");
        assert!(row::open(&key.derived("other"), b"row", &sealed).is_err());
        assert!(row::open(&key, b"row", &sealed).is_err());
    }
}

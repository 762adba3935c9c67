//! Secrets as types: they cannot be printed, compared by accident or serialised, and wipe their
//! memory when dropped. Text leaves them only through functions named `expose_…`.

use zeroize::Zeroizing;

/// Why a text is not a usable secret. Never carries the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// Not the encoding that this kind of secret uses.
    #[error("not {0}")]
    Encoding(&'static str),
    /// Fewer bytes than are safe.
    #[error("too short: {actual} bytes, needs at least {least}")]
    TooShort {
        /// How many there are.
        actual: usize,
        /// How many there must be.
        least: usize,
    },
}

/// The 32-byte root of a native credential; every key is derived from it.
#[derive(Clone)]
pub struct RootKey(#[allow(dead_code)] Zeroizing<[u8; 32]>);
impl RootKey {
    /// From raw bytes.
    pub fn from_bytes(_bytes: [u8; 32]) -> Self {
        todo!()
    }
    /// Reads base64url without padding (padding tolerated), exactly 32 bytes.
    pub fn parse(_text: &str) -> Result<Self, SecretError> {
        todo!()
    }
    /// Base64url without padding: only for handing the credential over.
    pub fn expose_text(&self) -> Zeroizing<String> {
        todo!()
    }
    /// The raw bytes: only for sealing them into storage.
    pub fn expose_bytes(&self) -> &[u8; 32] {
        todo!()
    }
}
/// The secret that signs legacy tokens: any text, as the original instances use it (UTF-8 bytes).
#[derive(Clone)]
pub struct TokenSecret(#[allow(dead_code)] Zeroizing<String>);
impl TokenSecret {
    /// Refuses an empty secret. Weak ones are allowed (old deployments have them); see `is_weak`.
    pub fn parse(_text: &str) -> Result<Self, SecretError> {
        todo!()
    }
    /// Shorter than 32 bytes, or the documented development default.
    pub fn is_weak(&self) -> bool {
        todo!()
    }
    /// The text: only for handing the credential over or sealing it into storage.
    pub fn expose_text(&self) -> &str {
        todo!()
    }
}
/// A Fernet key: 16 bytes for signing, 16 for encryption.
#[derive(Clone)]
pub struct FernetKey(#[allow(dead_code)] Zeroizing<[u8; 32]>);
impl FernetKey {
    /// Reads url-safe base64 of exactly 32 bytes, with or without padding.
    pub fn parse(_text: &str) -> Result<Self, SecretError> {
        todo!()
    }
    /// From raw bytes.
    pub fn from_bytes(_bytes: [u8; 32]) -> Self {
        todo!()
    }
    /// Url-safe base64 with padding, as Python's `Fernet` takes it.
    pub fn expose_text(&self) -> Zeroizing<String> {
        todo!()
    }
    /// The raw bytes.
    pub fn expose_bytes(&self) -> &[u8; 32] {
        todo!()
    }
}
/// An access key of the original system's later version: `key_` and 32 hexadecimal digits.
#[derive(Clone)]
pub struct AccessKey(#[allow(dead_code)] Zeroizing<String>);
impl AccessKey {
    /// Checks the form.
    pub fn parse(_text: &str) -> Result<Self, SecretError> {
        todo!()
    }
    /// The text.
    pub fn expose_text(&self) -> &str {
        todo!()
    }
}
/// Words or text that a person types.
#[derive(Clone)]
pub struct Passphrase(#[allow(dead_code)] Zeroizing<String>);
impl Passphrase {
    /// Any non-empty text.
    pub fn parse(_text: &str) -> Result<Self, SecretError> {
        todo!()
    }
    /// The text.
    pub fn expose_text(&self) -> &str {
        todo!()
    }
}
/// A key for sealing rows in storage (AES-256-GCM).
#[derive(Clone)]
pub struct DataKey(#[allow(dead_code)] Zeroizing<[u8; 32]>);
impl DataKey {
    /// From raw bytes.
    pub fn from_bytes(_bytes: [u8; 32]) -> Self {
        todo!()
    }
    /// A fresh random key.
    pub fn generate() -> Self {
        todo!()
    }
    /// The raw bytes: only for wrapping.
    pub fn expose_bytes(&self) -> &[u8; 32] {
        todo!()
    }
}

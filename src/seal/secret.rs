//! Secrets as types: they cannot be printed, compared by accident or serialised, and wipe their
//! memory when dropped. Text leaves them only through functions named `expose_…`.
//!
//! ```compile_fail
//! let root = butterfly_console::seal::RootKey::from_bytes([7; 32]);
//! println!("{root}"); // no Display
//! ```
//! ```compile_fail
//! let root = butterfly_console::seal::RootKey::from_bytes([7; 32]);
//! serde_json::to_string(&root); // no Serialize
//! ```
//! ```compile_fail
//! let root = butterfly_console::seal::RootKey::from_bytes([7; 32]);
//! assert!(root == root.clone()); // no PartialEq
//! ```

use super::base64url;
use base64::Engine;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, URL_SAFE};
use std::fmt;
use zeroize::Zeroizing;

/// The token secret with which the original system's documentation starts instances.
const DEVELOPMENT_DEFAULT: &str = "default-super-secret-key-for-dev";
/// 256 bits: below that a token secret can be searched for.
const STRONG: usize = 32;

/// Url-safe base64 as people paste it: padded or not.
const PASTED: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

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

/// Reads exactly 32 bytes of url-safe base64; white space around it is the file's, not the key's.
fn parse_32(text: &str, expected: &'static str) -> Result<[u8; 32], SecretError> {
    let text = text.trim_ascii();
    let mut bytes = Zeroizing::new(Vec::with_capacity(base64::decoded_len_estimate(text.len())));
    PASTED
        .decode_vec(text, &mut bytes)
        .map_err(|_| SecretError::Encoding(expected))?;
    if bytes.len() < 32 {
        return Err(SecretError::TooShort {
            actual: bytes.len(),
            least: 32,
        });
    }
    bytes
        .as_slice()
        .try_into()
        .map_err(|_| SecretError::Encoding(expected))
}

/// What `Debug` shows instead of a secret.
pub(super) fn redacted(formatter: &mut fmt::Formatter<'_>, name: &str) -> fmt::Result {
    write!(formatter, "{name}(redacted)")
}

/// The 32-byte root of a native credential; every key is derived from it.
#[derive(Clone)]
pub struct RootKey(Zeroizing<[u8; 32]>);

impl RootKey {
    /// From raw bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Reads base64url without padding (padding tolerated), exactly 32 bytes.
    pub fn parse(text: &str) -> Result<Self, SecretError> {
        parse_32(text, "a root: 32 bytes in base64url, 43 characters").map(Self::from_bytes)
    }

    /// Base64url without padding: only for handing the credential over.
    pub fn expose_text(&self) -> Zeroizing<String> {
        Zeroizing::new(base64url::encode(&*self.0))
    }

    /// The raw bytes: only for sealing them into storage.
    pub fn expose_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for RootKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        redacted(formatter, "RootKey")
    }
}

/// The secret that signs legacy tokens: any text, as the original instances use it (UTF-8 bytes).
#[derive(Clone)]
pub struct TokenSecret(Zeroizing<String>);

impl TokenSecret {
    /// Refuses an empty secret. Weak ones are allowed (old deployments have them); see `is_weak`.
    pub fn parse(text: &str) -> Result<Self, SecretError> {
        parse_text(text).map(Self)
    }

    /// Shorter than 32 bytes, or the documented development default.
    pub fn is_weak(&self) -> bool {
        self.0.len() < STRONG || self.0.as_str() == DEVELOPMENT_DEFAULT
    }

    /// The text: only for handing the credential over or sealing it into storage.
    pub fn expose_text(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for TokenSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        redacted(formatter, "TokenSecret")
    }
}

/// A Fernet key: 16 bytes for signing, 16 for encryption.
#[derive(Clone)]
pub struct FernetKey(Zeroizing<[u8; 32]>);

impl FernetKey {
    /// Reads url-safe base64 of exactly 32 bytes, with or without padding.
    pub fn parse(text: &str) -> Result<Self, SecretError> {
        parse_32(text, "a Fernet key: 32 bytes in url-safe base64, 44 characters").map(Self::from_bytes)
    }

    /// From raw bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Url-safe base64 with padding, as Python's `Fernet` takes it.
    pub fn expose_text(&self) -> Zeroizing<String> {
        Zeroizing::new(URL_SAFE.encode(self.0.as_slice()))
    }

    /// The raw bytes.
    pub fn expose_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for FernetKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        redacted(formatter, "FernetKey")
    }
}

/// An access key of the original system's later version: `key_` and 32 hexadecimal digits.
#[derive(Clone)]
pub struct AccessKey(Zeroizing<String>);

impl AccessKey {
    /// Checks the form.
    pub fn parse(text: &str) -> Result<Self, SecretError> {
        let text = text.trim_ascii();
        let is_well_formed = text
            .strip_prefix("key_")
            .is_some_and(|digits| digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        if !is_well_formed {
            return Err(SecretError::Encoding(
                "an access key: key_ and 32 hexadecimal digits",
            ));
        }
        Ok(Self(Zeroizing::new(text.to_owned())))
    }

    /// The text.
    pub fn expose_text(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for AccessKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        redacted(formatter, "AccessKey")
    }
}

/// Words or text that a person types.
#[derive(Clone)]
pub struct Passphrase(Zeroizing<String>);

impl Passphrase {
    /// Any non-empty text.
    pub fn parse(text: &str) -> Result<Self, SecretError> {
        parse_text(text).map(Self)
    }

    /// The text.
    pub fn expose_text(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        redacted(formatter, "Passphrase")
    }
}

/// Any text but the empty one.
fn parse_text(text: &str) -> Result<Zeroizing<String>, SecretError> {
    if text.is_empty() {
        return Err(SecretError::TooShort { actual: 0, least: 1 });
    }
    Ok(Zeroizing::new(text.to_owned()))
}

#[cfg(test)]
mod tests;

//! Sealing and opening: secrets that cannot be printed, the keys made of them, sealed bodies and
//! tokens of both profiles.
//!
//! Everything cryptographic in the program is in this room; the ciphers themselves are libraries.
//! It depends on `model` and on nothing else, and knows no clock: callers say what time it is. It does no I/O beyond
//! drawing random bytes and saying how files are to lie on a disk.

mod agreement;
mod base64url;
mod data_key;
mod digest;
pub mod fernet;
mod gcm;
mod headers;
mod hex;
mod identity;
pub mod in_place;
pub mod jwe;
mod keys;
mod nonce;
mod pake;
pub mod private;
mod provider;
pub mod random;
pub mod row;
mod secret;
mod strict;
pub mod token;

pub use agreement::{AgreementError, AgreementKey, AgreementSecret, Mixing};
pub use data_key::DataKey;
pub use digest::{Sha256, sha256};
pub use hex::hex;
pub use identity::{Identity, IdentityKey, IdentityKeyError};
pub use keys::{LegacyKeys, NativeKeys};
pub use pake::{PakeKeys, PakeSide, PakeStart};
pub use secret::{AccessKey, FernetKey, Passphrase, RootKey, SecretError, TokenSecret};

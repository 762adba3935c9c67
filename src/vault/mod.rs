//! The console's own database, `console.db`: instances, held credentials, the invoke log, preferences.
//!
//! Secrets and bodies are sealed with AES-256-GCM under a random data key, which is itself sealed
//! under a passphrase, a key file or a key in the keyring of the operating system; what a list shows is plain. Every function here blocks: callers
//! on an asynchronous runtime go through a blocking thread. Depends on `handshake`, `protocol`, `seal` and `model`.

mod drafts;
mod error;
mod files;
mod handshakes;
mod held;
mod image;
mod instances;
mod keyring;
mod leftovers;
mod loads;
mod lock;
mod log;
mod manifest;
mod migrating;
mod numbers;
mod old_lock;
mod open;
mod preferences;
mod retention;
mod sealed_rows;
mod templates;
#[cfg(test)]
mod tests;
mod writing;

pub use drafts::Draft;
pub use error::VaultError;
pub use handshakes::HandshakeEntry;
pub use held::{HeldEntry, HeldRole};
pub use image::{Counts, Image};
pub use instances::{InstanceRecord, Seen};
pub use keyring::Keyring;
pub use lock::{Lock, LockKind};
pub use log::{LogGlance, LogLine, LogMark, LogQuery, LogRecord, LogSpan, LogState};
pub use open::Vault;
pub use retention::LogRetention;
pub use templates::Template;

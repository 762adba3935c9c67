//! The home: the folder with everything that a console keeps.

use super::{Failure, Workspace};
use crate::seal::Passphrase;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The folder with everything that a console keeps (mode 0700).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    root: PathBuf,
}

/// How the vault is locked when a home is made.
#[derive(Clone)]
pub enum VaultLock {
    /// Under a passphrase.
    Passphrase(Passphrase),
    /// Under a key file, which is made; inside the home as `vault.key` if no path is given.
    KeyFile(Option<PathBuf>),
}

/// How a vault that is there gets unlocked.
#[derive(Clone)]
pub enum Unlock {
    /// What `BUTTERFLY_VAULT_PASSPHRASE`, `BUTTERFLY_VAULT_PASSPHRASE_FILE`, `BUTTERFLY_VAULT_KEY_FILE` or `config.toml` say, in that order.
    Ambient,
    /// With this passphrase.
    Passphrase(Passphrase),
    /// With this key file.
    KeyFile(PathBuf),
}

impl Home {
    /// The home at `root`, which need not be there yet.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Where a home is unless told otherwise: the platform's data folder.
    pub fn default_root() -> Result<PathBuf, Failure> {
        todo!()
    }

    /// Its folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Whether a vault is there.
    pub fn has_vault(&self) -> bool {
        todo!()
    }

    /// Whether unlocking needs a passphrase that nothing ambient gives: then a person must be asked.
    pub fn needs_passphrase(&self) -> bool {
        todo!()
    }
}

impl Workspace {
    /// Makes the home's folder and vault, and opens it.
    pub async fn create(_home: Home, _lock: VaultLock) -> Result<Arc<Self>, Failure> {
        todo!()
    }

    /// Opens a home that has a vault.
    pub async fn open(_home: Home, _unlock: Unlock) -> Result<Arc<Self>, Failure> {
        todo!()
    }

    /// The home.
    pub fn home(&self) -> &Home {
        todo!()
    }

    /// A number that changes whenever something in the vault changes, whoever changed it (another console too).
    pub async fn change_number(&self) -> Result<u64, Failure> {
        todo!()
    }

    /// Locks the vault differently from now on; nothing in it is sealed anew.
    pub async fn change_lock(&self, _lock: VaultLock) -> Result<(), Failure> {
        todo!()
    }

    /// A remembered setting of the console (layout, theme), as JSON text.
    pub async fn preference(&self, _name: &str) -> Result<Option<String>, Failure> {
        todo!()
    }

    /// Remembers a setting.
    pub async fn set_preference(&self, _name: &str, _value: &str) -> Result<(), Failure> {
        todo!()
    }

    /// Stops every instance that this process hosts; nothing acknowledged is lost.
    pub async fn shutdown(&self) {
        todo!()
    }
}

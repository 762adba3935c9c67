//! The vault as a whole: locking it while nobody is there, carrying it elsewhere.

use super::{Failure, Home, Workspace};
use crate::seal::Passphrase;
use std::path::Path;

impl Workspace {
    /// Forgets the vault's key; hosted instances go on. Everything that needs the vault fails with `vault_locked`
    /// until [`Workspace::unlock_vault`].
    pub fn lock_vault(&self) {
        todo!()
    }

    /// Whether the vault's key is forgotten.
    pub fn is_vault_locked(&self) -> bool {
        todo!()
    }

    /// Opens the vault again.
    pub async fn unlock_vault(&self, unlock: super::Unlock) -> Result<(), Failure> {
        let _ = unlock;
        todo!()
    }

    /// Writes the whole vault and the settings and keys of local instances into an age file under generated words,
    /// which are returned. The file must not be there.
    pub async fn export_vault(&self, file: &Path) -> Result<Passphrase, Failure> {
        let _ = file;
        todo!()
    }

    /// Makes a home of an exported vault. The home must be empty.
    pub async fn restore_vault(
        home: &Home,
        file: &Path,
        passphrase: &Passphrase,
        lock: super::VaultLock,
    ) -> Result<u64, Failure> {
        let _ = (home, file, passphrase, lock);
        todo!()
    }
}

//! Locking the vault while nobody is there.

use super::{Failure, Unlock, VaultLock, Workspace, blocking};
use crate::protocol::Code;
use crate::seal::Passphrase;
use std::sync::Arc;
use std::time::Duration;

impl Workspace {
    /// Forgets the vault's key; hosted instances go on. Everything that needs the vault fails with `vault_locked`
    /// until [`Workspace::unlock_vault`].
    pub fn lock_vault(&self) {
        self.vault.lock();
        self.forget_log_index();
        tracing::info!("the vault was locked");
    }

    /// Whether the vault's key is forgotten.
    pub fn is_vault_locked(&self) -> bool {
        self.vault.is_locked()
    }

    /// Opens the vault again.
    pub async fn unlock_vault(&self, unlock: Unlock) -> Result<(), Failure> {
        let (vault, home) = (Arc::clone(&self.vault), self.home.clone());
        blocking(move || vault.unlock(|kind| home.key_to(kind, unlock))).await
    }

    /// Whether unlocking takes a passphrase from a person, and not a key that lies ready.
    pub async fn asks_for_passphrase(&self) -> Result<bool, Failure> {
        let home = self.home.clone();
        let kind = blocking(move || home.lock_kind()).await?;
        Ok(kind == crate::vault::LockKind::Passphrase)
    }

    /// Locks the vault differently from now on, for whoever knows how it is locked now: a passphrase is asked for,
    /// also of a vault that is open. Whoever comes by is not to change it.
    pub async fn change_lock_as(&self, now: Option<Passphrase>, lock: VaultLock) -> Result<(), Failure> {
        if self.asks_for_passphrase().await? {
            let Some(now) = now else {
                return Err(Failure::new(
                    Code::CannotOpen,
                    "the vault is locked with a passphrase, which was not given",
                    "give the passphrase of now",
                ));
            };
            self.unlock_vault(Unlock::Passphrase(now)).await?;
        }
        self.change_lock(lock).await
    }

    /// After how long without a key the console locks the vault; none for never.
    pub async fn idle_lock(&self) -> Result<Option<Duration>, Failure> {
        let home = self.home.clone();
        blocking(move || home.idle_lock()).await
    }
}

//! Writing to the vault: one transaction for each write, on the disk before it returns where that matters.

use super::open::PATIENCE;
use super::{Vault, VaultError, old_lock};
use rusqlite::{Connection, Transaction, TransactionBehavior};
use std::sync::MutexGuard;
use std::sync::atomic::Ordering;

/// A connection whose writes are on the disk before they return; as usual again once this is dropped. Nobody else has
/// it meanwhile: otherwise the end of one durable write would take the promise from another.
struct Durably<'a>(MutexGuard<'a, Connection>);

impl Vault {
    /// Writes in one transaction and raises the change number. A power cut may take the last of these
    /// back, never a part of one.
    pub(super) fn write<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, VaultError>,
    ) -> Result<T, VaultError> {
        let mut connection = self.connection();
        let value = write_on(&mut connection, work)?;
        self.forget_old_lock(&connection);
        Ok(value)
    }

    /// The same, on the disk before it returns: for what cannot be made again, such as credentials.
    pub(super) fn write_durably<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, VaultError>,
    ) -> Result<T, VaultError> {
        let mut connection = Durably::begin(self.connection())?;
        let value = write_on(&mut connection.0, work)?;
        self.forget_old_lock(&connection.0);
        Ok(value)
    }

    /// Refuses where nothing can be written durably at this moment: the disk is full, say.
    pub fn check_writable(&self) -> Result<(), VaultError> {
        self.write_durably(|_| Ok(()))
    }

    /// Whether the data key as an older lock sealed it may still be found in the write-ahead log, because another
    /// console or a copy was reading when the lock was changed. The first write or opening without one takes it out.
    pub fn keeps_old_lock(&self) -> bool {
        self.keeps_old_lock.load(Ordering::Acquire)
    }

    /// Does what a change of the lock had to leave undone, unless somebody is still in the way.
    fn forget_old_lock(&self, connection: &Connection) {
        if self.keeps_old_lock() && old_lock::forget_at_once(connection, PATIENCE) {
            self.keeps_old_lock.store(false, Ordering::Release);
        }
    }
}

impl<'a> Durably<'a> {
    fn begin(connection: MutexGuard<'a, Connection>) -> Result<Self, VaultError> {
        connection.pragma_update(None, "synchronous", "FULL")?;
        Ok(Self(connection))
    }
}

impl Drop for Durably<'_> {
    fn drop(&mut self) {
        // What was written is written: all that is wrong now is that the next writes wait for the disk too.
        if let Err(error) = self.0.pragma_update(None, "synchronous", "NORMAL") {
            tracing::debug!(%error, "writes to the vault go on waiting for the disk");
        }
    }
}

fn write_on<T>(
    connection: &mut Connection,
    work: impl FnOnce(&Transaction<'_>) -> Result<T, VaultError>,
) -> Result<T, VaultError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let value = work(&transaction)?;
    transaction
        .prepare_cached("UPDATE counters SET changes = changes + 1 WHERE id = 1")?
        .execute([])?;
    transaction.commit()?;
    Ok(value)
}

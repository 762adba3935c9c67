//! The embedded store: SQLite in WAL mode, one writer with group commit, readers that never wait for it.

use super::StoreError;
use std::path::Path;

/// The instance's data: `instance.db`.
pub struct SqliteStore {}

impl SqliteStore {
    /// Opens or creates the database file (mode 0600) and brings its schema up to date.
    pub fn open(_path: &Path) -> Result<Self, StoreError> {
        todo!()
    }
}

/// The audit trail: `audit.db`.
pub struct SqliteAuditLog {}

impl SqliteAuditLog {
    /// Opens or creates the database file (mode 0600).
    pub fn open(_path: &Path) -> Result<Self, StoreError> {
        todo!()
    }
}

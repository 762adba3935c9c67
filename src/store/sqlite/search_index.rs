//! Keeping the trigram index in step with the descriptions.

use crate::store::StoreError;
use rusqlite::{Connection, params};

/// One change to the index. The index keeps no text: to remove an entry it must be told the old one.
pub(super) enum IndexChange {
    /// A description that was not there.
    Added {
        /// The pointer's row.
        id: i64,
        /// Its description.
        description: String,
    },
    /// A description that is no longer there.
    Removed {
        /// The pointer's row.
        id: i64,
        /// The description that was indexed.
        description: String,
    },
}

impl IndexChange {
    /// Makes the change.
    pub(super) fn apply(&self, conn: &Connection) -> Result<(), StoreError> {
        match self {
            Self::Added { id, description } => conn
                .prepare_cached("INSERT INTO pointer_search (rowid, description) VALUES (?1, ?2)")?
                .execute(params![id, description])?,
            Self::Removed { id, description } => conn
                .prepare_cached(
                    "INSERT INTO pointer_search (pointer_search, rowid, description)
                     VALUES ('delete', ?1, ?2)",
                )?
                .execute(params![id, description])?,
        };
        Ok(())
    }
}

/// Indexes every pointer from row `first` on: for many new rows at once.
pub(super) fn add_from(conn: &Connection, first: i64) -> Result<(), StoreError> {
    conn.execute(
        "INSERT INTO pointer_search (rowid, description)
         SELECT id, description FROM pointers WHERE id >= ?1 ORDER BY id",
        [first],
    )?;
    Ok(())
}

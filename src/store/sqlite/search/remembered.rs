//! What a store keeps of all its pointers in memory, each part from the first search on that is faster with it.

use super::digits::Addresses;
use super::sorted::Sorted;
use super::texts::Texts;
use crate::store::StoreError;
use rusqlite::Connection;

/// Orders, addresses and descriptions.
#[derive(Default)]
pub(in crate::store::sqlite) struct Remembered {
    pub(super) sorted: Sorted,
    pub(super) addresses: Addresses,
    pub(super) texts: Texts,
}

impl Remembered {
    /// These were changed, after they were made, and that is committed.
    pub(in crate::store::sqlite) fn note(&self, ids: &[i64]) {
        if ids.is_empty() {
            return;
        }
        self.sorted.note(ids);
        self.texts.note(ids);
    }

    /// Whether there is something to be read that no search waits for; said once, to whoever reads it then.
    pub(in crate::store::sqlite) fn is_to_be_read(&self) -> bool {
        self.texts.are_to_be_read()
    }

    /// Reads it, with a connection with which nothing was read yet.
    pub(in crate::store::sqlite) fn read(&self, conn: &Connection) -> Result<(), StoreError> {
        self.texts.read(conn)
    }
}

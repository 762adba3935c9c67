//! What a store keeps of all its pointers in memory, each part from the first search on that is faster with it.

use super::digits::Addresses;
use super::sorted::Sorted;
use super::texts::Texts;

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
}

//! The descriptions of all pointers, kept in memory from the second search on that no index answers.
//!
//! In the table a million descriptions are looked at in a tenth of a second, here in a hundredth. What is found is asked of
//! the table once more, so that only what is passed over must be right: where a description was changed, its pointer is
//! never passed over. Reading all of them takes longer than one search, and none waits for it: somebody is writing a word.

use super::descriptions::Descriptions;
use super::noted::{FEW_CHANGES, Noted, locked};
use super::text_search::TextSearch;
use super::wording::Wording;
use crate::store::StoreError;
use crate::store::sqlite::blocks::total;
use rusqlite::Connection;
use std::sync::{Arc, Mutex, MutexGuard};

/// Of so few pointers the table is as fast.
const FEW: u64 = if cfg!(test) { 2 } else { 50_000 };
/// So many new pointers are read by the search that comes next; where there are more, everything is read anew.
const FEW_NEW: usize = if cfg!(test) { 3 } else { 10_000 };
/// Searches that would have been faster with them, before they are read: a command searches once.
const MISSED: u32 = 2;

/// The descriptions of one store.
#[derive(Default)]
pub(super) struct Texts {
    kept: Mutex<Kept>,
    noted: Mutex<Noted>,
}

/// Descriptions, or none and how much they are missed.
#[derive(Default)]
struct Kept {
    descriptions: Arc<Descriptions>,
    missed: u32,
    is_being_read: bool,
}

/// A look at them, begun before anything was read.
pub(super) struct Look<'a> {
    kept: MutexGuard<'a, Kept>,
    /// Taken out, so that a failure leaves nothing: what was noted would be lost on what is kept.
    descriptions: Arc<Descriptions>,
    changed: Vec<i64>,
    wording: Wording,
}

impl Texts {
    /// Begins to look for this, which must be done before anything is read with a connection: what was noted until now is
    /// then part of what it sees. None where nothing is kept.
    pub(super) fn look(&self, wording: Wording) -> Option<Look<'_>> {
        let mut kept = locked(&self.kept);
        if kept.descriptions.is_empty() {
            return None;
        }
        Some(Look {
            changed: locked(&self.noted).take(),
            descriptions: std::mem::take(&mut kept.descriptions),
            kept,
            wording,
        })
    }

    /// A search would have been faster with them.
    pub(super) fn miss(&self, conn: &Connection) -> Result<(), StoreError> {
        if total(conn)? > FEW {
            let mut kept = locked(&self.kept);
            kept.missed = kept.missed.saturating_add(1);
        }
        Ok(())
    }

    /// Whether they are to be read; said once, to whoever reads them then.
    pub(super) fn are_to_be_read(&self) -> bool {
        let mut kept = locked(&self.kept);
        let is_time = kept.missed >= MISSED && kept.descriptions.is_empty() && !kept.is_being_read;
        kept.is_being_read |= is_time;
        is_time
    }

    /// Reads all of them, with a connection with which nothing was read yet.
    pub(super) fn read(&self, conn: &Connection) -> Result<(), StoreError> {
        {
            let mut noted = locked(&self.noted);
            noted.keep();
            noted.take();
        }
        let mut descriptions = Descriptions::default();
        let read = descriptions.read_on(conn);
        let mut kept = locked(&self.kept);
        kept.is_being_read = false;
        read?;
        kept.descriptions = Arc::new(descriptions);
        Ok(())
    }

    /// These were changed, after they were made, and that is committed.
    pub(super) fn note(&self, ids: &[i64]) {
        locked(&self.noted).note(ids);
    }
}

impl Look<'_> {
    /// The search; none where they have to be read anew, or there are too few pointers for it to be worth while.
    pub(super) fn search(mut self, conn: &Connection) -> Result<Option<TextSearch>, StoreError> {
        let there = total(conn)?;
        if there <= FEW {
            self.kept.missed = 0;
            return Ok(None);
        }
        let there = usize::try_from(there).unwrap_or(usize::MAX);
        let mut descriptions = self.descriptions;
        let known = descriptions.ids().len();
        let is_full_of_gaps = known > there.saturating_add(there / 8);
        let is_far_behind = there > known.saturating_add(FEW_NEW);
        let are_many_changed = descriptions.how_many_changed() + self.changed.len() > FEW_CHANGES;
        if is_full_of_gaps || is_far_behind || are_many_changed {
            return Ok(None);
        }
        if !self.changed.is_empty() || descriptions.are_more(conn)? {
            let descriptions = Arc::make_mut(&mut descriptions);
            descriptions.read_on(conn)?;
            descriptions.mark_changed(&self.changed);
        }
        self.kept.descriptions = Arc::clone(&descriptions);
        let are_all_there = descriptions.ids().len() == there;
        Ok(Some(TextSearch::of(descriptions, self.wording, are_all_there)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::STORED_POINTER_FIELDS;
    use crate::model::filter::Filter;
    use crate::store::sqlite::search::table;

    fn table(descriptions: &[&str]) -> Connection {
        let conn = table::table();
        descriptions
            .iter()
            .for_each(|description| add(&conn, description));
        conn
    }

    fn add(conn: &Connection, description: &str) {
        table::add(conn, None, 0, description);
    }

    /// What is found in memory, if there is something; what is missed is read as it is in a store.
    fn search(texts: &Texts, conn: &Connection, filter: &str) -> Option<Vec<i64>> {
        let filter = Filter::parse(filter, STORED_POINTER_FIELDS).unwrap();
        let wording = Wording::of(&filter).unwrap();
        let is_indexed = wording.is_indexed();
        let search = texts.look(wording).and_then(|look| look.search(conn).unwrap());
        if search.is_none() && !is_indexed {
            texts.miss(conn).unwrap();
        }
        if texts.are_to_be_read() {
            assert!(!texts.are_to_be_read(), "one reads them");
            texts.read(conn).unwrap();
        }
        let search = search?;
        let ids = search.ids();
        let places = search.places(0..ids.len(), false);
        Some(places.map(|place| ids[place]).collect())
    }

    /// A store whose descriptions are kept.
    fn kept(conn: &Connection) -> Texts {
        let texts = Texts::default();
        for _ in 0..MISSED {
            assert_eq!(search(&texts, conn, "on"), None);
        }
        texts
    }

    #[test]
    fn what_is_new_is_read_and_what_was_changed_is_never_passed_over() {
        let conn = table(&["one", "two", "three"]);
        let texts = kept(&conn);
        assert_eq!(search(&texts, &conn, "on"), Some(vec![1]));
        add(&conn, "none");
        conn.execute("UPDATE pointers SET description = 'on' WHERE id = 2", [])
            .unwrap();
        texts.note(&[2]);
        assert_eq!(search(&texts, &conn, "on"), Some(vec![1, 2, 4]));
        assert_eq!(search(&texts, &conn, "zz"), Some(vec![2]));
        // Of many changes everything is read anew, as of many new ones.
        texts.note(&[1, 2, 3]);
        assert_eq!(search(&texts, &conn, "zz"), None);
        assert_eq!(search(&texts, &conn, "zz"), Some(vec![]));
        assert_eq!(search(&texts, &conn, "on"), Some(vec![1, 2, 4]));
        (0..4).for_each(|_| add(&conn, "gone on"));
        assert_eq!(search(&texts, &conn, "ne"), None);
        assert_eq!(search(&texts, &conn, "ne"), Some(vec![1, 4, 5, 6, 7, 8]));
    }

    #[test]
    fn what_is_changed_while_they_are_read_is_not_passed_over() {
        let (conn, texts) = (table(&["one", "two", "three"]), Texts::default());
        (0..MISSED).for_each(|_| texts.miss(&conn).unwrap());
        assert!(texts.are_to_be_read());
        // As they were; then one is another one, and that is noted before they are kept.
        let before = table(&["one", "two", "three"]);
        texts.note(&[1]);
        texts.read(&before).unwrap();
        conn.execute("UPDATE pointers SET description = 'on' WHERE id = 2", [])
            .unwrap();
        texts.note(&[2]);
        assert_eq!(search(&texts, &conn, "on"), Some(vec![1, 2]));
    }

    #[test]
    fn what_the_index_finds_is_looked_for_where_descriptions_are_kept_and_keeps_none() {
        let (conn, unused) = (table(&["one", "two", "three"]), Texts::default());
        for _ in 0..2 * MISSED {
            assert_eq!(search(&unused, &conn, "three"), None);
        }
        let texts = kept(&conn);
        assert_eq!(search(&texts, &conn, "three"), Some(vec![3]));
    }

    #[test]
    fn few_are_not_kept() {
        let (conn, texts) = (table(&["one", "two"]), Texts::default());
        for _ in 0..2 * MISSED {
            assert_eq!(search(&texts, &conn, "on"), None);
        }
        add(&conn, "three");
        let texts = kept(&conn);
        assert_eq!(search(&texts, &conn, "on"), Some(vec![1]));
        conn.execute("DELETE FROM pointers WHERE id > 1", []).unwrap();
        conn.execute("UPDATE pointer_blocks SET live = 1", []).unwrap();
        assert_eq!(search(&texts, &conn, "on"), None);
        assert!(locked(&texts.kept).descriptions.is_empty());
    }
}

//! The descriptions of all pointers, kept in memory from the second search on that no index answers.
//!
//! In the table a million descriptions are looked at in a tenth of a second, here in a hundredth. What is found is asked of
//! the table once more, so that only what is passed over must be right: where a description was changed, its pointer is
//! never passed over.

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

/// The descriptions of one store.
#[derive(Default)]
pub(super) struct Texts {
    kept: Mutex<Arc<Descriptions>>,
    noted: Mutex<Noted>,
}

/// A look at them, begun before anything was read.
pub(super) struct Look<'a> {
    kept: MutexGuard<'a, Arc<Descriptions>>,
    /// Taken out, so that a failure leaves nothing: what was noted would be lost on what is kept.
    descriptions: Arc<Descriptions>,
    changed: Vec<i64>,
    wording: Wording,
}

impl Texts {
    /// Begins to look for this, which must be done before anything is read with a connection: what was noted until now is
    /// then part of what it sees. None where the table or an index is to be asked: for what the index finds while nothing
    /// is kept, and at the first time for the rest, because reading all of them takes longer than one search.
    pub(super) fn look(&self, wording: Wording) -> Option<Look<'_>> {
        let mut kept = locked(&self.kept);
        let mut noted = locked(&self.noted);
        let is_kept = if wording.is_indexed() {
            !kept.is_empty()
        } else {
            noted.keep()
        };
        is_kept.then(|| Look {
            changed: noted.take(),
            descriptions: std::mem::take(&mut *kept),
            kept,
            wording,
        })
    }

    /// These were changed, after they were made, and that is committed.
    pub(super) fn note(&self, ids: &[i64]) {
        locked(&self.noted).note(ids);
    }
}

impl Look<'_> {
    /// The search; none where there are too few pointers for it to be worth while.
    pub(super) fn search(mut self, conn: &Connection) -> Result<Option<TextSearch>, StoreError> {
        let mut descriptions = self.descriptions;
        let there = total(conn)?;
        if there <= FEW {
            return Ok(None);
        }
        let there = usize::try_from(there).unwrap_or(usize::MAX);
        let is_full_of_gaps = descriptions.ids().len() > there.saturating_add(there / 8);
        if is_full_of_gaps || descriptions.how_many_changed() + self.changed.len() > FEW_CHANGES {
            descriptions = Arc::default();
            self.changed.clear();
        }
        if descriptions.is_empty() && self.wording.is_indexed() {
            return Ok(None);
        }
        if !self.changed.is_empty() || descriptions.are_more(conn)? {
            let descriptions = Arc::make_mut(&mut descriptions);
            descriptions.read_on(conn)?;
            descriptions.mark_changed(&self.changed);
        }
        *self.kept = Arc::clone(&descriptions);
        let are_all_there = descriptions.ids().len() == there;
        Ok(Some(TextSearch::of(descriptions, self.wording, are_all_there)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::STORED_POINTER_FIELDS;
    use crate::model::filter::Filter;

    fn table(descriptions: &[&str]) -> Connection {
        let conn = Connection::open_in_memory().unwrap();
        conn.execute_batch(
            "CREATE TABLE pointers (id INTEGER PRIMARY KEY, description TEXT);
             CREATE TABLE pointer_blocks (block INTEGER PRIMARY KEY, live INTEGER);
             INSERT INTO pointer_blocks VALUES (0, 0);",
        )
        .unwrap();
        descriptions
            .iter()
            .for_each(|description| add(&conn, description));
        conn
    }

    fn add(conn: &Connection, description: &str) {
        conn.execute("INSERT INTO pointers (description) VALUES (?1)", [description])
            .unwrap();
        conn.execute("UPDATE pointer_blocks SET live = live + 1", [])
            .unwrap();
    }

    fn search(texts: &Texts, conn: &Connection, filter: &str) -> Option<Vec<i64>> {
        let filter = Filter::parse(filter, STORED_POINTER_FIELDS).unwrap();
        let look = texts.look(Wording::of(&filter).unwrap())?;
        let search = look.search(conn).unwrap()?;
        let ids = search.ids();
        let places = search.places(0..ids.len(), false);
        Some(places.map(|place| ids[place]).collect())
    }

    #[test]
    fn what_is_new_is_read_and_what_was_changed_is_never_passed_over() {
        let (conn, texts) = (table(&["one", "two", "three"]), Texts::default());
        assert_eq!(search(&texts, &conn, "on"), None);
        assert_eq!(search(&texts, &conn, "on"), Some(vec![1]));
        add(&conn, "none");
        conn.execute("UPDATE pointers SET description = 'on' WHERE id = 2", [])
            .unwrap();
        texts.note(&[2]);
        assert_eq!(search(&texts, &conn, "on"), Some(vec![1, 2, 4]));
        assert_eq!(search(&texts, &conn, "zz"), Some(vec![2]));
        // Of many changes everything is read anew.
        texts.note(&[1, 2, 3]);
        assert_eq!(search(&texts, &conn, "zz"), Some(vec![]));
        assert_eq!(search(&texts, &conn, "on"), Some(vec![1, 2, 4]));
    }

    #[test]
    fn what_the_index_finds_is_looked_for_where_descriptions_are_kept_and_keeps_none() {
        let (conn, texts) = (table(&["one", "two", "three"]), Texts::default());
        for _ in 0..3 {
            assert_eq!(search(&texts, &conn, "three"), None);
        }
        for expected in [None, Some(vec![1])] {
            assert_eq!(search(&texts, &conn, "on"), expected);
        }
        assert_eq!(search(&texts, &conn, "three"), Some(vec![3]));
        // Of many changes everything would have to be read anew.
        texts.note(&[1, 2, 3, 1]);
        assert_eq!(search(&texts, &conn, "three"), None);
        assert_eq!(search(&texts, &conn, "on"), Some(vec![1]));
        assert_eq!(search(&texts, &conn, "three"), Some(vec![3]));
    }

    #[test]
    fn few_are_not_kept() {
        let (conn, texts) = (table(&["one", "two"]), Texts::default());
        for _ in 0..3 {
            assert_eq!(search(&texts, &conn, "on"), None);
        }
        add(&conn, "three");
        assert_eq!(search(&texts, &conn, "on"), Some(vec![1]));
    }
}

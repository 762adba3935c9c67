//! The descriptions of all pointers in memory, for what no index tells of them: short words, letters, and words that must
//! not be there.
//!
//! In the table a million descriptions are looked at in a tenth of a second, here in a hundredth. What is found is asked of
//! the table once more, so that only what is passed over must be right: where a description was changed, its pointer is
//! never passed over.

use super::blocks::total;
use super::noted::{FEW_CHANGES, Noted, locked};
use crate::model::filter::{Filter, Text};
use crate::model::{PointerTest, pointer_test};
use crate::store::StoreError;
use memchr::memmem::Finder;
use rusqlite::Connection;
use std::collections::HashSet;
use std::sync::{Arc, Mutex};

/// Of so few pointers the table is as fast.
const FEW: u64 = if cfg!(test) { 2 } else { 50_000 };

/// The descriptions of one store.
#[derive(Default)]
pub(super) struct Texts {
    kept: Mutex<Arc<Descriptions>>,
    noted: Mutex<Noted>,
}

/// Descriptions in the order of their pointers' ids, in small letters, one after the other.
#[derive(Default, Clone)]
pub(super) struct Descriptions {
    ids: Vec<i64>,
    ends: Vec<usize>,
    bytes: Vec<u8>,
    /// Whose description may be another one by now.
    changed: HashSet<i64>,
}

impl Texts {
    /// All descriptions; none where there are too few for this to be worth while, and at the first time. Some pointers
    /// may be gone. To be asked before anything else is read with this connection: what was noted until now is then part
    /// of what it sees.
    pub(super) fn all(&self, conn: &Connection) -> Result<Option<Arc<Descriptions>>, StoreError> {
        let mut kept = locked(&self.kept);
        let mut changed = {
            let mut noted = locked(&self.noted);
            // Reading them takes longer than one search: for a command that searches once the table is faster.
            if !noted.keep() {
                return Ok(None);
            }
            noted.take()
        };
        let there = total(conn)?;
        if there <= FEW {
            *kept = Arc::default();
            return Ok(None);
        }
        let there = usize::try_from(there).unwrap_or(usize::MAX);
        // Taken out, so that a failure leaves nothing: what was noted would be lost on what is kept.
        let mut descriptions = std::mem::take(&mut *kept);
        let is_full_of_gaps = descriptions.ids.len() > there.saturating_add(there / 8);
        if is_full_of_gaps || descriptions.changed.len() + changed.len() > FEW_CHANGES {
            descriptions = Arc::default();
            changed.clear();
        }
        let last = descriptions.ids.last().copied().unwrap_or(0);
        if !changed.is_empty() || is_more_after(conn, last)? {
            let descriptions = Arc::make_mut(&mut descriptions);
            descriptions.changed.extend(changed);
            descriptions.read_on(conn, last)?;
        }
        *kept = Arc::clone(&descriptions);
        Ok(Some(descriptions))
    }

    /// These were changed, after they were made, and that is committed.
    pub(super) fn note(&self, ids: &[i64]) {
        locked(&self.noted).note(ids);
    }
}

fn is_more_after(conn: &Connection, last: i64) -> Result<bool, StoreError> {
    let mut statement = conn.prepare_cached("SELECT EXISTS (SELECT 1 FROM pointers WHERE id > ?1)")?;
    Ok(statement.query_row([last], |row| row.get(0))?)
}

impl Descriptions {
    fn read_on(&mut self, conn: &Connection, last: i64) -> Result<(), StoreError> {
        let sql = "SELECT id, description FROM pointers WHERE id > ?1 ORDER BY id";
        let mut statement = conn.prepare_cached(sql)?;
        let mut rows = statement.query([last])?;
        while let Some(row) = rows.next()? {
            let text = row.get_ref(1)?.as_bytes().unwrap_or_default();
            // What LIKE looks at ends here, too.
            let text = text.split(|byte| *byte == 0).next().unwrap_or_default();
            self.bytes.extend(text.iter().map(u8::to_ascii_lowercase));
            self.ends.push(self.bytes.len());
            self.ids.push(row.get(0)?);
        }
        Ok(())
    }

    /// Every id, the smallest first.
    pub(super) fn ids(&self) -> &[i64] {
        &self.ids
    }

    /// Whether the pointer at this place may be meant.
    pub(super) fn may_be(&self, place: usize, wanted: &Wording) -> bool {
        let start = place.checked_sub(1).map_or(0, |before| self.ends[before]);
        let text = &self.bytes[start..self.ends[place]];
        wanted.checks.iter().all(|check| check.holds(text))
            || !self.changed.is_empty() && self.changed.contains(&self.ids[place])
    }
}

/// What a filter says of descriptions.
pub(super) struct Wording {
    checks: Vec<Check>,
}

enum Check {
    Holds(Finder<'static>),
    Lacks(Finder<'static>),
    /// One after the other, with anything between them.
    Letters(Vec<String>),
    LacksLetters(Vec<String>),
}

impl Wording {
    /// None where an index finds all that the filter says of descriptions, or it says nothing.
    pub(super) fn of(filter: &Filter, is_indexed: impl Fn(&str) -> bool) -> Option<Self> {
        let (mut checks, mut is_worth_while) = (Vec::new(), false);
        for term in &filter.terms {
            let (text, is_letters) = match pointer_test(&term.test)? {
                PointerTest::Description(text) => (text, false),
                PointerTest::Letters(text) => (text, true),
                _ => continue,
            };
            // SQLite ends a text there.
            if text.as_str().contains('\0') {
                return None;
            }
            // In small letters nothing says that capital ones are not there.
            if term.not && text.is_exact() {
                continue;
            }
            is_worth_while |= term.not || is_letters || !is_indexed(text.as_str());
            checks.push(match (is_letters, term.not) {
                (false, false) => Check::Holds(finder(text)),
                (false, true) => Check::Lacks(finder(text)),
                (true, false) => Check::Letters(letters(text)),
                (true, true) => Check::LacksLetters(letters(text)),
            });
        }
        // What fails most often first.
        checks.sort_by_key(|check| matches!(check, Check::Lacks(_) | Check::LacksLetters(_)));
        is_worth_while.then_some(Self { checks })
    }
}

fn finder(text: &Text) -> Finder<'static> {
    Finder::new(text.as_str().to_ascii_lowercase().as_bytes()).into_owned()
}

fn letters(text: &Text) -> Vec<String> {
    let letters = text.as_str().chars().filter(|letter| !letter.is_whitespace());
    letters
        .map(|letter| letter.to_ascii_lowercase().to_string())
        .collect()
}

impl Check {
    fn holds(&self, text: &[u8]) -> bool {
        match self {
            Self::Holds(finder) => finder.find(text).is_some(),
            Self::Lacks(finder) => finder.find(text).is_none(),
            Self::Letters(letters) => are_in(letters, text),
            Self::LacksLetters(letters) => !are_in(letters, text),
        }
    }
}

fn are_in(letters: &[String], text: &[u8]) -> bool {
    let mut rest = text;
    for letter in letters {
        let found = match letter.as_bytes() {
            [byte] => memchr::memchr(*byte, rest),
            bytes => memchr::memmem::find(rest, bytes),
        };
        let Some(place) = found else {
            return false;
        };
        rest = &rest[place + letter.len()..];
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::STORED_POINTER_FIELDS;

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

    fn wording(filter: &str) -> Option<Wording> {
        let filter = Filter::parse(filter, STORED_POINTER_FIELDS).unwrap();
        Wording::of(&filter, |word| word.len() >= 3)
    }

    fn found(texts: &Texts, conn: &Connection, filter: &str) -> Vec<i64> {
        let descriptions = match texts.all(conn).unwrap() {
            Some(descriptions) => descriptions,
            None => texts.all(conn).unwrap().unwrap(),
        };
        let wording = wording(filter).unwrap();
        let places = (0..descriptions.ids().len()).filter(|place| descriptions.may_be(*place, &wording));
        places.map(|place| descriptions.ids()[place]).collect()
    }

    #[test]
    fn what_an_index_finds_and_what_says_nothing_of_descriptions_is_left_to_others() {
        for filter in ["", "harbour", "!#air", "ref:a", "!Harbour"] {
            assert!(wording(filter).is_none(), "{filter}");
        }
        for filter in ["ha", "!harbour", "~hbr", "harbour ha", "!~hbr"] {
            assert!(wording(filter).is_some(), "{filter}");
        }
    }

    #[test]
    fn words_and_letters_are_found_and_missed_in_any_case() {
        let (conn, texts) = (
            table(&["Harbour of Oslo", "tide tables", "HA", "é b"]),
            Texts::default(),
        );
        for (filter, expected) in [
            ("ha", &[1, 3][..]),
            ("HA", &[1, 3]),
            ("!ha", &[2, 4]),
            ("~hro", &[1]),
            ("!~tds", &[1, 3, 4]),
            ("~éb", &[4]),
            ("b !ha", &[2, 4]),
        ] {
            assert_eq!(found(&texts, &conn, filter), expected, "{filter}");
        }
    }

    #[test]
    fn what_is_new_is_read_and_what_was_changed_is_never_passed_over() {
        let (conn, texts) = (table(&["one", "two", "three"]), Texts::default());
        assert_eq!(found(&texts, &conn, "on"), [1]);
        add(&conn, "none");
        conn.execute("UPDATE pointers SET description = 'on' WHERE id = 2", [])
            .unwrap();
        texts.note(&[2]);
        assert_eq!(found(&texts, &conn, "on"), [1, 2, 4]);
        assert_eq!(found(&texts, &conn, "zz"), [2]);
        // Of many changes everything is read anew.
        texts.note(&[1, 2, 3]);
        assert_eq!(found(&texts, &conn, "zz"), [0; 0]);
        assert_eq!(found(&texts, &conn, "on"), [1, 2, 4]);
    }

    #[test]
    fn neither_few_nor_those_that_are_asked_for_once_are_kept() {
        let (conn, texts) = (table(&["one", "two"]), Texts::default());
        for _ in 0..3 {
            assert!(texts.all(&conn).unwrap().is_none());
        }
        add(&conn, "three");
        assert!(texts.all(&conn).unwrap().is_some());
        assert!(Texts::default().all(&conn).unwrap().is_none());
    }
}

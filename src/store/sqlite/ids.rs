//! A set of row ids, one bit for each, and the SQL function that gathers one.
//!
//! A query that hands out its rows one by one spends more on handing out than on finding. `gathered(id)` stays inside
//! SQLite until the last row was found.

use rusqlite::Connection;
use rusqlite::functions::{Aggregate, Context, FunctionFlags};
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ValueRef};

const BITS: usize = u64::BITS as usize;

/// A set of ids, none of which is negative.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Ids {
    words: Vec<u64>,
}

impl Ids {
    pub(super) fn insert(&mut self, id: i64) {
        let Ok(id) = usize::try_from(id) else {
            return;
        };
        let word = id / BITS;
        if word >= self.words.len() {
            self.words.resize(word + 1, 0);
        }
        self.words[word] |= 1 << (id % BITS);
    }

    pub(super) fn has(&self, id: i64) -> bool {
        usize::try_from(id).is_ok_and(|id| {
            let word = self.words.get(id / BITS).copied().unwrap_or(0);
            word >> (id % BITS) & 1 == 1
        })
    }

    /// Keeps what is in the other set as well.
    pub(super) fn intersect(&mut self, other: &Self) {
        self.words.truncate(other.words.len());
        for (word, others) in self.words.iter_mut().zip(&other.words) {
            *word &= others;
        }
    }

    pub(super) fn len(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Every id, the smallest first.
    pub(super) fn ascending(&self) -> Vec<i64> {
        let mut all = Vec::with_capacity(self.len());
        for (place, &word) in self.words.iter().enumerate() {
            let mut left = word;
            while left != 0 {
                all.push((place * BITS) as i64 + i64::from(left.trailing_zeros()));
                left &= left - 1;
            }
        }
        all
    }

    fn to_bytes(&self) -> Vec<u8> {
        self.words.iter().flat_map(|word| word.to_le_bytes()).collect()
    }
}

impl FromSql for Ids {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let (words, rest) = value.as_blob()?.as_chunks();
        if !rest.is_empty() {
            return Err(FromSqlError::InvalidType);
        }
        Ok(Self {
            words: words.iter().map(|bytes| u64::from_le_bytes(*bytes)).collect(),
        })
    }
}

/// Teaches a connection `gathered(id)`.
pub(super) fn teach(conn: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    conn.create_aggregate_function("gathered", 1, flags, Gather)
}

struct Gather;

impl Aggregate<Ids, Vec<u8>> for Gather {
    fn init(&self, _: &mut Context<'_>) -> rusqlite::Result<Ids> {
        Ok(Ids::default())
    }

    fn step(&self, context: &mut Context<'_>, ids: &mut Ids) -> rusqlite::Result<()> {
        ids.insert(context.get(0)?);
        Ok(())
    }

    fn finalize(&self, _: &mut Context<'_>, ids: Option<Ids>) -> rusqlite::Result<Vec<u8>> {
        Ok(ids.unwrap_or_default().to_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn set(ids: &BTreeSet<i64>) -> Ids {
        let mut set = Ids::default();
        ids.iter().for_each(|id| set.insert(*id));
        set
    }

    fn some_ids() -> impl Strategy<Value = BTreeSet<i64>> {
        prop::collection::btree_set(0..400_i64, 0..60)
    }

    proptest! {
        #[test]
        fn it_is_the_set_that_it_should_be(one in some_ids(), other in some_ids()) {
            let mut both = set(&one);
            prop_assert_eq!(both.ascending(), one.iter().copied().collect::<Vec<_>>());
            prop_assert_eq!(both.len(), one.len());
            both.intersect(&set(&other));
            let expected: Vec<i64> = one.intersection(&other).copied().collect();
            prop_assert_eq!(both.ascending(), expected);
            prop_assert!((-5..400).all(|id| both.has(id) == (one.contains(&id) && other.contains(&id))));
        }

        #[test]
        fn sqlite_gathers_the_ids_of_its_rows(ids in some_ids()) {
            let conn = Connection::open_in_memory().unwrap();
            teach(&conn).unwrap();
            let list = serde_json::to_string(&ids).unwrap();
            let gathered: Ids = conn
                .query_row("SELECT gathered(value) FROM json_each(?1)", [list], |row| row.get(0))
                .unwrap();
            prop_assert_eq!(gathered.ascending(), ids.into_iter().collect::<Vec<_>>());
        }
    }
}

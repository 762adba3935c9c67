//! A set of row ids, one bit for each, and the SQL function that gathers one.
//!
//! A query that hands out its rows one by one spends more on handing out than on finding. `gathered(id, most)` stays inside
//! SQLite until the last row was found.

use rusqlite::functions::{Aggregate, Context, FunctionFlags};
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ValueRef};
use rusqlite::{Connection, ErrorCode, ffi};

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

/// How a query ends that would gather more than it may: a limit of its own would hand out its rows one by one, too.
pub(super) const TOO_MANY: ErrorCode = ErrorCode::TooBig;

/// Teaches a connection `gathered(id, most)`.
pub(in crate::store::sqlite) fn teach(conn: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    conn.create_aggregate_function("gathered", 2, flags, Gather)
}

struct Gather;

/// What was gathered, and how many more may be.
struct Gathered {
    ids: Ids,
    room: i64,
}

impl Aggregate<Gathered, Vec<u8>> for Gather {
    fn init(&self, context: &mut Context<'_>) -> rusqlite::Result<Gathered> {
        Ok(Gathered {
            ids: Ids::default(),
            room: context.get(1)?,
        })
    }

    fn step(&self, context: &mut Context<'_>, gathered: &mut Gathered) -> rusqlite::Result<()> {
        if gathered.room == 0 {
            return Err(rusqlite::Error::SqliteFailure(
                ffi::Error::new(ffi::SQLITE_TOOBIG),
                None,
            ));
        }
        gathered.room -= 1;
        gathered.ids.insert(context.get(0)?);
        Ok(())
    }

    fn finalize(&self, _: &mut Context<'_>, gathered: Option<Gathered>) -> rusqlite::Result<Vec<u8>> {
        Ok(gathered.map_or_else(Vec::new, |gathered| gathered.ids.to_bytes()))
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
        fn sqlite_gathers_the_ids_of_its_rows_up_to_so_many(ids in some_ids(), most in 0..70_i64) {
            let conn = Connection::open_in_memory().unwrap();
            teach(&conn).unwrap();
            let list = serde_json::json!(ids).to_string();
            let sql = "SELECT gathered(value, ?2) FROM json_each(?1)";
            let gathered = conn.query_row(sql, (list, most), |row| row.get::<_, Ids>(0));
            if ids.len() as i64 <= most {
                prop_assert_eq!(gathered.unwrap().ascending(), ids.into_iter().collect::<Vec<_>>());
            } else {
                prop_assert_eq!(gathered.unwrap_err().sqlite_error_code(), Some(TOO_MANY));
            }
        }
    }
}

//! The addresses of all pointers in memory, for the question that no index answers: which of them hold some digits.
//!
//! An address never changes, and an id never comes back: what is kept stays right, and only what is new is read.

use super::ids::Ids;
use super::noted::locked;
use crate::store::StoreError;
use crate::store::sqlite::blocks::total;
use crate::store::sqlite::rows::all;
use memchr::memmem;
use rusqlite::Connection;
use std::io::Write as _;
use std::sync::{Arc, Mutex};

/// Of more pointers that are gone than these everything is read anew.
const FEW_GONE: usize = if cfg!(test) { 3 } else { 100_000 };
/// The digits of an address.
const DIGITS: usize = 12;

/// The addresses of one store.
#[derive(Default)]
pub(super) struct Addresses {
    kept: Mutex<Arc<Digits>>,
}

/// Addresses in the order of their pointers' ids, as digits, each with a NUL at its end: so many are searched through as
/// one text, in which nothing is found across two.
#[derive(Default, Clone)]
struct Digits {
    ids: Vec<i64>,
    text: Vec<u8>,
}

impl Addresses {
    /// The pointers whose addresses hold these digits, of those that are there and perhaps some that are gone.
    pub(super) fn holding(&self, conn: &Connection, digits: &str) -> Result<Ids, StoreError> {
        let mut holding = Ids::default();
        if digits.is_empty() {
            return Ok(holding);
        }
        let all = self.all(conn)?;
        for at in memmem::find_iter(&all.text, digits) {
            holding.insert(all.ids[at / (DIGITS + 1)]);
        }
        Ok(holding)
    }

    fn all(&self, conn: &Connection) -> Result<Arc<Digits>, StoreError> {
        let mut kept = locked(&self.kept);
        let there = usize::try_from(total(conn)?).unwrap_or(usize::MAX);
        if kept.ids.len() > there.saturating_add(FEW_GONE) {
            *kept = Arc::default();
        }
        let last = kept.ids.last().map_or(0, |id| *id);
        let fresh: Vec<(i64, i64)> = all(
            conn,
            "SELECT id, address FROM pointers WHERE id > ?1 ORDER BY id",
            [last],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        if !fresh.is_empty() {
            let kept = Arc::make_mut(&mut kept);
            for (id, address) in fresh {
                kept.ids.push(id);
                // Into a vector nothing can fail to be written.
                let _ = write!(kept.text, "{address:0DIGITS$x}\0");
            }
        }
        Ok(Arc::clone(&kept))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::sqlite::search::table::{add, table};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn digits_are_found_where_they_are_written(
            addresses in prop::collection::vec(0..0x1_0000_0000_0000_i64, 1..30),
            place in 0..12_usize,
            length in 1..13_usize,
            other in "[0-9a-f]{1,14}",
        ) {
            let (conn, kept) = (table(), Addresses::default());
            let own = format!("{:012x}", addresses[0]);
            let own = &own[place..(place + length).min(12)];
            for (id, address) in addresses.iter().enumerate() {
                add(&conn, Some(id as i64 + 1), *address, "");
                for digits in [own, other.as_str()] {
                    let expected: Vec<i64> = (0..=id)
                        .filter(|id| format!("{:012x}", addresses[*id]).contains(digits))
                        .map(|id| id as i64 + 1)
                        .collect();
                    prop_assert_eq!(kept.holding(&conn, digits).unwrap().ascending(), expected);
                }
            }
        }
    }

    #[test]
    fn what_is_gone_is_forgotten_some_time() {
        let (conn, kept) = (table(), Addresses::default());
        for id in 1..=10 {
            add(&conn, Some(id), 0xabc, "");
        }
        assert_eq!(kept.holding(&conn, "abc").unwrap().len(), 10);
        conn.execute("DELETE FROM pointers WHERE id < 9", []).unwrap();
        conn.execute("UPDATE pointer_blocks SET live = 2", []).unwrap();
        assert_eq!(kept.holding(&conn, "abc").unwrap().ascending(), [9, 10]);
    }
}

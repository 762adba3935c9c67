//! Ranking pointers by their coordinates: one walk over all of them, keeping the best.

use super::rows::address;
use crate::store::{Nearest, Score, StoreError};
use rusqlite::Connection;
use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// A pointer with its score; the order is that of the score, ties by the order of creation.
struct Scored {
    score: f64,
    id: i64,
    address: i64,
}

impl Ord for Scored {
    fn cmp(&self, other: &Self) -> Ordering {
        self.score.total_cmp(&other.score).then(self.id.cmp(&other.id))
    }
}

impl PartialOrd for Scored {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Scored {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Scored {}

/// The pointers with the lowest scores, lowest first, and how many have one.
pub(super) fn nearest(conn: &Connection, score: &Score, limit: usize) -> Result<Nearest, StoreError> {
    let mut statement = conn.prepare_cached("SELECT id, address, x, y, z FROM pointers")?;
    let mut rows = statement.query([])?;
    // The worst of those kept is on top, to be pushed out by a better one.
    let mut kept = BinaryHeap::new();
    let mut matching = 0;
    while let Some(row) = rows.next()? {
        let Some(score) = score(row.get(2)?, row.get(3)?, row.get(4)?) else {
            continue;
        };
        matching += 1;
        kept.push(Scored {
            score,
            id: row.get(0)?,
            address: row.get(1)?,
        });
        if kept.len() > limit {
            kept.pop();
        }
    }
    let pointers = kept
        .into_sorted_vec()
        .into_iter()
        .map(|scored| Ok((address(scored.address)?, scored.score)))
        .collect::<Result<_, StoreError>>()?;
    Ok(Nearest { pointers, matching })
}

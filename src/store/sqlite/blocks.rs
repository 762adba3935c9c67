//! How many pointers there are, in runs of ids: a total, and a place in the order of ids, without looking at them all.

use crate::store::StoreError;
use rusqlite::{Connection, params};

/// Pointers are counted in runs of this many ids, as a power of two.
pub(super) const BLOCK_BITS: i64 = 12;

/// These ids, which are in ascending order, by the run that they belong to.
pub(super) fn runs(ids: &[i64]) -> impl Iterator<Item = &[i64]> {
    ids.chunk_by(|left, right| left >> BLOCK_BITS == right >> BLOCK_BITS)
}

/// Notes `change` pointers more (or fewer) in the run that `id` belongs to.
pub(super) fn count(conn: &Connection, id: i64, change: i64) -> Result<(), StoreError> {
    conn.prepare_cached(
        "INSERT INTO pointer_blocks (block, live) VALUES (?1, ?2)
         ON CONFLICT (block) DO UPDATE SET live = live + ?2",
    )
    .and_then(|mut statement| statement.execute(params![id >> BLOCK_BITS, change]))?;
    Ok(())
}

/// How many pointers there are.
pub(super) fn total(conn: &Connection) -> Result<u64, StoreError> {
    let total: i64 = conn
        .prepare_cached("SELECT coalesce(sum(live), 0) FROM pointer_blocks")?
        .query_row([], |row| row.get(0))?;
    Ok(total.cast_unsigned())
}

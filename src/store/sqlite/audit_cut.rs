//! Where an audit trail that is kept for so long, or up to such a size, is cut: how much it holds, and the last record
//! that goes. Nothing here looks at more of the trail than goes, or than came in the time that is asked about.

use super::audit_chain::{Chain, Hash};
use super::audit_rows::head;
use super::rows::one;
use crate::model::Timestamp;
use crate::store::{AuditCut, AuditExtent, StoreError};
use rusqlite::{Connection, OptionalExtension};

/// How much the trail holds.
pub(super) fn extent(conn: &Connection) -> Result<AuditExtent, StoreError> {
    let pragma = |name: &str| -> Result<u64, StoreError> {
        let number: i64 = conn.pragma_query_value(None, name, |row| row.get(0))?;
        Ok(number.unsigned_abs())
    };
    let pages = pragma("page_count")?.saturating_sub(pragma("freelist_count")?);
    let first = first(conn)?;
    let last = head(conn)?.sequence;
    Ok(AuditExtent {
        // They are numbered without gaps: counting them would read them all.
        records: first.map_or(0, |(first, _)| (last + 1).saturating_sub(first.cast_unsigned())),
        last,
        oldest: first.map(|(_, at)| at),
        bytes: pages * pragma("page_size")?,
    })
}

/// The last record that goes, and how many go with it, at most so many; none if nothing does.
pub(super) fn last_of(
    conn: &Connection,
    cut: AuditCut,
    most: u64,
) -> Result<Option<(Chain, u64)>, StoreError> {
    let Some((first, _)) = first(conn)? else {
        return Ok(None);
    };
    let limit = first.saturating_add(i64::try_from(most).unwrap_or(i64::MAX));
    let end = match cut {
        AuditCut::Through(sequence) => i64::try_from(sequence).unwrap_or(i64::MAX).saturating_add(1),
        AuditCut::Before(moment) => first_since(conn, moment, limit)?.unwrap_or(limit),
    };
    let last = one(
        conn,
        "SELECT sequence, hash FROM records WHERE sequence < ?1 ORDER BY sequence DESC LIMIT 1",
        end.min(limit),
        |row| {
            Ok(Chain {
                sequence: row.get::<_, i64>(0)?.cast_unsigned(),
                hash: row.get::<_, Hash>(1)?,
            })
        },
    )?;
    Ok(last.map(|last| {
        let count = last.sequence + 1 - first.cast_unsigned();
        (last, count)
    }))
}

/// The first record, and when it was made.
fn first(conn: &Connection) -> Result<Option<(i64, Timestamp)>, StoreError> {
    let first = conn
        .prepare_cached("SELECT sequence, at FROM records ORDER BY sequence LIMIT 1")?
        .query_row([], |row| Ok((row.get(0)?, Timestamp::from_micros(row.get(1)?))))
        .optional()?;
    Ok(first)
}

/// When the last record was made of those that are as old as this or older. Clocks go back: it is the last by its number,
/// whatever times come before it.
pub(super) fn newest_until(conn: &Connection, moment: Timestamp) -> Result<Option<Timestamp>, StoreError> {
    let newest = conn
        .prepare_cached("SELECT at FROM records WHERE at <= ?1 ORDER BY sequence DESC LIMIT 1")?
        .query_row([moment.as_micros()], |row| row.get(0))
        .optional()?;
    Ok(newest.map(Timestamp::from_micros))
}

/// The first record before this number that is as young as this or younger.
fn first_since(conn: &Connection, moment: Timestamp, limit: i64) -> Result<Option<i64>, StoreError> {
    let first = conn
        .prepare_cached(
            "SELECT sequence FROM records WHERE at >= ?1 AND sequence < ?2 ORDER BY sequence LIMIT 1",
        )?
        .query_row([moment.as_micros(), limit], |row| row.get(0))
        .optional()?;
    Ok(first)
}

//! Heads of audit trails that were shared with peers.

use super::failure::damaged;
use super::rows::{all, text};
use crate::model::Timestamp;
use crate::store::{AuditHead, HeadSide, SharedHead, StoreError};
use rusqlite::{Connection, Row, params};

const fn word(side: HeadSide) -> &'static str {
    match side {
        HeadSide::Theirs => "theirs",
        HeadSide::Ours => "ours",
    }
}

fn head(row: &Row) -> Result<SharedHead, StoreError> {
    let side = match text(row, 1)? {
        "theirs" => HeadSide::Theirs,
        "ours" => HeadSide::Ours,
        other => return Err(damaged("side of a head", other)),
    };
    Ok(SharedHead {
        peer: row.get(0)?,
        side,
        head: AuditHead {
            sequence: row.get::<_, i64>(2)?.cast_unsigned(),
            hash: row.get(3)?,
        },
        seen_at: Timestamp::from_micros(row.get(4)?),
    })
}

/// Every head, by peer.
pub(super) fn all_heads(conn: &Connection) -> Result<Vec<SharedHead>, StoreError> {
    all(
        conn,
        "SELECT peer, side, sequence, hash, seen_at FROM heads ORDER BY peer, side",
        [],
        head,
    )
}

/// Keeps a head in place of the last one of that peer and side.
pub(super) fn put_head(conn: &Connection, head: &SharedHead) -> Result<(), StoreError> {
    conn.prepare_cached(
        "INSERT OR REPLACE INTO heads (peer, side, sequence, hash, seen_at) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![
        head.peer,
        word(head.side),
        head.head.sequence.cast_signed(),
        head.head.hash,
        head.seen_at.as_micros(),
    ])?;
    Ok(())
}

/// Removes the head of that peer and side, if there is one.
pub(super) fn remove_head(conn: &Connection, peer: &str, side: HeadSide) -> Result<(), StoreError> {
    conn.prepare_cached("DELETE FROM heads WHERE peer = ?1 AND side = ?2")?
        .execute(params![peer, word(side)])?;
    Ok(())
}

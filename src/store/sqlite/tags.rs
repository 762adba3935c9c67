//! Tags: a dictionary of every label ever used, and who bears which.

use super::rows::all;
use crate::store::StoreError;
use rusqlite::{Connection, OptionalExtension, params};

/// Notes that a pointer bears these tags.
pub(super) fn attach(conn: &Connection, pointer: i64, tags: &[String]) -> Result<(), StoreError> {
    for tag in tags {
        let id = id_of(conn, tag)?;
        conn.prepare_cached("INSERT OR IGNORE INTO pointer_tags (tag_id, pointer_id) VALUES (?1, ?2)")?
            .execute(params![id, pointer])?;
    }
    Ok(())
}

/// Notes that a pointer no longer bears these tags.
pub(super) fn detach(conn: &Connection, pointer: i64, tags: &[String]) -> Result<(), StoreError> {
    for tag in tags {
        conn.prepare_cached(
            "DELETE FROM pointer_tags WHERE tag_id = (SELECT id FROM tags WHERE tag = ?1) AND pointer_id = ?2",
        )?
        .execute(params![tag, pointer])?;
    }
    Ok(())
}

/// The tag written exactly like this, if any pointer ever bore it.
pub(super) fn id(conn: &Connection, tag: &str) -> Result<Option<i64>, StoreError> {
    Ok(conn
        .prepare_cached("SELECT id FROM tags WHERE tag = ?1")?
        .query_row([tag], |row| row.get(0))
        .optional()?)
}

fn id_of(conn: &Connection, tag: &str) -> Result<i64, StoreError> {
    if let Some(id) = id(conn, tag)? {
        return Ok(id);
    }
    conn.prepare_cached("INSERT INTO tags (tag) VALUES (?1)")?
        .execute([tag])?;
    Ok(conn.last_insert_rowid())
}

/// Every tag that a pointer bears, with how many do, in alphabetical order.
pub(super) fn counted(conn: &Connection) -> Result<Vec<(String, u64)>, StoreError> {
    all(
        conn,
        "SELECT tag, n FROM tags
         JOIN (SELECT tag_id, count(*) AS n FROM pointer_tags GROUP BY tag_id) ON tag_id = id
         ORDER BY tag",
        [],
        |row| Ok((row.get(0)?, row.get::<_, i64>(1)?.cast_unsigned())),
    )
}

/// Tags that a pattern names, at most `most`.
pub(super) fn matching(conn: &Connection, pattern: &str, most: usize) -> Result<Vec<i64>, StoreError> {
    // Without a wildcard, LIKE is equality in any ASCII case: an index answers that.
    let sql = if pattern.contains(['%', '_']) {
        "SELECT id FROM tags WHERE tag LIKE ?1 LIMIT ?2"
    } else {
        "SELECT id FROM tags WHERE tag = ?1 COLLATE NOCASE LIMIT ?2"
    };
    all(conn, sql, params![pattern, most as i64], |row| Ok(row.get(0)?))
}

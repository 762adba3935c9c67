//! Calls that are to be done once, by caller and key.

use crate::model::Timestamp;
use crate::store::{Begun, OnceKey, StoreError};
use rusqlite::{Connection, OptionalExtension, params};

/// Old ones that are forgotten with each new one.
const FORGOTTEN_AT_A_TIME: u32 = 64;

/// Begins a call, unless it began before; those from before `oldest` are forgotten, this one whatever it is among them.
pub(super) fn begin(
    conn: &Connection,
    once: &OnceKey,
    query: [u8; 32],
    now: Timestamp,
    oldest: Timestamp,
) -> Result<Begun, StoreError> {
    conn.prepare_cached(
        "DELETE FROM once WHERE (caller, key) IN
             (SELECT caller, key FROM once WHERE began_at < ?1 ORDER BY began_at LIMIT ?2)",
    )?
    .execute(params![oldest.as_micros(), FORGOTTEN_AT_A_TIME])?;
    conn.prepare_cached("DELETE FROM once WHERE caller = ?1 AND key = ?2 AND began_at < ?3")?
        .execute(params![once.caller, once.key, oldest.as_micros()])?;
    let known = conn
        .prepare_cached("SELECT query, reply FROM once WHERE caller = ?1 AND key = ?2")?
        .query_row(params![once.caller, once.key], |row| {
            Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, Option<Vec<u8>>>(1)?))
        })
        .optional()?;
    match known {
        Some((asked, _)) if asked != query => Ok(Begun::ForAnother),
        Some((_, Some(reply))) => Ok(Begun::Before(reply)),
        Some((_, None)) => Ok(Begun::WithoutEnd),
        None => {
            conn.prepare_cached("INSERT INTO once (caller, key, query, began_at) VALUES (?1, ?2, ?3, ?4)")?
                .execute(params![once.caller, once.key, query, now.as_micros()])?;
            Ok(Begun::Now)
        }
    }
}

/// Keeps how a call ended.
pub(super) fn end(conn: &Connection, once: &OnceKey, reply: &[u8]) -> Result<(), StoreError> {
    conn.prepare_cached("UPDATE once SET reply = ?3 WHERE caller = ?1 AND key = ?2")?
        .execute(params![once.caller, once.key, reply])?;
    Ok(())
}

/// Forgets a call, as if it had not begun.
pub(super) fn forget(conn: &Connection, once: &OnceKey) -> Result<(), StoreError> {
    conn.prepare_cached("DELETE FROM once WHERE caller = ?1 AND key = ?2")?
        .execute(params![once.caller, once.key])?;
    Ok(())
}

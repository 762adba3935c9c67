//! Calls that are to be done once, by caller and key, and how much is kept of each caller: nobody may fill the disk with
//! them.

use crate::model::Timestamp;
use crate::store::{Begun, MOST_KEPT_OF_ONE, MOST_KEYS_OF_ONE, OnceKey, StoreError};
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Old ones that are forgotten with each new one.
const FORGOTTEN_AT_A_TIME: u32 = 64;

/// What is kept of each caller that was heard of since the database was opened. Where a commit fails it may count what is
/// not there, until the database is opened again: that is on the safe side.
#[derive(Default)]
pub(super) struct Kept {
    of: Mutex<HashMap<String, Share>>,
}

/// What is kept of one caller.
#[derive(Clone, Copy, Default)]
struct Share {
    keys: u32,
    bytes: u64,
}

impl Kept {
    /// Begins a call, unless it began before or too many did; those from before `oldest` are forgotten, this one whatever
    /// it is among them.
    pub(super) fn begin(
        &self,
        conn: &Connection,
        once: &OnceKey,
        query: [u8; 32],
        now: Timestamp,
        oldest: Timestamp,
    ) -> Result<Begun, StoreError> {
        self.forget_older(conn, once, oldest)?;
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
            None if self.share(conn, &once.caller)?.keys >= MOST_KEYS_OF_ONE => Ok(Begun::TooMany),
            None => {
                conn.prepare_cached(
                    "INSERT INTO once (caller, key, query, began_at) VALUES (?1, ?2, ?3, ?4)",
                )?
                .execute(params![once.caller, once.key, query, now.as_micros()])?;
                self.note(&once.caller, |share| share.keys += 1);
                Ok(Begun::Now)
            }
        }
    }

    /// Keeps how a call ended; `short`, where there is no room for the whole of it.
    pub(super) fn end(
        &self,
        conn: &Connection,
        once: &OnceKey,
        reply: &[u8],
        short: Option<&[u8]>,
    ) -> Result<(), StoreError> {
        let taken = self.share(conn, &once.caller)?.bytes;
        let reply = match short {
            Some(short) if taken + reply.len() as u64 > MOST_KEPT_OF_ONE => short,
            _ => reply,
        };
        conn.prepare_cached("UPDATE once SET reply = ?3 WHERE caller = ?1 AND key = ?2")?
            .execute(params![once.caller, once.key, reply])?;
        self.note(&once.caller, |share| share.bytes += reply.len() as u64);
        Ok(())
    }

    /// Forgets a call, as if it had not begun.
    pub(super) fn forget(&self, conn: &Connection, once: &OnceKey) -> Result<(), StoreError> {
        let forgotten = conn
            .prepare_cached("DELETE FROM once WHERE caller = ?1 AND key = ?2")?
            .execute(params![once.caller, once.key])?;
        if forgotten > 0 {
            self.note(&once.caller, |share| share.keys = share.keys.saturating_sub(1));
        }
        Ok(())
    }

    fn forget_older(&self, conn: &Connection, once: &OnceKey, oldest: Timestamp) -> Result<(), StoreError> {
        let mut forgetting = conn.prepare_cached(
            "DELETE FROM once WHERE (caller, key) IN
                 (SELECT caller, key FROM (SELECT caller, key FROM once WHERE began_at < ?1 ORDER BY began_at LIMIT ?2)
                  UNION SELECT caller, key FROM once WHERE caller = ?3 AND key = ?4 AND began_at < ?1)
             RETURNING caller, coalesce(length(reply), 0)",
        )?;
        let mut forgotten = forgetting.query(params![
            oldest.as_micros(),
            FORGOTTEN_AT_A_TIME,
            once.caller,
            once.key
        ])?;
        while let Some(row) = forgotten.next()? {
            let (caller, bytes) = (row.get::<_, String>(0)?, row.get::<_, i64>(1)?.unsigned_abs());
            self.note(&caller, |share| {
                share.keys = share.keys.saturating_sub(1);
                share.bytes = share.bytes.saturating_sub(bytes);
            });
        }
        Ok(())
    }

    /// What is kept of a caller; looked up once.
    fn share(&self, conn: &Connection, caller: &str) -> Result<Share, StoreError> {
        let mut of = self.locked();
        if let Some(share) = of.get(caller) {
            return Ok(*share);
        }
        let share = conn
            .prepare_cached("SELECT count(*), coalesce(sum(length(reply)), 0) FROM once WHERE caller = ?1")?
            .query_row(params![caller], |row| {
                Ok(Share {
                    keys: row.get(0)?,
                    bytes: row.get::<_, i64>(1)?.unsigned_abs(),
                })
            })?;
        of.insert(caller.to_owned(), share);
        Ok(share)
    }

    /// Follows a change; of a caller that was not looked up, nothing is known to follow.
    fn note(&self, caller: &str, change: impl FnOnce(&mut Share)) {
        if let Some(share) = self.locked().get_mut(caller) {
            change(share);
        }
    }

    fn locked(&self) -> MutexGuard<'_, HashMap<String, Share>> {
        self.of.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

//! The data key as an older lock sealed it. It is gone from the database with the write that put the new lock in its
//! place, and from the write-ahead log once that is copied back and begun anew, which somebody who still reads can
//! hold up: so it is noted with the new lock, and done by whoever comes next.

use super::VaultError;
use rusqlite::Connection;
use std::time::{Duration, Instant};

/// The note, among the preferences: no older version stumbles over it.
const NOTE: &str = "vault/old_lock_in_log";
/// How often a log that another process copies back at this moment is tried: for that one SQLite does not wait.
const TRIES: u32 = 3;
const PAUSE: Duration = Duration::from_millis(20);

/// Notes, with the write of the new lock, that the log still has the old one.
pub(super) fn note(connection: &Connection) -> Result<(), VaultError> {
    connection.execute("INSERT OR REPLACE INTO preferences VALUES (?1, 'true')", [NOTE])?;
    Ok(())
}

/// Whether the log keeps an old lock, after one more attempt where that was noted. Asked at each opening.
pub(super) fn stays(connection: &Connection, patience: Duration) -> Result<bool, VaultError> {
    let is_noted = connection
        .prepare_cached("SELECT 1 FROM preferences WHERE name = ?1")?
        .exists([NOTE])?;
    Ok(is_noted && !forget_at_once(connection, patience))
}

/// Copies the log back and begins it anew; whether that was possible. The connection itself waits for readers and
/// writers, as long as it is told to; here another process is waited for that copies the log back too.
pub(super) fn forget(connection: &Connection, patience: Duration) -> bool {
    let began = Instant::now();
    for _ in 1..TRIES {
        if attempt(connection) {
            return true;
        }
        if began.elapsed() >= patience {
            return false;
        }
        std::thread::sleep(PAUSE);
    }
    attempt(connection)
}

/// The same without waiting for anybody.
pub(super) fn forget_at_once(connection: &Connection, patience: Duration) -> bool {
    let hurried = connection.busy_timeout(Duration::ZERO);
    let is_forgotten = hurried.is_ok() && attempt(connection);
    if let Err(error) = connection.busy_timeout(patience) {
        tracing::debug!(%error, "the vault no longer waits for other consoles");
    }
    is_forgotten
}

/// One attempt. That it fails is no failure of what was to be done: it is tried again.
fn attempt(connection: &Connection) -> bool {
    let outcome = empty_log(connection).and_then(|is_empty| {
        if is_empty {
            connection.execute("DELETE FROM preferences WHERE name = ?1", [NOTE])?;
        }
        Ok(is_empty)
    });
    outcome.unwrap_or_else(|error| {
        tracing::debug!(%error, "the vault's write-ahead log could not be begun anew");
        false
    })
}

/// Whether the log was emptied. That somebody was in the way SQLite says in the row that it answers, not as an error.
pub(super) fn empty_log(connection: &Connection) -> Result<bool, VaultError> {
    let is_held_up: bool = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    Ok(!is_held_up)
}

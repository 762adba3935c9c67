//! The invoke log: narrow plain lines that list fast, everything else sealed beside them.

mod marks;
mod prune;
mod reading;
mod shrink;

pub use marks::LogMark;
pub use reading::{LogGlance, LogQuery, LogSpan, LogState};

use super::numbers::stored;
use super::{Vault, VaultError};
use crate::model::Timestamp;
use crate::seal::row;
use rusqlite::{OptionalExtension, Row, params};
use zeroize::Zeroizing;

/// After how many new lines old ones are looked for.
const PRUNE_EVERY: i64 = 64;

/// A line of the log. Nothing secret.
#[derive(Debug, Clone, PartialEq)]
pub struct LogLine {
    /// Its place, ascending; given by the vault.
    pub id: u64,
    /// When it began.
    pub at: Timestamp,
    /// `invoke` or `call`.
    pub kind: String,
    /// The instance that was asked.
    pub instance: String,
    /// The action.
    pub action: String,
    /// The pointer concerned.
    pub pointer: Option<String>,
    /// The route of a call.
    pub route: Option<String>,
    /// The reply's status, or `failed`.
    pub status: String,
    /// The code of an error or failure.
    pub code: Option<String>,
    /// Microseconds.
    pub elapsed_us: u64,
    /// Bytes of the opened reply.
    pub reply_bytes: u64,
    /// The credential that was used.
    pub credential: Option<String>,
}

/// A line with its opened body and what was put to it.
pub type LogRecord = (LogLine, LogMark, Zeroizing<Vec<u8>>);

const COLUMNS: &str =
    "id, at, kind, instance, action, pointer, route, status, code, elapsed_us, reply_bytes, credential";

impl Vault {
    /// Adds a line with its sealed body, notes that its credential was used, and lets go of what is too
    /// old. Returns the line's place; the one in `line` is ignored.
    pub fn add_log(&self, line: &LogLine, body: &[u8]) -> Result<u64, VaultError> {
        let key = self.key()?;
        self.write(|transaction| {
            transaction
                .prepare_cached(
                    "INSERT INTO log (at, kind, instance, action, pointer, route, status, code, elapsed_us,
                     reply_bytes, credential) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
                )?
                .execute(params![
                    line.at.as_micros(),
                    line.kind,
                    line.instance,
                    line.action,
                    line.pointer,
                    line.route,
                    line.status,
                    line.code,
                    stored(line.elapsed_us),
                    stored(line.reply_bytes),
                    line.credential,
                ])?;
            let id = transaction.last_insert_rowid();
            let line = LogLine {
                id: id.unsigned_abs(),
                ..line.clone()
            };
            transaction
                .prepare_cached("INSERT INTO log_body VALUES (?1, ?2)")?
                .execute(params![id, row::seal(&key, &identity(&line), body)])?;
            transaction
                .prepare_cached("UPDATE counters SET log_lines = log_lines + 1 WHERE id = 1")?
                .execute([])?;
            if let Some(credential) = &line.credential {
                Self::note_use(transaction, credential, line.at)?;
            }
            if id % PRUNE_EVERY == 0 {
                self.prune(transaction, id, line.at)?;
            }
            Ok(line.id)
        })
    }

    /// One line with its opened body and what was put to it.
    pub fn log_entry(&self, id: u64) -> Result<Option<LogRecord>, VaultError> {
        let key = self.key()?;
        let connection = self.connection();
        let found = connection
            .prepare_cached(&format!(
                "SELECT {COLUMNS}, sealed FROM log JOIN log_body USING (id) WHERE id = ?1"
            ))?
            .query_row([stored(id)], |row| Ok((read(row)?, row.get::<_, Vec<u8>>(12)?)))
            .optional()?;
        let Some((line, sealed)) = found else {
            return Ok(None);
        };
        let body = row::open(&key, &identity(&line), &sealed).map_err(|_| VaultError::Tampered {
            what: format!("line {id} of the invoke log"),
        })?;
        let mark = marks::mark_of(&connection, &key, stored(id))?;
        Ok(Some((line, mark, body)))
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<LogLine> {
    Ok(LogLine {
        id: row.get::<_, i64>(0)?.unsigned_abs(),
        at: Timestamp::from_micros(row.get(1)?),
        kind: row.get(2)?,
        instance: row.get(3)?,
        action: row.get(4)?,
        pointer: row.get(5)?,
        route: row.get(6)?,
        status: row.get(7)?,
        code: row.get(8)?,
        elapsed_us: row.get::<_, i64>(9)?.unsigned_abs(),
        reply_bytes: row.get::<_, i64>(10)?.unsigned_abs(),
        credential: row.get(11)?,
    })
}

/// The whole plain line: a line that says something else than what was sealed with it does not open. What a
/// person puts to it later (a mark, a note) is no part of it.
fn identity(line: &LogLine) -> Vec<u8> {
    let optional = |text: &Option<String>| text.clone().unwrap_or_default();
    format!(
        "log\0{}\0{}\0{}\0{}\0{}\0{}\0{}\0{}\0{}\0{}\0{}\0{}",
        line.id,
        line.at.as_micros(),
        line.kind,
        line.instance,
        line.action,
        optional(&line.pointer),
        optional(&line.route),
        line.status,
        optional(&line.code),
        line.elapsed_us,
        line.reply_bytes,
        optional(&line.credential),
    )
    .into_bytes()
}

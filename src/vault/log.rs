//! The invoke log: narrow plain lines that list fast, everything else sealed beside them.

use super::{Vault, VaultError};
use crate::model::Timestamp;
use crate::seal::row;
use rusqlite::types::Value;
use rusqlite::{OptionalExtension, Row, Transaction, params, params_from_iter};
use zeroize::Zeroizing;

/// How much of the log is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogRetention {
    /// Lines at most.
    pub lines: u64,
    /// Days at most.
    pub days: u32,
}

impl Default for LogRetention {
    fn default() -> Self {
        Self {
            lines: 100_000,
            days: 90,
        }
    }
}

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

/// Which lines are wanted, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LogQuery {
    /// Only of this instance.
    pub instance: Option<String>,
    /// Only lines that contain this.
    pub text: Option<String>,
    /// Only lines older than this.
    pub before: Option<u64>,
    /// How many at most.
    pub limit: u64,
}

/// A line with its opened body.
pub type LogRecord = (LogLine, Zeroizing<Vec<u8>>);

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

    /// Lines, newest first.
    pub fn log(&self, query: &LogQuery) -> Result<Vec<LogLine>, VaultError> {
        let mut conditions = Vec::new();
        let mut values: Vec<Value> = Vec::new();
        if let Some(instance) = &query.instance {
            conditions.push("instance = ?");
            values.push(Value::Text(instance.clone()));
        }
        if let Some(before) = query.before {
            conditions.push("id < ?");
            values.push(Value::Integer(stored(before)));
        }
        if let Some(text) = &query.text {
            conditions.push(
                "instr(lower(instance || char(10) || action || char(10) || coalesce(pointer, '') || char(10) ||
                 status || char(10) || coalesce(code, '')), ?) > 0",
            );
            values.push(Value::Text(text.to_lowercase()));
        }
        let filter = if conditions.is_empty() {
            String::new()
        } else {
            format!("WHERE {}", conditions.join(" AND "))
        };
        values.push(Value::Integer(stored(query.limit)));
        let connection = self.connection();
        let mut statement = connection.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM log {filter} ORDER BY id DESC LIMIT ?"
        ))?;
        let lines = statement
            .query_map(params_from_iter(values), read)?
            .collect::<Result<_, _>>()?;
        Ok(lines)
    }

    /// One line with its opened body.
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
        Ok(Some((line, body)))
    }

    /// How many lines there are.
    pub fn log_count(&self) -> Result<u64, VaultError> {
        let count = self
            .connection()
            .prepare_cached("SELECT log_lines FROM counters WHERE id = 1")?
            .query_row([], |row| row.get::<_, i64>(0))?;
        Ok(count.unsigned_abs())
    }

    fn prune(&self, transaction: &Transaction<'_>, newest: i64, now: Timestamp) -> Result<(), VaultError> {
        let by_count = newest.saturating_sub(stored(self.retention.lines));
        let too_old = now.plus_seconds(-i64::from(self.retention.days) * 86_400);
        // Places rise with time, so what is too old is a run at the beginning: found without a walk through all.
        let by_age: i64 = transaction
            .prepare_cached("SELECT coalesce(min(id), 0) - 1 FROM (SELECT id FROM log WHERE at >= ?1 ORDER BY id LIMIT 1)")?
            .query_row([too_old.as_micros()], |row| row.get(0))?;
        let last = by_count.max(by_age);
        if last <= 0 {
            return Ok(());
        }
        let removed = transaction
            .prepare_cached("DELETE FROM log WHERE id <= ?1")?
            .execute([last])?;
        transaction
            .prepare_cached("DELETE FROM log_body WHERE id <= ?1")?
            .execute([last])?;
        transaction
            .prepare_cached("UPDATE counters SET log_lines = log_lines - ?1 WHERE id = 1")?
            .execute([stored(removed as u64)])?;
        Ok(())
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

/// The whole plain line: a line that says something else than what was sealed with it does not open.
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

/// SQLite counts with a sign.
fn stored(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

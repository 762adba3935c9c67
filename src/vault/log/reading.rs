//! Lines of the log as they are listed: by place, never by counting through all of them.

use super::marks::mark_of;
use super::{COLUMNS, LogLine, LogMark, read};
use crate::model::Timestamp;
use crate::vault::numbers::stored;
use crate::vault::{Vault, VaultError};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};

/// Which lines are wanted, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LogQuery {
    /// Only of this instance.
    pub instance: Option<String>,
    /// Only lines older than this.
    pub before: Option<u64>,
    /// How many at most.
    pub limit: u64,
}

/// A line as it is passed by, without a copy of anything.
#[derive(Debug, Clone, Copy, PartialEq)]
#[allow(missing_docs, reason = "the fields are those of a line")]
pub struct LogGlance<'row> {
    pub id: u64,
    pub at: Timestamp,
    pub kind: &'row str,
    pub instance: &'row str,
    pub action: &'row str,
    pub pointer: Option<&'row str>,
    pub route: Option<&'row str>,
    pub status: &'row str,
    pub code: Option<&'row str>,
    pub elapsed_us: u64,
    pub reply_bytes: u64,
    pub credential: Option<&'row str>,
}

impl LogLine {
    /// The line as it is passed by.
    pub fn glance(&self) -> LogGlance<'_> {
        LogGlance {
            id: self.id,
            at: self.at,
            kind: &self.kind,
            instance: &self.instance,
            action: &self.action,
            pointer: self.pointer.as_deref(),
            route: self.route.as_deref(),
            status: &self.status,
            code: self.code.as_deref(),
            elapsed_us: self.elapsed_us,
            reply_bytes: self.reply_bytes,
            credential: self.credential.as_deref(),
        }
    }
}

/// A run of lines in a log without a filter.
#[derive(Debug, Clone, PartialEq)]
pub struct LogSpan {
    /// How many lines are older than the first of these.
    pub first: u64,
    /// The lines, oldest first.
    pub lines: Vec<(LogLine, LogMark)>,
    /// How many lines are newer than the anchor, whether or not that is still there.
    pub newer: Option<u64>,
    /// The newest line.
    pub newest: Option<u64>,
    /// How the log was at that moment.
    pub state: LogState,
}

/// What the log is like as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LogState {
    /// How many lines there are.
    pub lines: u64,
    /// Raised when marks or notes change and when lines go.
    pub epoch: u64,
    /// Up to here, only lines with a mark or note are left.
    pub floor: u64,
}

impl Vault {
    /// Lines with what was put to them, newest first.
    pub fn log(&self, query: &LogQuery) -> Result<Vec<(LogLine, LogMark)>, VaultError> {
        let key = self.key()?;
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
        let mut lines = Vec::new();
        for line in statement.query_map(params_from_iter(values), read)? {
            let line = line?;
            let mark = mark_of(&connection, &key, stored(line.id))?;
            lines.push((line, mark));
        }
        Ok(lines)
    }

    /// The lines at these places with what was put to them, in their order; those that are gone are left out.
    pub fn log_lines(&self, ids: &[u64]) -> Result<Vec<(LogLine, LogMark)>, VaultError> {
        let key = self.key()?;
        let connection = self.connection();
        let mut statement = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM log WHERE id = ?1"))?;
        let mut lines = Vec::with_capacity(ids.len());
        for id in ids {
            if let Some(line) = statement.query_row([stored(*id)], read).optional()? {
                lines.push((line, mark_of(&connection, &key, stored(*id))?));
            }
        }
        Ok(lines)
    }

    /// Shows lines newer than `after` to `visit`, oldest first, at most so many; returns the last one's place.
    /// Nothing is copied: a million lines are gone through in a fraction of a second.
    pub fn visit_log(
        &self,
        after: u64,
        limit: u64,
        mut visit: impl FnMut(&LogGlance<'_>),
    ) -> Result<Option<u64>, VaultError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM log WHERE id > ?1 ORDER BY id LIMIT ?2"
        ))?;
        let mut rows = statement.query(params![stored(after), stored(limit)])?;
        let mut last = None;
        while let Some(row) = rows.next()? {
            let glance = glance(row)?;
            last = Some(glance.id);
            visit(&glance);
        }
        Ok(last)
    }

    /// What is shown of a log without a filter: lines from the `first` oldest on (counted from zero, or the newest
    /// that there are), newest last, with how the log was at that very moment, and how many lines are newer than
    /// `anchor`.
    pub fn log_span(
        &self,
        first: Option<u64>,
        limit: u64,
        anchor: Option<u64>,
    ) -> Result<LogSpan, VaultError> {
        let key = self.key()?;
        let mut connection = self.connection();
        let transaction = connection.transaction()?;
        let state = state_of(&transaction)?;
        let first = first.unwrap_or(state.lines.saturating_sub(limit));
        let limit = limit.min(state.lines.saturating_sub(first));
        let skip = state.lines.saturating_sub(first + limit);
        let mut lines: Vec<LogLine> = transaction
            .prepare_cached(&format!(
                "SELECT {COLUMNS} FROM log ORDER BY id DESC LIMIT ?1 OFFSET ?2"
            ))?
            .query_map(params![stored(limit), stored(skip)], read)?
            .collect::<Result<_, _>>()?;
        lines.reverse();
        let newer = match anchor {
            Some(id) => transaction
                .prepare_cached("SELECT count(*) FROM log WHERE id > ?1")?
                .query_row([stored(id)], |row| row.get::<_, i64>(0))
                .map(Some)?,
            None => None,
        };
        let newest = transaction
            .prepare_cached("SELECT max(id) FROM log")?
            .query_row([], |row| row.get::<_, Option<i64>>(0))?;
        let lines = lines
            .into_iter()
            .map(|line| Ok((mark_of(&transaction, &key, stored(line.id))?, line)))
            .map(|pair: Result<_, VaultError>| pair.map(|(mark, line)| (line, mark)))
            .collect::<Result<_, _>>()?;
        Ok(LogSpan {
            first,
            lines,
            newer: newer.map(i64::unsigned_abs),
            newest: newest.map(i64::unsigned_abs),
            state,
        })
    }

    /// The places up to `floor` at which there are still lines.
    pub fn log_places_up_to(&self, floor: u64) -> Result<Vec<u64>, VaultError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached("SELECT id FROM log WHERE id <= ?1 ORDER BY id")?;
        let places = statement
            .query_map([stored(floor)], |row| row.get::<_, i64>(0))?
            .map(|place| place.map(i64::unsigned_abs))
            .collect::<Result<_, _>>()?;
        Ok(places)
    }

    /// What the log is like as a whole.
    pub fn log_state(&self) -> Result<LogState, VaultError> {
        state_of(&self.connection())
    }

    /// How many lines there are.
    pub fn log_count(&self) -> Result<u64, VaultError> {
        Ok(self.log_state()?.lines)
    }
}

fn state_of(connection: &Connection) -> Result<LogState, VaultError> {
    let state = connection
        .prepare_cached("SELECT log_lines, log_epoch, log_floor FROM counters WHERE id = 1")?
        .query_row([], |row| {
            Ok(LogState {
                lines: row.get::<_, i64>(0)?.unsigned_abs(),
                epoch: row.get::<_, i64>(1)?.unsigned_abs(),
                floor: row.get::<_, i64>(2)?.unsigned_abs(),
            })
        })?;
    Ok(state)
}

fn glance<'row>(row: &'row Row<'_>) -> rusqlite::Result<LogGlance<'row>> {
    let text = |column| Ok::<_, rusqlite::Error>(row.get_ref(column)?.as_str()?);
    let optional = |column| Ok::<_, rusqlite::Error>(row.get_ref(column)?.as_str_or_null()?);
    Ok(LogGlance {
        id: row.get::<_, i64>(0)?.unsigned_abs(),
        at: Timestamp::from_micros(row.get(1)?),
        kind: text(2)?,
        instance: text(3)?,
        action: text(4)?,
        pointer: optional(5)?,
        route: optional(6)?,
        status: text(7)?,
        code: optional(8)?,
        elapsed_us: row.get::<_, i64>(9)?.unsigned_abs(),
        reply_bytes: row.get::<_, i64>(10)?.unsigned_abs(),
        credential: optional(11)?,
    })
}

//! The invoke log: every invoke and call of this home, kept sealed in the vault.

mod columns;
mod copy;
mod export;
mod fields;
mod har;
mod index;
mod large;
mod order;
mod python;
mod sieve;
mod window;

pub use copy::LogForm;
pub use export::{LogExport, LogFormat, LogProgress};
pub use fields::{LOG_FIELDS, LOG_WORDS};
pub(super) use index::LogIndex;
pub use window::{LogAsk, LogPlace, LogWindow};

use super::redact::{has_lost_secrets, names_no_secret, without_secrets};
use super::{
    CallOptions, Failure, InvokeOptions, Invoked, LogEntry, LogFilter, LogKind, LogRow, LogWire, Sorting,
    Workspace,
};
use crate::model::filter::Filter;
use crate::model::{PointerAddress, Route, Timestamp};
use crate::protocol::{Code, Hop, Query, Reply};
use crate::vault::{LogLine, LogMark, LogQuery};
use columns::Columns;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use sieve::Sieve;

/// The longest note, in characters: it is one line.
const LONGEST_NOTE: usize = 500;
/// Lines that are looked through at once where only some are wanted.
const BATCH: u64 = 4_000;

/// What is kept sealed of a line, as it is written: the reply as text.
#[derive(Serialize)]
struct Writing {
    query: Value,
    reply: Option<Box<RawValue>>,
    failure: Option<String>,
    hops: Vec<Hop>,
    wire: Vec<LogWire>,
}

/// The same, as it is read.
#[derive(Serialize, Deserialize)]
struct Body {
    query: Value,
    reply: Option<Value>,
    failure: Option<String>,
    hops: Vec<Hop>,
    wire: Vec<LogWire>,
}

/// Something to be logged.
pub(super) struct Happened {
    pub(super) at: Timestamp,
    pub(super) kind: LogKind,
    pub(super) instance: String,
    pub(super) action: String,
    pub(super) pointer: Option<PointerAddress>,
    pub(super) route: Option<Route>,
    pub(super) credential: Option<String>,
    pub(super) query: Value,
    pub(super) elapsed_us: u64,
    pub(super) outcome: Result<Reply, Failure>,
    pub(super) hops: Vec<Hop>,
    pub(super) wire: Vec<LogWire>,
}

impl Workspace {
    /// Lines of the log, newest first or in the order that is asked for.
    pub async fn log(&self, filter: &LogFilter) -> Result<Vec<LogRow>, Failure> {
        let wanted = parsed(&filter.filter)?;
        let filter = filter.clone();
        if let Some(sorting) = filter.sorting.and_then(Sorting::settled) {
            return self.sorted_log(wanted, filter, sorting).await;
        }
        let as_of = Timestamp::now();
        let lines = self
            .in_vault_at_length(move |vault| {
                let mut found = Vec::new();
                let mut query = LogQuery {
                    instance: filter.instance,
                    before: filter.before,
                    limit: if wanted.is_empty() { filter.limit } else { BATCH },
                };
                loop {
                    let lines = vault.log(&query)?;
                    query.before = lines.last().map(|(line, _)| line.id);
                    let is_last = (lines.len() as u64) < query.limit;
                    found.extend(sifted(lines, &wanted, as_of));
                    if is_last || found.len() as u64 >= filter.limit {
                        found.truncate(usize::try_from(filter.limit).unwrap_or(usize::MAX));
                        return Ok(found);
                    }
                }
            })
            .await?;
        Ok(lines.into_iter().map(row).collect())
    }

    /// Everything kept of one line.
    pub async fn log_entry(&self, id: u64) -> Result<LogEntry, Failure> {
        let found = self.in_vault(move |vault| vault.log_entry(id)).await?;
        let (line, mark, body) = found.ok_or_else(|| no_line(id))?;
        entry(line, mark, &body)
    }

    /// How many lines there are.
    pub async fn log_count(&self) -> Result<u64, Failure> {
        self.in_vault(|vault| vault.log_count()).await
    }

    /// Marks lines, or takes their marks away; returns how many changed.
    pub async fn mark_log(&self, ids: Vec<u64>, marked: bool) -> Result<u64, Failure> {
        self.permit("marking lines of the log")?;
        self.in_vault(move |vault| vault.mark_log(&ids, marked)).await
    }

    /// Those of these numbers under which there is no line; refused if that is all of them.
    pub async fn missing_lines(&self, ids: Vec<u64>) -> Result<Vec<u64>, Failure> {
        let many = ids.len();
        let missing = self.in_vault(move |vault| vault.no_log_lines(&ids)).await?;
        match missing.first() {
            Some(first) if missing.len() == many => Err(no_line(*first)),
            _ => Ok(missing),
        }
    }

    /// Takes every mark away; returns how many there were.
    pub async fn unmark_log(&self) -> Result<u64, Failure> {
        self.permit("taking marks away")?;
        self.in_vault(|vault| vault.unmark_log()).await
    }

    /// Puts a note of one line of text to a line of the log; an empty one takes it away.
    pub async fn note_log(&self, id: u64, note: &str) -> Result<(), Failure> {
        self.permit("writing notes to lines of the log")?;
        let note: String = note
            .chars()
            .map(|letter| if letter.is_control() { ' ' } else { letter })
            .take(LONGEST_NOTE)
            .collect();
        let is_there = self
            .in_vault(move |vault| {
                let note = note.trim();
                vault.note_log(id, (!note.is_empty()).then_some(note))
            })
            .await?;
        if is_there { Ok(()) } else { Err(no_line(id)) }
    }

    /// Sends a line's query again, or makes its call again, with the very query that was logged; that is a new line.
    pub async fn replay_log(&self, id: u64) -> Result<Invoked, Failure> {
        let entry = self.log_entry(id).await?;
        let instance = entry.row.instance.clone();
        if let (LogKind::Call, Some(pointer)) = (entry.row.kind, &entry.row.pointer) {
            let options = CallOptions {
                route: entry.row.route,
                trace: true,
                query: asked_of_peer(&entry)?,
                ..CallOptions::default()
            };
            let called = self.call(&instance, pointer, options).await?;
            return Ok(Invoked {
                log_id: called.log_id,
                reply: called.reply,
                answered_by: called.answered_by,
                elapsed_us: called.elapsed_us,
                hops: called.hops,
            });
        }
        let query = replayable(&entry)?;
        let options = InvokeOptions {
            as_app_id: self.other_app_id(&entry).await?,
            trace: true,
            ..InvokeOptions::default()
        };
        self.invoke(&instance, &query, options).await
    }

    /// Under which name a line's query was sent, if not under the usual one of its instance.
    pub(super) async fn other_app_id(
        &self,
        entry: &LogEntry,
    ) -> Result<Option<crate::model::AppId>, Failure> {
        let record = self.record(&entry.row.instance).await?;
        let Some(used) = entry
            .row
            .credential
            .clone()
            .filter(|used| *used != record.credential)
        else {
            return Ok(None);
        };
        let held = self.in_vault(move |vault| vault.held_by_name(&used)).await?;
        Ok(held.map(|held| held.form.app_id.clone()))
    }

    /// Adds the line of a call that was made; gives its place. That it cannot be written makes nothing undone: its reply is
    /// there, and whoever sent it must not think that it can be sent again.
    pub(super) async fn place_in_log(&self, happened: Happened) -> Result<u64, Failure> {
        let recorded = self.record_in_log(happened).await;
        recorded.map_err(|failure| {
            tracing::warn!(failure = %failure.message, "a call that was made is not in the invoke log");
            Failure {
                message: format!(
                    "the call was made and answered, but is not in the invoke log: {}",
                    failure.message
                ),
                remedy: format!("{}; do not send a change again without looking", failure.remedy),
                ..failure
            }
        })
    }

    /// Adds a line; gives its place.
    pub(super) async fn record_in_log(&self, happened: Happened) -> Result<u64, Failure> {
        self.in_vault(move |vault| {
            let (status, code) = match &happened.outcome {
                Ok(reply) => (reply.status().to_owned(), reply.failure().map(str::to_owned)),
                Err(failure) => ("failed".to_owned(), Some(failure.code.as_str().to_owned())),
            };
            let reply = happened.outcome.as_ref().ok().map(Reply::to_bytes);
            let reply_bytes = reply.as_ref().map_or(0, |bytes| bytes.len() as u64);
            let line = LogLine {
                id: 0,
                at: happened.at,
                kind: happened.kind.as_str().to_owned(),
                instance: happened.instance,
                action: happened.action,
                pointer: happened.pointer.map(String::from),
                route: happened.route.map(|route| route.as_str().to_owned()),
                status,
                code,
                elapsed_us: happened.elapsed_us,
                reply_bytes,
                credential: happened.credential,
            };
            let body = Writing {
                query: without_secrets(happened.query),
                reply: happened
                    .outcome
                    .as_ref()
                    .ok()
                    .zip(reply)
                    .map(|(reply, bytes)| kept(reply, bytes)),
                failure: happened.outcome.as_ref().err().map(ToString::to_string),
                hops: happened.hops,
                wire: happened.wire,
            };
            let bytes = serde_json::to_vec(&body).expect("a body has only string keys");
            let id = vault.add_log(&line, &bytes)?;
            large::make_room(vault, line.reply_bytes)?;
            Ok(id)
        })
        .await
    }
}

/// What is kept of a reply, whose JSON this is.
fn kept(reply: &Reply, json: Vec<u8>) -> Box<RawValue> {
    let bytes = json.len() as u64;
    let json = String::from_utf8(json).unwrap_or_default();
    if bytes > large::LARGEST_REPLY {
        return raw(&large::cut(reply.status(), bytes, "was not kept"));
    }
    match RawValue::from_string(json) {
        Ok(json) if names_no_secret(json.get()) => json,
        _ => raw(&without_secrets(reply.to_value())),
    }
}

fn raw(value: &Value) -> Box<RawValue> {
    serde_json::value::to_raw_value(value).expect("a JSON value always serialises")
}

/// The query of a line, as it can be sent again.
pub(super) fn replayable(entry: &LogEntry) -> Result<Query, Failure> {
    let id = entry.row.id;
    if entry.row.kind == LogKind::Load {
        return Err(Failure::new(
            Code::InvalidParameter,
            format!("line {id} is a load, and that is many calls"),
            "make it again with `butterfly bench`, or with B in the console",
        ));
    }
    if has_lost_secrets(&entry.query) {
        return Err(Failure::new(
            Code::InvalidParameter,
            format!("line {id} cannot be sent again: its query held secrets, which the log does not keep"),
            "do again what made it, for example accept the bundle once more",
        ));
    }
    Query::from_value(entry.query.clone()).map_err(|error| {
        Failure::new(
            Code::InvalidParameter,
            format!("line {id} cannot be sent again: {error}"),
            "write the query anew with `butterfly invoke`",
        )
    })
}

/// What a call asked its peer, as it can be asked again: the pointer may say something else by now. None where the line
/// does not tell it, because the pointer was never seen or its query was sealed by somebody else.
pub(super) fn asked_of_peer(entry: &LogEntry) -> Result<Option<Query>, Failure> {
    match entry.query.get("action") {
        Some(_) => replayable(entry).map(Some),
        None => Ok(None),
    }
}

/// Reads a filter of the log; says what is wrong with it, and where.
pub(super) fn parsed(text: &str) -> Result<Filter, Failure> {
    Filter::parse(text, LOG_FIELDS).map_err(|error| {
        Failure::new(
            Code::InvalidParameter,
            format!(
                "the filter is not right at column {}: {}",
                error.column, error.message
            ),
            format!("expected {}", error.expected),
        )
    })
}

/// The lines that a filter leaves, newest first as they come.
fn sifted(lines: Vec<(LogLine, LogMark)>, filter: &Filter, as_of: Timestamp) -> Vec<(LogLine, LogMark)> {
    if filter.is_empty() {
        return lines;
    }
    let mut columns = Columns::default();
    for (line, mark) in lines.iter().rev() {
        columns.push(&line.glance());
        if *mark != LogMark::default() {
            columns.marks.insert(line.id, mark.clone());
        }
    }
    let places = Sieve::new(filter, &columns, as_of).sift(&columns);
    let newest = lines.len().saturating_sub(1);
    let mut kept = vec![false; lines.len()];
    places
        .iter()
        .for_each(|place| kept[newest - *place as usize] = true);
    lines
        .into_iter()
        .zip(kept)
        .filter(|(_, kept)| *kept)
        .map(|(line, _)| line)
        .collect()
}

fn no_line(id: u64) -> Failure {
    Failure::new(
        Code::InvalidParameter,
        format!("there is no line {id} in the invoke log"),
        "list the lines with `butterfly log list`",
    )
}

/// A line with its opened body.
pub(super) fn entry(line: LogLine, mark: LogMark, body: &[u8]) -> Result<LogEntry, Failure> {
    let body: Body = serde_json::from_slice(body).map_err(|_| {
        Failure::new(
            Code::StorageFailed,
            format!(
                "line {} of the invoke log was written by another version of this program",
                line.id
            ),
            "upgrade this program",
        )
    })?;
    Ok(LogEntry {
        row: row((line, mark)),
        query: body.query,
        reply: body.reply,
        failure: body.failure,
        hops: body.hops,
        wire: body.wire,
    })
}

pub(super) fn row((line, mark): (LogLine, LogMark)) -> LogRow {
    LogRow {
        marked: mark.marked,
        note: mark.note,
        id: line.id,
        at: line.at,
        kind: LogKind::of(&line.kind),
        instance: line.instance,
        action: line.action,
        pointer: line
            .pointer
            .as_deref()
            .and_then(|text| PointerAddress::parse(text).ok()),
        route: line.route.as_deref().and_then(Route::parse),
        status: line.status,
        code: line.code,
        elapsed_us: line.elapsed_us,
        reply_bytes: line.reply_bytes,
        credential: line.credential,
    }
}

#[cfg(test)]
mod tests;

//! The invoke log: every invoke and call of this home, kept sealed in the vault.

use super::redact::without_secrets;
use super::{Failure, LogEntry, LogFilter, LogKind, LogRow, LogWire, Workspace};
use crate::model::{PointerAddress, Route, Timestamp};
use crate::protocol::{Code, Hop, Reply};
use crate::vault::{LogLine, LogQuery};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Replies up to this size are kept whole.
const LARGEST_REPLY: usize = 8 * 1024 * 1024;

/// What is kept sealed of a line.
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
    /// Lines of the log, newest first.
    pub async fn log(&self, filter: &LogFilter) -> Result<Vec<LogRow>, Failure> {
        let query = LogQuery {
            instance: filter.instance.clone(),
            text: filter.text.clone(),
            before: filter.before,
            limit: filter.limit,
        };
        let lines = self.in_vault(move |vault| vault.log(&query)).await?;
        Ok(lines.into_iter().map(row).collect())
    }

    /// Everything kept of one line.
    pub async fn log_entry(&self, id: u64) -> Result<LogEntry, Failure> {
        let found = self.in_vault(move |vault| vault.log_entry(id)).await?;
        let (line, body) = found.ok_or_else(|| {
            Failure::new(
                Code::InvalidParameter,
                format!("there is no line {id} in the invoke log"),
                "list the lines with `butterfly log list`",
            )
        })?;
        let body: Body = serde_json::from_slice(&body).map_err(|_| {
            Failure::new(
                Code::StorageFailed,
                format!("line {id} of the invoke log was written by another version of this program"),
                "upgrade this program",
            )
        })?;
        Ok(LogEntry {
            row: row(line),
            query: body.query,
            reply: body.reply,
            failure: body.failure,
            hops: body.hops,
            wire: body.wire,
        })
    }

    /// How many lines there are.
    pub async fn log_count(&self) -> Result<u64, Failure> {
        self.in_vault(|vault| vault.log_count()).await
    }

    /// Adds a line; gives its place.
    pub(super) async fn record_in_log(&self, happened: Happened) -> Result<u64, Failure> {
        self.in_vault(move |vault| {
            let (status, code) = match &happened.outcome {
                Ok(reply) => (
                    reply.status().to_owned(),
                    reply.problem().map(|problem| problem.code.as_str().to_owned()),
                ),
                Err(failure) => ("failed".to_owned(), Some(failure.code.as_str().to_owned())),
            };
            let reply = happened.outcome.as_ref().ok().map(Reply::to_bytes);
            let line = LogLine {
                id: 0,
                at: happened.at,
                kind: kind_word(happened.kind).to_owned(),
                instance: happened.instance,
                action: happened.action,
                pointer: happened.pointer.map(String::from),
                route: happened.route.map(|route| route.as_str().to_owned()),
                status,
                code,
                elapsed_us: happened.elapsed_us,
                reply_bytes: reply.as_ref().map_or(0, |bytes| bytes.len() as u64),
                credential: happened.credential,
            };
            let body = Body {
                query: without_secrets(happened.query),
                reply: happened
                    .outcome
                    .as_ref()
                    .ok()
                    .map(|reply| kept(reply, line.reply_bytes)),
                failure: happened.outcome.as_ref().err().map(ToString::to_string),
                hops: happened.hops,
                wire: happened.wire,
            };
            let bytes = serde_json::to_vec(&body).expect("a body has only string keys");
            vault.add_log(&line, &bytes)
        })
        .await
    }
}

fn kept(reply: &Reply, bytes: u64) -> Value {
    if bytes <= LARGEST_REPLY as u64 {
        return without_secrets(reply.to_value());
    }
    json!({"status": reply.status(), "cut": format!("the reply had {bytes} bytes and was not kept")})
}

fn kind_word(kind: LogKind) -> &'static str {
    match kind {
        LogKind::Invoke => "invoke",
        LogKind::Call => "call",
    }
}

pub(super) fn row(line: LogLine) -> LogRow {
    LogRow {
        id: line.id,
        at: line.at,
        kind: if line.kind == "call" {
            LogKind::Call
        } else {
            LogKind::Invoke
        },
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

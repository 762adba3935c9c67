//! A line of the invoke log as its page shows it: the reply stays the text that it was, shared and not
//! copied, because it may have 50 MB.

use super::log::row;
use super::{Failure, LogEntry, LogWire, Workspace};
use crate::protocol::{Code, Hop};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use std::sync::Arc;

/// A line with everything that was kept of it.
#[derive(Debug, Clone)]
pub struct LogDetail {
    /// The line; its `reply` is not set.
    pub entry: Arc<LogEntry>,
    /// The reply's JSON, as it was kept, if there was one.
    pub reply: Option<Arc<str>>,
}

impl LogDetail {
    /// Of an entry that holds its reply as a value.
    pub fn of(mut entry: LogEntry) -> Self {
        let reply = entry.reply.take().map(|reply| reply.to_string().into());
        Self {
            entry: Arc::new(entry),
            reply,
        }
    }
}

/// What is kept sealed of a line, the reply left as text.
#[derive(Deserialize)]
struct Body<'a> {
    query: Value,
    #[serde(borrow)]
    reply: Option<&'a RawValue>,
    failure: Option<String>,
    hops: Vec<Hop>,
    wire: Vec<LogWire>,
}

impl Workspace {
    /// Everything kept of one line. Holds the reply once, as text, and a second time only while it is opened.
    pub async fn log_detail(&self, id: u64) -> Result<LogDetail, Failure> {
        let found = self
            .in_vault(move |vault| {
                let Some((line, mark, body)) = vault.log_entry(id)? else {
                    return Ok(None);
                };
                let read = serde_json::from_slice::<Body>(&body).ok().map(|body| LogDetail {
                    reply: body.reply.map(|reply| reply.get().into()),
                    entry: Arc::new(LogEntry {
                        row: row((line, mark)),
                        query: body.query,
                        reply: None,
                        failure: body.failure,
                        hops: body.hops,
                        wire: body.wire,
                    }),
                });
                Ok(Some(read))
            })
            .await?;
        let read = found.ok_or_else(|| {
            Failure::new(
                Code::InvalidParameter,
                format!("there is no line {id} in the invoke log"),
                "list the lines with `butterfly log list`",
            )
        })?;
        read.ok_or_else(|| {
            Failure::new(
                Code::StorageFailed,
                format!("line {id} of the invoke log was written by another version of this program"),
                "upgrade this program",
            )
        })
    }
}

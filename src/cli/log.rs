//! `butterfly log …`: what was invoked and called from this home.

use super::inert::inert_lines;
use super::outcome::Outcome;
use super::reply;
use super::session::Session;
use super::table::{Table, pairs};
use super::words;
use crate::workspace::{LogEntry, LogFilter, LogKind, LogRow};
use clap::Subcommand;

/// List and show invokes and calls of this home.
#[derive(Debug, Subcommand)]
pub enum Log {
    /// List the newest lines first.
    List {
        /// Only of this instance.
        #[arg(long)]
        instance: Option<String>,
        /// Only lines whose instance, action, pointer, status or code contain this.
        #[arg(long, value_name = "TEXT")]
        filter: Option<String>,
        /// Only lines older than this one.
        #[arg(long, value_name = "ID")]
        before: Option<u64>,
        /// How many at most.
        #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u64).range(1..))]
        limit: u64,
    },
    /// Show everything that was kept of one line.
    Show {
        /// Its number.
        id: u64,
    },
}

impl Log {
    pub async fn run(self, session: &Session) -> Outcome {
        match self {
            Self::List {
                instance,
                filter,
                before,
                limit,
            } => {
                let filter = LogFilter {
                    instance,
                    text: filter,
                    before,
                    limit,
                };
                list(session, &filter).await
            }
            Self::Show { id } => {
                let entry = session.open().await?.log_entry(id).await?;
                session.show(&entry, || describe(&entry))?;
                if !session.is_json() {
                    reply::note_hops(session, &entry.hops);
                }
                Ok(())
            }
        }
    }
}

async fn list(session: &Session, filter: &LogFilter) -> Outcome {
    let rows = if session.home().has_vault() {
        session.open().await?.log(filter).await?
    } else {
        Vec::new()
    };
    session.show(&rows, || table(&rows).to_text())
}

fn table(rows: &[LogRow]) -> Table {
    let mut table = Table::new([
        ">ID", "AT", "KIND", "INSTANCE", "ACTION", "POINTER", "ROUTE", "STATUS", ">TOOK", ">BYTES",
    ]);
    for row in rows {
        table.row([
            row.id.to_string(),
            words::moment(row.at),
            kind(row.kind).to_owned(),
            row.instance.clone(),
            row.action.clone(),
            words::or_dash(row.pointer.as_ref()),
            words::or_dash(row.route),
            row.code.clone().unwrap_or_else(|| row.status.clone()),
            words::duration(row.elapsed_us),
            words::count(row.reply_bytes),
        ]);
    }
    table
}

fn describe(entry: &LogEntry) -> String {
    let row = &entry.row;
    let mut text = pairs([
        ("id", Some(row.id.to_string())),
        ("at", Some(words::moment(row.at))),
        ("kind", Some(kind(row.kind).to_owned())),
        ("instance", Some(row.instance.clone())),
        ("pointer", row.pointer.as_ref().map(ToString::to_string)),
        ("route", row.route.map(|route| route.to_string())),
        ("credential", row.credential.clone()),
        ("status", Some(row.status.clone())),
        ("code", row.code.clone()),
        ("took", Some(words::duration(row.elapsed_us))),
        ("failure", entry.failure.clone()),
    ]);
    text.push_str(&format!("\nquery\n{}\n", reply::json_text(&entry.query)));
    if let Some(reply) = &entry.reply {
        text.push_str(&format!("\nreply\n{}\n", reply::json_text(reply)));
    }
    for (index, wire) in entry.wire.iter().enumerate() {
        text.push_str(&inert_lines(&format!(
            "\nexchange {} · POST {} · {} · {} bytes sent, {} received\ntoken {}\n",
            index + 1,
            wire.endpoint,
            wire.status,
            words::count(wire.sizes.0),
            words::count(wire.sizes.1),
            wire.token,
        )));
    }
    text
}

fn kind(kind: LogKind) -> &'static str {
    match kind {
        LogKind::Invoke => "invoke",
        LogKind::Call => "call",
    }
}

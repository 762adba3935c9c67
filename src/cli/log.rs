//! `butterfly log …`: what was invoked and called from this home.

use super::compared;
use super::inert::inert_lines;
use super::outcome::Outcome;
use super::read_only::permit_query;
use super::reply;
use super::session::Session;
use super::table::{Table, pairs};
use super::words;
use crate::protocol::{Code, Query};
use crate::workspace::{Failure, JqLimits, LogEntry, LogFilter, LogKind, LogRow, jq};
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
        /// Show what this jq expression makes of the reply, and nothing else.
        #[arg(long, value_name = "EXPRESSION")]
        jq: Option<String>,
    },
    /// Put two lines beside each other: what differs in reply, query, timings and on the wire.
    Diff {
        /// The number of the first.
        one: u64,
        /// The number of the second.
        other: u64,
    },
    /// Make the other side of a line and put both beside each other.
    ///
    /// For a call, its query is asked of its target directly, with what this home holds for it. For an invoke,
    /// the same query is called through a federated pointer of another instance that leads there. Shows what
    /// the way through adds. If something is missing for that, it is said exactly.
    Compare {
        /// The number of the line.
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
            Self::Show { id, jq: Some(expression) } => show_jq(session, id, &expression).await,
            Self::Diff { one, other } => {
                let comparison = session.open().await?.compare_log(one, other).await?;
                session.show(&comparison, || compared::text(&comparison))
            }
            Self::Compare { id } => compare(session, id).await,
            Self::Show { id, jq: None } => {
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

async fn show_jq(session: &Session, id: u64, expression: &str) -> Outcome {
    let detail = session.open().await?.log_detail(id).await?;
    let wrong = |message: String, remedy: &str| Failure::new(Code::InvalidParameter, message, remedy);
    let reply = detail
        .reply
        .ok_or_else(|| wrong(format!("line {id} has no reply"), "take a line that has one"))?;
    let expression = expression.to_owned();
    let evaluated = tokio::task::spawn_blocking(move || jq(reply, &expression, JqLimits::default())).await;
    let answer = evaluated
        .map_err(|error| wrong(error.to_string(), "please report it"))?
        .map_err(|error| wrong(error.to_string(), "the language is jq's: https://jqlang.org/manual"))?;
    let values: Vec<serde_json::Value> = answer
        .results
        .iter()
        .map(|result| serde_json::from_str(result).unwrap_or_else(|_| result.as_str().into()))
        .collect();
    if let Some(cut) = &answer.cut {
        session.note(cut);
    }
    session.show(&values, || {
        let shown: Vec<String> = values.iter().map(reply::json_text).collect();
        shown.join("\n")
    })
}

async fn compare(session: &Session, id: u64) -> Outcome {
    if session.is_read_only() {
        let entry = session.open().await?.log_entry(id).await?;
        let query = Query::from_value(entry.query).map_err(|error| {
            Failure::new(Code::InvalidParameter, error.to_string(), "take a line with a query")
        })?;
        permit_query(session, &query)?;
    }
    let compared = session.open().await?.compare_direct(id).await?;
    session.show(&compared, || {
        let way = compared::signed(compared.added_us);
        format!(
            "#{} is direct, #{} through another instance, which adds {way}\n{}",
            compared.direct,
            compared.through,
            compared::text(&compared.comparison)
        )
    })
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

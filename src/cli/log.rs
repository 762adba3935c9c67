//! `butterfly log …`: what was invoked and called from this home.

mod export;

use super::arguments::sorting;
use super::compared;
use super::filter::{FilterArg, filter_of};
use super::inert::{inert, inert_lines};
use super::jq;
use super::outcome::{Outcome, after, usage};
use super::read_only::permit_query;
use super::reply;
use super::session::Session;
use super::table::{Table, pairs};
use super::words;
use crate::protocol::{Code, Query};
use crate::workspace::{Failure, LogColumn, LogEntry, LogFilter, LogForm, LogRow, LogWire, Rows, Sorting};
use clap::{Subcommand, ValueEnum};
use serde_json::json;
use std::io::IsTerminal;

/// List, show, repeat, mark, copy and export invokes and calls of this home.
///
/// A filter is terms that must all hold: words; @instance, action:, status:ok|error|interpreted|failed, code:,
/// route:, pointer:, cred:, kind:invoke|call|load, took:>100ms, size:>1MB, since:1h, before:10:30, marked, noted, note:;
/// !term for what must not hold, ~letters for letters in that order, saved:NAME for what `butterfly filter save` kept.
#[derive(Debug, Subcommand)]
pub enum Log {
    /// List lines, the newest first.
    List {
        /// Only of this instance.
        #[arg(long)]
        instance: Option<String>,
        /// Only what this leaves, for example 'status:failed took:>100ms since:1h !@beta'.
        #[arg(long, value_name = "FILTER", default_value = "", value_parser = filter_of(Rows::Log))]
        filter: FilterArg,
        /// Only lines older than this one.
        #[arg(long, value_name = "ID")]
        before: Option<u64>,
        /// How many at most.
        #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u64).range(1..))]
        limit: u64,
        /// By which column of all lines: time, instance, action, route, outcome, pointer, note, size or took; `:desc`
        /// for the greatest first.
        #[arg(long, value_name = "COLUMN[:desc]", value_parser = sorting::<LogColumn>)]
        sort: Option<Sorting<LogColumn>>,
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
    /// Send a line's query again, or make its call again; that is a new line.
    Replay {
        /// Its number.
        id: u64,
    },
    /// Mark lines: they are kept beyond the limits of the log, and `--filter marked` finds them.
    Mark {
        /// Their numbers.
        #[arg(required = true)]
        ids: Vec<u64>,
    },
    /// Take marks away.
    Unmark {
        /// The numbers of the lines.
        #[arg(required_unless_present = "all")]
        ids: Vec<u64>,
        /// Of all lines.
        #[arg(long, conflicts_with = "ids")]
        all: bool,
    },
    /// Put a note to a line; without a text, take it away.
    Note {
        /// Its number.
        id: u64,
        /// One line of text; it is kept sealed.
        #[arg(default_value = "")]
        text: String,
    },
    /// Print a line as something that does the same elsewhere, or its query or reply. Never with a secret.
    Copy {
        /// Its number.
        id: u64,
        /// As what.
        #[arg(long = "as", value_name = "FORM", default_value = "command")]
        form: FormArg,
    },
    Export(export::Export),
}

/// What a line can be copied as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FormArg {
    /// The command of this program that does the same.
    Command,
    /// A Python program that does the same; secrets come from its environment.
    Python,
    /// A pipeline: butterfly seals, curl posts, butterfly opens.
    Curl,
    /// The query as JSON.
    Query,
    /// The opened reply as JSON.
    Reply,
}

impl From<FormArg> for LogForm {
    fn from(argument: FormArg) -> Self {
        match argument {
            FormArg::Command => Self::Command,
            FormArg::Python => Self::Python,
            FormArg::Curl => Self::Curl,
            FormArg::Query => Self::Query,
            FormArg::Reply => Self::Reply,
        }
    }
}

impl Log {
    pub async fn run(self, session: &Session) -> Outcome {
        match self {
            Self::List {
                instance,
                filter,
                before,
                limit,
                sort,
            } => {
                let filter = LogFilter {
                    instance,
                    filter: filter.text(session).await?,
                    before,
                    limit,
                    sorting: sort,
                };
                list(session, &filter).await
            }
            Self::Show {
                id,
                jq: Some(expression),
            } => show_jq(session, id, &expression).await,
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
            Self::Replay { id } => replay(session, id).await,
            Self::Mark { ids } => {
                session.permit("marking lines of the log")?;
                let workspace = session.open().await?;
                note_missing(session, workspace.missing_lines(ids.clone()).await?);
                let changed = workspace.mark_log(ids, true).await?;
                session.show(&json!({"marked": changed}), || {
                    format!("{} marked", lines(changed))
                })
            }
            Self::Unmark { ids, all } => {
                session.permit("taking marks away")?;
                let workspace = session.open().await?;
                let changed = if all {
                    workspace.unmark_log().await?
                } else {
                    note_missing(session, workspace.missing_lines(ids.clone()).await?);
                    workspace.mark_log(ids, false).await?
                };
                session.show(&json!({"unmarked": changed}), || {
                    format!("{} unmarked", lines(changed))
                })
            }
            Self::Note { id, text } => {
                session.permit("putting a note to a line of the log")?;
                if text.contains('\n') {
                    return Err(usage("a note is one line of text", "leave the line breaks out"));
                }
                session.open().await?.note_log(id, &text).await?;
                let note = (!text.trim().is_empty()).then(|| text.trim().to_owned());
                session.show(&json!({"id": id, "note": note}), || match &note {
                    Some(_) => format!("line {id} has a note now"),
                    None => format!("line {id} has no note now"),
                })
            }
            Self::Copy { id, form } => {
                let form = LogForm::from(form);
                let text = session.open().await?.log_as(id, form).await?;
                session.show(&json!({"id": id, "as": form.as_str(), "text": text}), || {
                    // A program that takes it gets it to the letter.
                    if std::io::stdout().is_terminal() {
                        inert_lines(&text)
                    } else {
                        text.clone()
                    }
                })
            }
            Self::Export(export) => export.run(session).await,
        }
    }
}

/// Says which lines were asked for and are not there; the others were meant all the same.
fn note_missing(session: &Session, missing: Vec<u64>) {
    for id in missing {
        session.note(&format!("there is no line {id} in the invoke log"));
    }
}

fn lines(number: u64) -> String {
    match number {
        1 => "one line".to_owned(),
        many => format!("{} lines", words::count(many)),
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
    let reply = detail.reply.ok_or_else(|| {
        Failure::new(
            Code::InvalidParameter,
            format!("line {id} has no reply"),
            "take a line that has one",
        )
    })?;
    jq::show(session, reply, expression).await
}

async fn compare(session: &Session, id: u64) -> Outcome {
    if session.is_read_only() {
        let entry = session.open().await?.log_entry(id).await?;
        let query = Query::from_value(entry.query).map_err(|error| {
            Failure::new(
                Code::InvalidParameter,
                error.to_string(),
                "take a line with a query",
            )
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

async fn replay(session: &Session, id: u64) -> Outcome {
    let entry = session.open().await?.log_entry(id).await?;
    match Query::from_value(entry.query) {
        Ok(query) => permit_query(session, &query)?,
        // Then the pointer is asked as it is now, whatever that may be.
        Err(_) => session.permit("a call whose query is not known")?,
    }
    let instance = entry.row.instance;
    let workspace = session.open_for(&instance).await?;
    let replayed = workspace.replay_log(id).await?;
    let shown = session.show(&replayed.reply.to_value(), || reply::text(&replayed.reply));
    if !session.is_json() {
        let (status, took) = (replayed.reply.status(), words::duration(replayed.elapsed_us));
        session.note(&format!(
            "{status} in {took} · {}",
            words::log_place(&replayed.log_id)
        ));
    }
    let ended = reply::outcome(session, &replayed.reply, &replayed.answered_by);
    after(shown, ended)
}

fn table(rows: &[LogRow]) -> Table {
    let mut table = Table::new([
        ">ID", "AT", "KIND", "INSTANCE", "ACTION", "POINTER", "ROUTE", "STATUS", ">TOOK", ">BYTES", "",
        "NOTE",
    ]);
    for row in rows {
        table.row([
            row.id.to_string(),
            words::moment(row.at),
            row.kind.as_str().to_owned(),
            row.instance.clone(),
            row.action.clone(),
            words::or_dash(row.pointer.as_ref()),
            words::or_dash(row.route),
            row.code.clone().unwrap_or_else(|| row.status.clone()),
            words::duration(row.elapsed_us),
            words::count(row.reply_bytes),
            if row.marked {
                "marked".to_owned()
            } else {
                String::new()
            },
            row.note.as_deref().map(inert).unwrap_or_default().into_owned(),
        ]);
    }
    table
}

fn describe(entry: &LogEntry) -> String {
    let row = &entry.row;
    let mut text = pairs([
        ("id", Some(row.id.to_string())),
        ("at", Some(words::moment(row.at))),
        ("kind", Some(row.kind.as_str().to_owned())),
        ("instance", Some(row.instance.clone())),
        ("pointer", row.pointer.as_ref().map(ToString::to_string)),
        ("route", row.route.map(|route| route.to_string())),
        ("credential", row.credential.clone()),
        ("status", Some(row.status.clone())),
        ("code", row.code.clone()),
        ("took", Some(words::duration(row.elapsed_us))),
        ("failure", entry.failure.clone()),
        ("marked", row.marked.then(|| "yes".to_owned())),
        ("note", row.note.clone()),
    ]);
    text.push_str(&format!("\nquery\n{}\n", reply::json_text(&entry.query)));
    if let Some(reply) = &entry.reply {
        text.push_str(&format!("\nreply\n{}\n", reply::json_text(reply)));
    }
    for (index, wire) in entry.wire.iter().enumerate() {
        let (sent, received) = (words::count(wire.sizes.0), words::count(wire.sizes.1));
        let answered = match wire.status {
            0 => format!("no response · {sent} bytes sealed"),
            status => format!("{status} · {sent} bytes sent, {received} received"),
        };
        text.push_str(&inert_lines(&format!(
            "\nexchange {} · POST {} · {answered}\ntoken {}\n",
            index + 1,
            wire.endpoint,
            wire.token,
        )));
        if is_json(wire) {
            text.push_str(&inert_lines(&format!("answered {}\n", wire.response_body)));
        }
    }
    text
}

/// Whether it was answered in the clear, with a problem document or the like.
fn is_json(wire: &LogWire) -> bool {
    wire.response_body.trim_start().starts_with('{')
}

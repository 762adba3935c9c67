//! `butterfly audit …`: what is on record on an instance, and whether the record is whole.

use super::ask;
use super::filter::{FilterArg, filter_of};
use super::outcome::{Outcome, Stop, after, write_json};
use super::session::Session;
use super::table::{Table, pairs};
use super::words;
use crate::protocol::Code;
use crate::store::AuditRecord;
use crate::workspace::{AuditReport, Failure, HeadCheck, Rows};
use clap::Subcommand;
use serde_json::json;
use std::io::IsTerminal;

/// Read, verify and clear the audit trail of an instance that we own.
///
/// A filter is terms that must all hold: words; who:, action:, about:, outcome:intent|done|denied|failed, why:, key:,
/// token:, since:1h, before:10:30; !term for what must not hold, ~letters for letters in that order, saved:NAME for
/// what `butterfly filter save` kept.
#[derive(Debug, Subcommand)]
pub enum Audit {
    /// List the newest records first.
    List {
        /// The instance.
        instance: String,
        /// Only what this leaves, for example 'who:museum !outcome:done since:1h'.
        #[arg(long, value_name = "FILTER", default_value = "", value_parser = filter_of(Rows::Audit))]
        filter: FilterArg,
        /// How many at most.
        #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
        limit: u32,
        /// Only records older than this one.
        #[arg(long, value_name = "NUMBER")]
        before: Option<u64>,
    },
    /// Walk the whole trail, and compare its end with what this console and the peers have kept.
    ///
    /// Ends with 1 and names the first bad record if something was changed, moved, put in or taken out.
    Verify {
        /// The instance.
        instance: String,
    },
    /// Remove every record; the clearing itself and where the trail ended stay on record.
    Clear {
        /// The instance.
        instance: String,
        /// Do not ask; where nobody can be asked, it is not done without this.
        #[arg(long)]
        yes: bool,
    },
}

impl Audit {
    pub async fn run(self, session: &Session) -> Outcome {
        match self {
            Self::List {
                instance,
                filter,
                limit,
                before,
            } => {
                let workspace = session.open_for(&instance).await?;
                let records = workspace
                    .audit(&instance, &filter.read(session).await?, before, limit)
                    .await?;
                session.show(&records, || table(&records).to_text())
            }
            Self::Verify { instance } => verify(session, &instance).await,
            Self::Clear { instance, yes } => clear(session, &instance, yes).await,
        }
    }
}

async fn verify(session: &Session, instance: &str) -> Outcome {
    let workspace = session.open_for(instance).await?;
    let report = workspace.verify_audit(instance).await?;
    let Some(finding) = &report.finding else {
        return session.show(&report, || describe(&report));
    };
    let failure = Failure::new(
        Code::AuditBroken,
        finding,
        "keep a copy of the instance's audit.db, and ask who could write to that file",
    )
    .on(instance);
    let shown = if session.is_json() {
        let mut value = json!(report);
        value["error"] = failure.to_value()["error"].take();
        write_json(&value, std::io::stdout().is_terminal())
    } else {
        session.show(&report, || describe(&report))
    };
    session.tell(&failure);
    after(shown, Err(Stop::Told(failure.exit_class())))
}

async fn clear(session: &Session, instance: &str, yes: bool) -> Outcome {
    session.permit("clearing an audit trail")?;
    let workspace = session.open_for(instance).await?;
    let what = format!("This removes every record of the audit trail of {instance}.");
    ask::insist(&what, yes)?;
    let old = workspace.clear_audit(instance).await?;
    session.show(&json!({ "cleared": old }), || {
        format!(
            "Cleared. The old trail ended with record {} {}.",
            old.sequence, old.hash
        )
    })
}

fn table(records: &[AuditRecord]) -> Table {
    let mut table = Table::new([">NO", "AT", "WHO", "ACTION", "SUBJECT", "OUTCOME", "REASON"]);
    for record in records {
        table.row([
            record.sequence.to_string(),
            words::moment(record.at),
            words::or_dash(record.app_id.as_ref()),
            dash_if_empty(&record.action),
            words::or_dash(record.subject.as_ref()),
            record.outcome.as_str().to_owned(),
            words::or_dash(record.reason.as_ref()),
        ]);
    }
    table
}

fn describe(report: &AuditReport) -> String {
    let mut text = pairs([
        ("valid", Some(yes_or_no(report.valid).to_owned())),
        ("records", Some(words::count(report.records))),
        (
            "last good",
            Some(format!("{} {}", report.head.sequence, report.head.hash)),
        ),
        ("first bad", report.first_bad.map(|number| number.to_string())),
    ]);
    if let Some(line) = &report.line {
        text.push_str(&format!(
            "\nas it is now\n{}",
            table(std::slice::from_ref(line)).to_text()
        ));
    }
    if !report.kept.is_empty() {
        text.push_str(&format!("\nkept elsewhere\n{}", kept(&report.kept).to_text()));
    }
    text
}

fn kept(heads: &[HeadCheck]) -> Table {
    let mut table = Table::new(["KEPT BY", ">RECORD", "SEEN", "STILL THERE"]);
    for head in heads {
        let holds = match head.holds {
            Some(holds) => yes_or_no(holds),
            None => "cleared since",
        };
        table.row([
            head.kept_by.clone(),
            head.head.sequence.to_string(),
            words::moment(head.seen_at),
            holds.to_owned(),
        ]);
    }
    table
}

fn dash_if_empty(text: &str) -> String {
    if text.is_empty() { "-" } else { text }.to_owned()
}

fn yes_or_no(is_so: bool) -> &'static str {
    if is_so { "yes" } else { "no" }
}

//! `butterfly pointer delete`, `tag` and `assign`: the same done to one pointer, to several, or to all that a
//! filter leaves.

use super::super::ask;
use super::super::filter::{FilterArg, filter_of};
use super::super::outcome::{Outcome, Stop, after, usage};
use super::super::progress::{style, visible};
use super::super::session::Session;
use super::super::signal::until_signal;
use super::super::words;
use super::describe::show_pointer;
use super::list::{for_one, instance_name};
use crate::model::{ConnectionId, PointerAddress};
use crate::protocol::ExitClass;
use crate::store::PointerQuery;
use crate::workspace::{
    BulkAction, BulkProgress, BulkReport, BulkTarget, Rows, StopSign, TagChange, Workspace, normal_tag,
};
use clap::Args;
use indicatif::ProgressBar;
use serde_json::{Value, json};

/// Pointers that one command does something to, at most.
const MOST: usize = 1_000_000;

/// Remove pointers.
#[derive(Debug, Args)]
pub struct Delete {
    /// The instance.
    instance: String,
    /// The pointers.
    #[arg(value_name = "POINTER", required_unless_present = "filter")]
    pointers: Vec<PointerAddress>,
    /// All that this leaves, as in `pointer list`.
    #[arg(long, value_name = "EXPR", value_parser = filter_of(Rows::Pointers), conflicts_with = "pointers")]
    filter: Option<FilterArg>,
    /// Do not ask. Needed for more than one where nobody can be asked.
    #[arg(short, long)]
    yes: bool,
}

/// Put tags on pointers and take others off; what is not named stays.
#[derive(Debug, Args)]
pub struct Tag {
    /// The instance.
    instance: String,
    /// The pointers.
    #[arg(value_name = "POINTER", required_unless_present = "filter")]
    pointers: Vec<PointerAddress>,
    /// A tag to put on; repeatable, or several with commas.
    #[arg(long, value_name = "TAG", value_delimiter = ',')]
    add: Vec<String>,
    /// A tag to take off; repeatable, or several with commas.
    #[arg(long, value_name = "TAG", value_delimiter = ',')]
    remove: Vec<String>,
    /// All that this leaves, as in `pointer list`.
    #[arg(long, value_name = "EXPR", value_parser = filter_of(Rows::Pointers), conflicts_with = "pointers")]
    filter: Option<FilterArg>,
    /// With --filter: do not ask. Needed there where nobody can be asked.
    #[arg(short, long)]
    yes: bool,
}

/// Assign pointers to a connection, or to none.
#[derive(Debug, Args)]
pub struct Assign {
    /// The instance.
    instance: String,
    /// The pointers, and last the connection.
    #[arg(value_name = "POINTER… CONNECTION", value_parser = named, required_unless_present = "filter")]
    what: Vec<Named>,
    /// Take them out of the connections that they are in; no connection is named then.
    #[arg(long)]
    none: bool,
    /// All that this leaves, as in `pointer list`, instead of named ones.
    #[arg(long, value_name = "EXPR", value_parser = filter_of(Rows::Pointers))]
    filter: Option<FilterArg>,
    /// With --filter: do not ask. Needed there where nobody can be asked.
    #[arg(short, long)]
    yes: bool,
}

/// Something that is named by its address or id.
#[derive(Debug, Clone)]
enum Named {
    Pointer(PointerAddress),
    Connection(ConnectionId),
}

fn named(text: &str) -> Result<Named, String> {
    if text.starts_with("conn_") {
        return ConnectionId::parse(text)
            .map(Named::Connection)
            .map_err(|error| error.to_string());
    }
    PointerAddress::parse(text)
        .map(Named::Pointer)
        .map_err(|error| error.to_string())
}

impl Delete {
    pub async fn run(self, session: &Session) -> Outcome {
        session.permit("removing pointers")?;
        let workspace = session.open_for(&self.instance).await?;
        if let [only] = self.pointers.as_slice() {
            return delete_one(session, workspace, &self.instance, only, self.yes).await;
        }
        let targets = targets(session, workspace, &self.instance, self.pointers, self.filter).await?;
        if !targets.is_empty() {
            let text = format!("This removes {} from {}.", many(&targets), self.instance);
            ask::insist(&text, self.yes)?;
        }
        run_all(session, workspace, BulkAction::Delete, &targets).await
    }
}

async fn delete_one(
    session: &Session,
    workspace: &Workspace,
    instance: &str,
    address: &PointerAddress,
    yes: bool,
) -> Outcome {
    let text = format!("This removes the pointer {address} from {instance}.");
    ask::confirm(&text, yes)?;
    workspace.delete_pointer(instance, address).await?;
    session.show(&json!({"deleted": address}), || {
        format!("{address} is removed from {instance}.")
    })
}

impl Tag {
    pub async fn run(self, session: &Session) -> Outcome {
        session.permit("changing pointers")?;
        let change = TagChange {
            add: normal(&self.add),
            remove: normal(&self.remove),
        };
        if change == TagChange::default() {
            return Err(usage("nothing was given to change", "give --add or --remove"));
        }
        let workspace = session.open_for(&self.instance).await?;
        if let [only] = self.pointers.as_slice() {
            let pointer = workspace.tag_pointer(&self.instance, only, &change).await?;
            return show_pointer(session, &pointer);
        }
        let is_filtered = self.filter.is_some();
        let targets = targets(session, workspace, &self.instance, self.pointers, self.filter).await?;
        if is_filtered && !targets.is_empty() {
            let text = format!(
                "This changes the tags of {} on {}.",
                many(&targets),
                self.instance
            );
            ask::insist(&text, self.yes)?;
        }
        run_all(session, workspace, BulkAction::Tags(change), &targets).await
    }
}

fn normal(tags: &[String]) -> Vec<String> {
    tags.iter()
        .map(|tag| normal_tag(tag))
        .filter(|tag| !tag.is_empty())
        .collect()
}

impl Assign {
    pub async fn run(self, session: &Session) -> Outcome {
        session.permit("assigning pointers")?;
        let (pointers, connection) = self.sorted()?;
        let workspace = session.open_for(&self.instance).await?;
        if let [only] = pointers.as_slice() {
            let pointer = workspace
                .assign_pointer(&self.instance, only, connection.as_ref())
                .await?;
            return show_pointer(session, &pointer);
        }
        let is_filtered = self.filter.is_some();
        let targets = targets(session, workspace, &self.instance, pointers, self.filter).await?;
        if is_filtered && !targets.is_empty() {
            let to = connection.as_ref().map_or("no connection", ConnectionId::as_str);
            let text = format!("This assigns {} on {} to {to}.", many(&targets), self.instance);
            ask::insist(&text, self.yes)?;
        }
        run_all(session, workspace, BulkAction::Assign(connection), &targets).await
    }

    /// The pointers, and the connection.
    fn sorted(&self) -> Outcome<(Vec<PointerAddress>, Option<ConnectionId>)> {
        let mut pointers = Vec::new();
        let mut connections = Vec::new();
        for named in &self.what {
            match named {
                Named::Pointer(address) => pointers.push(address.clone()),
                Named::Connection(id) => connections.push(id.clone()),
            }
        }
        if pointers.is_empty() != self.filter.is_some() {
            return Err(usage(
                "it is not clear which pointers are meant",
                "name their addresses before the connection, or give --filter",
            ));
        }
        match (connections.as_slice(), self.none) {
            ([], true) => Ok((pointers, None)),
            ([one], false) => Ok((pointers, Some(one.clone()))),
            _ => Err(usage(
                "it is not clear which connection is meant",
                "name one after the pointers, or give --none",
            )),
        }
    }
}

/// The named pointers, each once, or all that a filter leaves.
async fn targets(
    session: &Session,
    workspace: &Workspace,
    instance: &str,
    pointers: Vec<PointerAddress>,
    filter: Option<FilterArg>,
) -> Outcome<Vec<BulkTarget>> {
    let Some(filter) = filter else {
        let instance = instance_name(instance)?;
        let mut targets: Vec<BulkTarget> = Vec::new();
        for address in pointers {
            let target = BulkTarget {
                instance: instance.clone(),
                address,
            };
            if !targets.contains(&target) {
                targets.push(target);
            }
        }
        return Ok(targets);
    };
    let query = PointerQuery {
        filter: for_one(filter.read(session).await?, instance)?,
        ..PointerQuery::default()
    };
    let (targets, is_all) = workspace.matching(instance, &query, MOST).await?;
    match is_all {
        true => Ok(targets),
        false => Err(usage(
            format!("more than {} pointers match", words::count(MOST as u64)),
            "narrow the filter, and do it in parts",
        )),
    }
}

fn many(targets: &[BulkTarget]) -> String {
    match targets {
        [only] => format!("one pointer, {},", only.address),
        targets => words::pointers(targets.len() as u64),
    }
}

async fn run_all(
    session: &Session,
    workspace: &Workspace,
    action: BulkAction,
    targets: &[BulkTarget],
) -> Outcome {
    let bar = visible(ProgressBar::new(targets.len() as u64)).with_style(style(
        "{bar:32} {human_pos} of {human_len} · {msg} · {per_sec} · {eta} left",
    ));
    let stop = StopSign::default();
    let progress = |now: BulkProgress| {
        bar.set_position(now.done as u64);
        if now.failed > 0 {
            bar.set_message(format!("{} failed", words::count(now.failed as u64)));
        }
    };
    let doing = workspace.bulk(action, targets, &stop, &progress);
    let report = until_signal(&stop, doing).await;
    bar.finish_and_clear();
    told(session, &report?)
}

/// Tells what came of it: which are done, and of the others each with what went wrong. Fails if one did.
fn told(session: &Session, report: &BulkReport) -> Outcome {
    let word = report.action.done();
    for (target, failure) in &report.failed {
        let mut failure = failure.clone();
        failure.message = format!("{}: {}", target.address, failure.message);
        session.tell(&failure);
    }
    let shown = session.show(&to_value(report), || {
        let done = words::pointers(report.done.len() as u64);
        let not = match report.failed.len() {
            0 => String::new(),
            failed => format!(", {} not", words::count(failed as u64)),
        };
        let left = match report.left {
            0 => String::new(),
            left => format!("; stopped, {} were not touched", words::count(left as u64)),
        };
        format!("{done} {word}{not}{left}.")
    });
    let ended = match report.failed.first() {
        Some((_, failure)) => Err(Stop::Told(failure.exit_class())),
        None if report.left > 0 => Err(Stop::Told(ExitClass::Failed)),
        None => Ok(()),
    };
    after(shown, ended)
}

fn to_value(report: &BulkReport) -> Value {
    let done: Vec<&PointerAddress> = report.done.iter().map(|target| &target.address).collect();
    let failed: Vec<Value> = report
        .failed
        .iter()
        .map(|(target, failure)| {
            let error = failure.to_value()["error"].take();
            json!({"address": target.address, "error": error})
        })
        .collect();
    let word = match report.action {
        BulkAction::Assign(_) => "assigned",
        _ => report.action.done(),
    };
    json!({word: done, "failed": failed, "left": report.left})
}

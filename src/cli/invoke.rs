//! `butterfly invoke`: any query to any instance.

use super::arguments;
use super::ask;
use super::dry_run;
use super::jq;
use super::outcome::{Outcome, after, usage};
use super::read_only::permit_query;
use super::reply;
use super::session::Session;
use super::words;
use crate::model::AppId;
use crate::protocol::{Code, Query, Reply};
use crate::workspace::{Answers, Failure, InvokeOptions, Outgoing, Way, blanks_of};
use std::collections::btree_map::Entry;

/// Ask an instance anything; the reply is printed as it was opened.
#[derive(Debug, clap::Args)]
pub struct Invoke {
    /// The instance.
    instance: String,
    /// The query as JSON; - for stdin, @FILE for a file.
    #[arg(required_unless_present = "template")]
    query: Option<String>,
    /// Take the query that is kept under this name, and fill in its blanks (see `butterfly template --help`).
    #[arg(long, value_name = "NAME", conflicts_with = "query")]
    template: Option<String>,
    /// What goes into the blank {{NAME}} of the query; once for each. What is not said is asked for.
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = arguments::answer)]
    answers: Vec<(String, String)>,
    /// Call under this app_id instead of the usual one.
    #[arg(long = "as", value_name = "APP_ID")]
    as_app_id: Option<AppId>,
    /// Ask every hop for its phases; of a call that failed, those until then and where it ended.
    #[arg(long)]
    trace: bool,
    /// Seconds to wait; 30 unless told.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    timeout: Option<u64>,
    /// Have this instance of ours ask it, by relay through its federated connection (it is asked which that is).
    #[arg(long, value_name = "INSTANCE", conflicts_with = "as_app_id")]
    via: Option<String>,
    /// Print what this jq expression makes of the reply, instead of the reply; with --json as one array.
    #[arg(long, value_name = "EXPRESSION", conflicts_with = "dry_run")]
    jq: Option<String>,
    /// Show exactly what would be sent, layer by layer, and do not send it.
    #[arg(long)]
    dry_run: bool,
}

impl Invoke {
    pub async fn run(self, session: &Session) -> Outcome {
        let query = self.query(session).await?;
        if self.dry_run || self.via.is_some() {
            return self.go(session, query).await;
        }
        permit_query(session, &query)?;
        let options = InvokeOptions {
            as_app_id: self.as_app_id,
            trace: self.trace,
            timeout_seconds: self.timeout,
        };
        let workspace = session.open_for(&self.instance).await?;
        let invoked = workspace.invoke(&self.instance, &query, options).await;
        let invoked = invoked.map_err(|failure| reply::unanswered(session, failure))?;
        let shown = show(session, &invoked.reply, self.jq.as_deref()).await;
        if !session.is_json() {
            let (status, took) = (invoked.reply.status(), words::duration(invoked.elapsed_us));
            session.note(&format!(
                "{status} in {took} · {}",
                words::log_place(&invoked.log_id)
            ));
            if self.trace {
                reply::note_hops(session, &invoked.hops);
            }
        }
        let ended = reply::outcome(session, &invoked.reply, &invoked.answered_by);
        after(shown, ended)
    }

    /// The query as it will be sent: the kept one, or one with `--set`, with its blanks filled in.
    async fn query(&self, session: &Session) -> Outcome<Query> {
        let query = match (&self.template, &self.query) {
            (Some(name), _) => {
                let kept = session.open_for(&self.instance).await?.template(name).await?;
                arguments::parsed_query(kept.text.as_bytes())?
            }
            (None, Some(text)) => arguments::query(text)?,
            (None, None) => return Err(usage("there is no query", "give one, or --template NAME")),
        };
        if self.template.is_none() && self.answers.is_empty() {
            return Ok(query);
        }
        let mut answers: Answers = self.answers.iter().cloned().collect();
        if ask::is_possible() {
            for blank in blanks_of(&query.to_value()) {
                if let Entry::Vacant(place) = answers.entry(blank.name) {
                    let answer = ask::line(&format!("{}: ", place.key()))?;
                    place.insert(answer);
                }
            }
        }
        let asked_first = self.via.as_deref().unwrap_or(&self.instance);
        let workspace = session.open_for(&self.instance).await?;
        Ok(workspace
            .fill_in(&arguments::instance_name(asked_first)?, &query, &answers)
            .await?)
    }

    /// Sends it another way than straight, or only looks at it.
    async fn go(self, session: &Session, query: Query) -> Outcome {
        let workspace = session.open_for(&self.instance).await?;
        let name = arguments::instance_name(&self.instance)?;
        let way = match &self.via {
            None => Way::Direct,
            Some(via) => {
                let ways = workspace.ways_to(&self.instance).await?;
                let is_wanted =
                    |way: &Way| matches!(way, Way::Relay { through, .. } if through.as_str() == via);
                ways.into_iter()
                    .find(is_wanted)
                    .ok_or_else(|| no_way(via, &self.instance))?
            }
        };
        let outgoing = Outgoing {
            instance: name,
            query,
            answers: None,
            as_app_id: self.as_app_id,
            way,
            trace: self.trace,
            timeout_seconds: self.timeout,
        };
        if self.dry_run {
            return dry_run::show(session, &workspace.dry_run(&outgoing).await?);
        }
        permit_query(session, &outgoing.query)?;
        let sent = workspace.send(&outgoing).await;
        let sent = sent.map_err(|failure| reply::unanswered(session, failure))?;
        let shown = show(session, &sent.reply, self.jq.as_deref()).await;
        if !session.is_json() {
            let (status, took) = (sent.reply.status(), words::duration(sent.elapsed_us));
            session.note(&format!(
                "{status} in {took} · {}",
                words::log_place(&sent.log_id)
            ));
            if outgoing.trace {
                reply::note_hops(session, &sent.hops);
            }
        }
        let ended = reply::outcome(session, &sent.reply, &sent.answered_by);
        after(shown, ended)
    }
}

/// Prints the reply, or what an expression makes of it.
async fn show(session: &Session, reply: &Reply, expression: Option<&str>) -> Outcome {
    reply::note_rounded(session, reply);
    let Some(expression) = expression else {
        return session.show(&reply.to_value(), || reply::text(reply));
    };
    let text = String::from_utf8(reply.to_bytes()).unwrap_or_default();
    jq::show(session, text.into(), expression).await
}

fn no_way(via: &str, instance: &str) -> Failure {
    Failure::new(
        Code::NoHeldCredential,
        format!("{via} is not hosted now, or has no federated connection that leads to {instance}"),
        format!("host it with `butterfly serve {via}`; see what it holds with `butterfly credential list`"),
    )
    .on(via)
}

//! `butterfly call`: the federated call that a pointer stands for.

use super::arguments::{RouteArg, instance_name};
use super::dry_run;
use super::outcome::{Outcome, after, usage};
use super::read_only::permit_query;
use super::reply;
use super::session::Session;
use super::words;
use crate::model::PointerAddress;
use crate::protocol::Query;
use crate::workspace::{CallOptions, Outgoing, Way};
use serde_json::json;

/// Make the federated call that a pointer stands for; the reply is the peer's, on every route.
#[derive(Debug, clap::Args)]
pub struct Call {
    /// The instance that has the pointer.
    instance: String,
    /// The pointer.
    pointer: PointerAddress,
    /// How to travel; the pointer's own route unless told.
    #[arg(long)]
    route: Option<RouteArg>,
    /// Ask every hop for its phases; of a call that failed, those until then and where it ended.
    #[arg(long)]
    trace: bool,
    /// Seconds to wait; 30 unless told.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    timeout: Option<u64>,
    /// Show exactly what would be sent, layer by layer. Only the pointer itself is looked up; no call is made.
    #[arg(long)]
    dry_run: bool,
}

impl Call {
    pub async fn run(self, session: &Session) -> Outcome {
        if self.dry_run {
            return self.look(session).await;
        }
        if session.is_read_only() {
            self.permit(session).await?;
        }
        let options = CallOptions {
            route: self.route.map(Into::into),
            trace: self.trace,
            timeout_seconds: self.timeout,
            query: None,
        };
        let workspace = session.open_for(&self.instance).await?;
        let called = workspace.call(&self.instance, &self.pointer, options).await;
        let called = called.map_err(|failure| reply::unanswered(session, failure))?;
        let mut value = json!({
            "reply": called.reply.to_value(),
            "instance": called.answered_by,
            "route": called.route,
            "elapsed_us": called.elapsed_us,
        });
        if self.trace {
            value["hops"] = json!(called.hops);
        }
        let shown = session.show(&value, || reply::text(&called.reply));
        reply::note_rounded(session, &called.reply);
        if !session.is_json() {
            let (status, took) = (called.reply.status(), words::duration(called.elapsed_us));
            session.note(&format!(
                "{status} on route {} in {took} · {}",
                called.route,
                words::log_place(&called.log_id)
            ));
            if self.trace {
                reply::note_hops(session, &called.hops);
            }
        }
        let ended = reply::outcome(session, &called.reply, &called.answered_by);
        after(shown, ended)
    }

    /// What the call would send, as the pointer is now.
    async fn look(&self, session: &Session) -> Outcome {
        let workspace = session.open_for(&self.instance).await?;
        let pointer = workspace.pointer(&self.instance, &self.pointer).await?.pointer;
        let asked = pointer.federated.as_ref().and_then(|federated| {
            let query = Query::from_value(federated.query.clone()).ok()?;
            Some((self.route.map_or(federated.route, Into::into), query))
        });
        let Some((route, query)) = asked else {
            return Err(usage(
                format!(
                    "{} leads to no other instance, or does not say what is asked there",
                    self.pointer
                ),
                "look at it with `butterfly pointer show`",
            ));
        };
        let name = instance_name(&self.instance)?;
        let outgoing = Outgoing {
            answers: None,
            instance: name.clone(),
            query,
            as_app_id: None,
            way: Way::Pointer {
                through: name,
                pointer: Box::new(pointer),
                route,
            },
            trace: self.trace,
            timeout_seconds: self.timeout,
        };
        dry_run::show(session, &workspace.dry_run(&outgoing).await?)
    }

    /// In read-only mode only calls whose query reads are made: the pointer says what it asks.
    async fn permit(&self, session: &Session) -> Outcome {
        let workspace = session.open_for(&self.instance).await?;
        let detail = workspace.pointer(&self.instance, &self.pointer).await?;
        let query = detail
            .pointer
            .federated
            .and_then(|federated| Query::from_value(federated.query).ok());
        match query {
            Some(query) => permit_query(session, &query)?,
            None => session.permit("a call whose query is not known")?,
        }
        Ok(())
    }
}

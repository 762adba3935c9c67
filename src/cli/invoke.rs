//! `butterfly invoke`: any query to any instance.

use super::arguments;
use super::outcome::Outcome;
use super::read_only::permit_query;
use super::reply;
use super::session::Session;
use super::words;
use crate::model::AppId;
use crate::workspace::InvokeOptions;

/// Ask an instance anything; the reply is printed as it was opened.
#[derive(Debug, clap::Args)]
pub struct Invoke {
    /// The instance.
    instance: String,
    /// The query as JSON; - for stdin, @FILE for a file.
    query: String,
    /// Call under this app_id instead of the usual one.
    #[arg(long = "as", value_name = "APP_ID")]
    as_app_id: Option<AppId>,
    /// Ask every hop for its phases.
    #[arg(long)]
    trace: bool,
    /// Seconds to wait; 30 unless told.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    timeout: Option<u64>,
}

impl Invoke {
    pub async fn run(self, session: &Session) -> Outcome {
        let query = arguments::query(&self.query)?;
        permit_query(session, &query)?;
        let options = InvokeOptions {
            as_app_id: self.as_app_id,
            trace: self.trace,
            timeout_seconds: self.timeout,
        };
        let workspace = session.open_for(&self.instance).await?;
        let invoked = workspace.invoke(&self.instance, &query, options).await?;
        session.show(&invoked.reply.to_value(), || reply::text(&invoked.reply))?;
        if !session.is_json() {
            let (status, took) = (invoked.reply.status(), words::duration(invoked.elapsed_us));
            session.note(&format!("{status} in {took} · log {}", invoked.log_id));
            if self.trace {
                reply::note_hops(session, &invoked.hops);
            }
        }
        reply::outcome(&invoked.reply, &self.instance)
    }
}

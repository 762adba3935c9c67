//! `butterfly federate`: a pointer that leads to another instance.

use super::arguments::{self, RouteArg};
use super::outcome::{Outcome, usage};
use super::pointer::show_pointer;
use super::session::Session;
use crate::model::InstanceName;
use crate::workspace::FederateRequest;

/// Make a pointer that leads to another instance.
#[derive(Debug, clap::Args)]
pub struct Federate {
    /// The instance that gets the pointer.
    instance: String,
    /// The peer: an instance of this home, or a held credential, by name.
    #[arg(long, value_name = "REMOTE")]
    via: String,
    /// What the peer is asked, as JSON; - for stdin, @FILE for a file.
    #[arg(long)]
    query: String,
    /// How calls travel.
    #[arg(long)]
    route: RouteArg,
    /// What the pointer is, in words; made up from the query unless given.
    #[arg(long)]
    description: Option<String>,
    /// A label; repeatable, or several with commas.
    #[arg(long, alias = "tags", value_delimiter = ',', value_name = "TAG")]
    tag: Vec<String>,
}

impl Federate {
    pub async fn run(self, session: &Session) -> Outcome {
        session.permit("making a pointer")?;
        let query = arguments::query(&self.query)?;
        let workspace = session.open_for(&self.instance).await?;
        let instance = InstanceName::parse(&self.instance)
            .map_err(|error| usage(error.to_string(), "see `butterfly instance list`"))?;
        let pointer = workspace
            .federate(FederateRequest {
                instance,
                via: self.via,
                query,
                route: self.route.into(),
                description: self.description,
                tags: self.tag,
            })
            .await?;
        show_pointer(session, &pointer)?;
        if !session.is_json() {
            session.note(&format!(
                "Try it: {}",
                session.command(&format!("call {} {} --trace", self.instance, pointer.address))
            ));
        }
        Ok(())
    }
}

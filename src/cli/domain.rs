//! `butterfly domain …`: what owns connections, the keys that open it, and the federations with other domains.

mod access_key;
mod federation;

use super::ask as asking;
use super::outcome::Outcome;
use super::session::Session;
use super::table::Table;
use crate::model::{AppId, DomainId};
use crate::workspace::{DomainChange, Failure};
use clap::Subcommand;
use serde_json::Value;

/// List, make, change and remove domains, their access keys and federations.
#[derive(Debug, Subcommand)]
pub enum Domain {
    /// List the domains of an instance.
    List {
        /// The instance.
        instance: String,
    },
    /// Make a domain; we own it.
    Create {
        /// The instance.
        instance: String,
        /// Its name.
        name: String,
    },
    /// Show a domain with its connections and access keys.
    Show {
        /// The instance.
        instance: String,
        /// The domain.
        domain: DomainId,
    },
    /// Give a domain another name.
    Rename {
        /// The instance.
        instance: String,
        /// The domain.
        domain: DomainId,
        /// Its new name.
        name: String,
        /// Only if it is still called so.
        #[arg(long, value_name = "NAME")]
        if_still: Option<String>,
    },
    /// Remove a domain that nothing needs any more.
    Remove {
        /// The instance.
        instance: String,
        /// The domain.
        domain: DomainId,
        /// Do not ask first.
        #[arg(short, long)]
        yes: bool,
    },
    #[command(subcommand)]
    AccessKey(access_key::AccessKey),
    /// List the federations of domains.
    Federations {
        /// The instance.
        instance: String,
        /// Only those of this domain.
        #[arg(long, value_name = "ID")]
        domain: Option<DomainId>,
    },
    Federate(federation::Federate),
    Accept(federation::Accept),
    Unfederate(federation::Unfederate),
}

impl Domain {
    pub async fn run(self, session: &Session) -> Outcome {
        match self {
            Self::List { instance } => list(session, &instance).await,
            Self::Create { instance, name } => {
                let result = change(session, &instance, DomainChange::MakeDomain(name)).await?;
                session.show(&result, || format!("{} is made.", text(&result["domain"], "id")))
            }
            Self::Show { instance, domain } => show(session, &instance, &domain).await,
            Self::Rename {
                instance,
                domain,
                name,
                if_still,
            } => {
                let rename = DomainChange::Rename(domain.clone(), name, if_still);
                let result = change(session, &instance, rename).await?;
                session.show(&result, || {
                    format!("{domain} is called {} now.", text(&result["domain"], "name"))
                })
            }
            Self::Remove {
                instance,
                domain,
                yes,
            } => {
                let question = format!("The domain {domain} of {instance} is removed.");
                let remove = DomainChange::RemoveDomain(domain.clone());
                let result = change_if_confirmed(session, &instance, remove, (&question, yes)).await?;
                session.show(&result, || format!("{domain} is removed."))
            }
            Self::AccessKey(verb) => verb.run(session).await,
            Self::Federations { instance, domain } => {
                federation::list(session, &instance, domain.as_ref()).await
            }
            Self::Federate(verb) => verb.run(session).await,
            Self::Accept(verb) => verb.run(session).await,
            Self::Unfederate(verb) => verb.run(session).await,
        }
    }
}

async fn show(session: &Session, instance: &str, domain: &DomainId) -> Outcome {
    let detail = session.open_for(instance).await?.domain(instance, domain).await?;
    session.show(&detail, || {
        let mut shown = format!(
            "{}  {}, owned by {}\n\n",
            detail.domain.id,
            detail.domain.name,
            owner(detail.domain.owner_app_id.as_ref())
        );
        let mut connections = Table::new(["CONNECTION", "NAME", "STATUS"]);
        for connection in &detail.connections {
            connections.row([
                connection.id.to_string(),
                connection.name.clone(),
                connection.status.as_str().to_owned(),
            ]);
        }
        shown.push_str(&connections.to_text());
        shown.push('\n');
        shown.push_str(&access_key::table(&detail.access_keys));
        shown
    })
}

async fn list(session: &Session, instance: &str) -> Outcome {
    let domains = session.open_for(instance).await?.domains(instance).await?;
    session.show(&domains, || {
        let mut table = Table::new(["ID", "NAME", "OWNER"]);
        for domain in &domains {
            table.row([
                domain.id.to_string(),
                domain.name.clone(),
                owner(domain.owner_app_id.as_ref()),
            ]);
        }
        table.to_text()
    })
}

fn owner(owner: Option<&AppId>) -> String {
    owner.map_or_else(|| "-".to_owned(), ToString::to_string)
}

/// The same for what is asked first.
pub(super) async fn change_if_confirmed(
    session: &Session,
    instance: &str,
    wanted: DomainChange,
    (question, yes): (&str, bool),
) -> Outcome<Value> {
    session.permit(wanted.doing())?;
    asking::confirm(question, yes)?;
    Ok(change(session, instance, wanted).await?)
}

/// Changes something, unless only reading is wanted; gives what the instance says.
pub(super) async fn change(
    session: &Session,
    instance: &str,
    change: DomainChange,
) -> Result<Value, Failure> {
    session.permit(change.doing())?;
    let workspace = session.open_for(instance).await?;
    workspace.change_domains(instance, &change).await
}

/// A list within a result; empty if the instance has none.
pub fn items<'a>(result: &'a Value, name: &str) -> &'a [Value] {
    result[name].as_array().map_or(&[], Vec::as_slice)
}

/// A member as a person reads it.
pub fn text(value: &Value, name: &str) -> String {
    match &value[name] {
        Value::String(text) => text.clone(),
        Value::Null => "-".to_owned(),
        other => other.to_string(),
    }
}

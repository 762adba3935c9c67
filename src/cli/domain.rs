//! `butterfly domain …`: what owns connections, the keys that open it, and the federations with other domains.

mod access_key;
mod federation;

use super::ask as asking;
use super::outcome::Outcome;
use super::reply;
use super::session::Session;
use super::table::Table;
use crate::model::DomainId;
use crate::protocol::{Code, Query};
use crate::workspace::{Failure, InvokeOptions};
use clap::Subcommand;
use serde_json::{Value, json};

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
                session.permit("making a domain")?;
                let query = Query::new("create_domain", json!({"name": name}));
                let result = ask(session, &instance, query).await?;
                session.show(&result, || format!("{} is made.", text(&result["domain"], "id")))
            }
            Self::Show { instance, domain } => show(session, &instance, &domain).await,
            Self::Rename {
                instance,
                domain,
                name,
            } => {
                session.permit("renaming a domain")?;
                let query = Query::new("update_domain", json!({"domain_id": domain, "name": name}));
                let result = ask(session, &instance, query).await?;
                session.show(&result, || {
                    format!("{domain} is called {} now.", text(&result["domain"], "name"))
                })
            }
            Self::Remove {
                instance,
                domain,
                yes,
            } => {
                session.permit("removing a domain")?;
                asking::confirm(&format!("The domain {domain} of {instance} is removed."), yes)?;
                let query = Query::new("delete_domain", json!({"domain_id": domain}));
                let result = ask(session, &instance, query).await?;
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
    let query = Query::new("get_domain_details", json!({"domain_id": domain}));
    let result = ask(session, instance, query).await?;
    session.show(&result, || {
        let mut shown = format!(
            "{}  {}, owned by {}\n\n",
            text(&result, "id"),
            text(&result, "name"),
            text(&result, "owner_app_id")
        );
        let mut connections = Table::new(["CONNECTION", "NAME", "STATUS"]);
        for connection in items(&result, "connections") {
            connections.row(["id", "name", "status"].map(|name| text(connection, name)));
        }
        shown.push_str(&connections.to_text());
        shown.push('\n');
        shown.push_str(&access_key::table(items(&result, "access_keys")));
        shown
    })
}
async fn list(session: &Session, instance: &str) -> Outcome {
    let result = ask_or_overview(session, instance, Query::new("list_domains", json!({}))).await?;
    let domains = items(&result, "domains");
    session.show(&domains, || {
        let mut table = Table::new(["ID", "NAME", "OWNER"]);
        for domain in domains {
            table.row([
                text(domain, "id"),
                text(domain, "name"),
                text(domain, "owner_app_id"),
            ]);
        }
        table.to_text()
    })
}

/// Asks an instance; an error reply is a failure.
pub async fn ask(session: &Session, instance: &str, query: Query) -> Result<Value, Failure> {
    let workspace = session.open_for(instance).await?;
    let invoked = workspace
        .invoke(instance, &query, InvokeOptions::default())
        .await?;
    reply::result(invoked.reply, instance)
}

/// Asks for a list; original instances do not know such actions, but have it in their overview.
pub async fn ask_or_overview(session: &Session, instance: &str, query: Query) -> Result<Value, Failure> {
    match ask(session, instance, query).await {
        // Their errors have no code, which reads as `internal`.
        Err(failure) if matches!(failure.code, Code::UnknownAction | Code::Internal) => {
            ask(session, instance, Query::new("get_admin_overview", json!({}))).await
        }
        result => result,
    }
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

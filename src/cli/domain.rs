//! `butterfly domain …`: what owns connections.

use super::outcome::Outcome;
use super::reply;
use super::session::Session;
use super::table::Table;
use crate::protocol::{Code, Query};
use crate::workspace::{Failure, InvokeOptions};
use clap::Subcommand;
use serde_json::{Value, json};

/// List and make domains.
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
}

impl Domain {
    pub async fn run(self, session: &Session) -> Outcome {
        match self {
            Self::List { instance } => list(session, &instance).await,
            Self::Create { instance, name } => {
                session.permit("making a domain")?;
                let result = ask(
                    session,
                    &instance,
                    Query::new("create_domain", json!({"name": name})),
                )
                .await?;
                session.show(&result, || format!("{} is made.", text(&result["domain"], "id")))
            }
        }
    }
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

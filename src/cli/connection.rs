//! `butterfly connection …`: the gateways through which pointers are invoked.

use super::arguments::answer;
use super::domain::{change, change_if_confirmed, text};
use super::outcome::Outcome;
use super::reply;
use super::session::Session;
use super::table::Table;
use crate::model::{ConnectionId, ConnectionStatus, DomainId, PointerAddress};
use crate::protocol::Query;
use crate::workspace::{DomainChange, InvokeOptions};
use clap::{Subcommand, ValueEnum};
use serde_json::{Value, json};

/// List, make, change, open, close, assign and remove connections.
#[derive(Debug, Subcommand)]
pub enum Connection {
    /// List the connections of an instance.
    List {
        /// The instance.
        instance: String,
        /// Only those of this domain.
        #[arg(long, value_name = "ID")]
        domain: Option<DomainId>,
    },
    /// Make a connection.
    Create {
        /// The instance.
        instance: String,
        /// The domain that will own it.
        domain: DomainId,
        /// Its name.
        name: String,
        /// What it is for.
        #[arg(long, default_value = "")]
        description: String,
        /// The credential that the instance holds, by its name there, with which calls through the connection are
        /// relayed to a peer.
        #[arg(long, value_name = "NAME")]
        held_credential: Option<String>,
    },
    /// Open or close a connection.
    Status {
        /// The instance.
        instance: String,
        /// The connection.
        connection: ConnectionId,
        /// Whether calls go through.
        status: StatusArg,
    },
    /// Assign a pointer to a connection.
    Assign {
        /// The instance.
        instance: String,
        /// The pointer.
        pointer: PointerAddress,
        /// The connection.
        connection: ConnectionId,
    },
    /// Change what a connection is called, or what it is for.
    Edit {
        /// The instance.
        instance: String,
        /// The connection.
        connection: ConnectionId,
        /// Its new name.
        #[arg(long, required_unless_present = "description")]
        name: Option<String>,
        /// What it is for.
        #[arg(long)]
        description: Option<String>,
        /// Only if this still is so of it: name, description, status or held_credential, as `connection list --json`
        /// gives them; once for each. Nothing behind = stands for none.
        #[arg(long, value_name = "MEMBER=VALUE", value_parser = seen)]
        if_still: Vec<(String, Value)>,
    },
    /// Remove a connection that nothing needs any more.
    Remove {
        /// The instance.
        instance: String,
        /// The connection.
        connection: ConnectionId,
        /// Do not ask first.
        #[arg(short, long)]
        yes: bool,
    },
}

/// Whether a connection lets calls through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StatusArg {
    /// Calls go through.
    Active,
    /// Calls are refused.
    Disabled,
}

impl Connection {
    pub async fn run(self, session: &Session) -> Outcome {
        match self {
            Self::List { instance, domain } => list(session, &instance, domain.as_ref()).await,
            Self::Create {
                instance,
                domain,
                name,
                description,
                held_credential,
            } => {
                let make = DomainChange::MakeConnection {
                    domain,
                    name,
                    description,
                    held_credential,
                };
                let result = change(session, &instance, make).await?;
                session.show(&result, || {
                    format!("{} is made.", text(&result["connection"], "id"))
                })
            }
            Self::Status {
                instance,
                connection,
                status,
            } => {
                let status = match status {
                    StatusArg::Active => ConnectionStatus::Active,
                    StatusArg::Disabled => ConnectionStatus::Disabled,
                };
                let set = DomainChange::SetStatus(connection.clone(), status);
                let result = change(session, &instance, set).await?;
                let word = status.as_str();
                session.show(&result, || format!("{connection} is {word}."))
            }
            Self::Assign {
                instance,
                pointer,
                connection,
            } => {
                session.permit("assigning a pointer")?;
                let parameters = json!({"pointer_address": pointer, "connection_id": connection});
                let query = Query::new("assign_pointer_to_connection", parameters);
                let workspace = session.open_for(&instance).await?;
                let invoked = workspace
                    .invoke(&instance, &query, InvokeOptions::default())
                    .await?;
                let result = reply::result(invoked.reply, &instance)?;
                session.show(&result, || format!("{pointer} is assigned to {connection}."))
            }
            Self::Edit {
                instance,
                connection,
                name,
                description,
                if_still,
            } => {
                let edit = DomainChange::EditConnection {
                    connection: connection.clone(),
                    name,
                    description,
                    if_still: Some(if_still)
                        .filter(|seen| !seen.is_empty())
                        .map(|seen| seen.into_iter().collect()),
                };
                let result = change(session, &instance, edit).await?;
                session.show(&result, || format!("{connection} is changed."))
            }
            Self::Remove {
                instance,
                connection,
                yes,
            } => {
                let question = format!("The connection {connection} of {instance} is removed.");
                let remove = DomainChange::RemoveConnection(connection.clone());
                let result = change_if_confirmed(session, &instance, remove, (&question, yes)).await?;
                session.show(&result, || format!("{connection} is removed."))
            }
        }
    }
}

/// Reads what somebody saw of a connection.
fn seen(argument: &str) -> Result<(String, Value), String> {
    const MEMBERS: [&str; 4] = ["name", "description", "status", "held_credential"];
    let (member, value) = answer(argument).map_err(|_| "write it as MEMBER=VALUE".to_owned())?;
    match member.as_str() {
        "held_credential" if value.is_empty() => Ok((member, Value::Null)),
        known if MEMBERS.contains(&known) => Ok((member, Value::String(value))),
        other => Err(format!("{other:?} is not one of {}", MEMBERS.join(", "))),
    }
}

async fn list(session: &Session, instance: &str, domain: Option<&DomainId>) -> Outcome {
    let workspace = session.open_for(instance).await?;
    let connections = workspace.connections_of(instance, domain).await?;
    session.show(&connections, || {
        let mut table = Table::new(["ID", "NAME", "STATUS", "DOMAIN", "RELAYS WITH", "DESCRIPTION"]);
        for connection in &connections {
            table.row([
                connection.id.to_string(),
                connection.name.clone(),
                connection.status.as_str().to_owned(),
                connection.domain_id.to_string(),
                connection
                    .held_credential
                    .clone()
                    .unwrap_or_else(|| "-".to_owned()),
                connection.description.clone(),
            ]);
        }
        table.to_text()
    })
}

//! `butterfly connection …`: the gateways through which pointers are invoked.

use super::ask as asking;
use super::domain::{ask, ask_or_overview, items, text};
use super::outcome::Outcome;
use super::session::Session;
use super::table::Table;
use crate::model::{ConnectionId, DomainId, PointerAddress};
use crate::protocol::Query;
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
            } => {
                session.permit("making a connection")?;
                let parameters = json!({"domain_id": domain, "name": name, "description": description});
                let result = ask(session, &instance, Query::new("create_connection", parameters)).await?;
                session.show(&result, || {
                    format!("{} is made.", text(&result["connection"], "id"))
                })
            }
            Self::Status {
                instance,
                connection,
                status,
            } => {
                session.permit("opening or closing a connection")?;
                let word = match status {
                    StatusArg::Active => "active",
                    StatusArg::Disabled => "disabled",
                };
                let parameters = json!({"connection_id": connection, "status": word});
                let result = ask(
                    session,
                    &instance,
                    Query::new("set_connection_status", parameters),
                )
                .await?;
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
                let result = ask(session, &instance, query).await?;
                session.show(&result, || format!("{pointer} is assigned to {connection}."))
            }
            Self::Edit {
                instance,
                connection,
                name,
                description,
            } => {
                session.permit("changing a connection")?;
                let parameters =
                    json!({"connection_id": connection, "name": name, "description": description});
                let query = Query::new("update_connection", parameters);
                let result = ask(session, &instance, query).await?;
                session.show(&result, || format!("{connection} is changed."))
            }
            Self::Remove {
                instance,
                connection,
                yes,
            } => {
                session.permit("removing a connection")?;
                asking::confirm(
                    &format!("The connection {connection} of {instance} is removed."),
                    yes,
                )?;
                let query = Query::new("delete_connection", json!({"connection_id": connection}));
                let result = ask(session, &instance, query).await?;
                session.show(&result, || format!("{connection} is removed."))
            }
        }
    }
}

async fn list(session: &Session, instance: &str, domain: Option<&DomainId>) -> Outcome {
    let query = Query::new("list_connections", json!({"domain_id": domain}));
    let result = ask_or_overview(session, instance, query).await?;
    let within_domains = items(&result, "domains")
        .iter()
        .flat_map(|domain| items(domain, "connections"));
    let connections: Vec<&Value> = items(&result, "connections")
        .iter()
        .chain(within_domains)
        .filter(|connection| domain.is_none_or(|domain| connection["domain_id"] == domain.as_str()))
        .collect();
    session.show(&connections, || {
        let mut table = Table::new(["ID", "NAME", "STATUS", "DOMAIN", "RELAYS WITH", "DESCRIPTION"]);
        for connection in &connections {
            table.row([
                text(connection, "id"),
                text(connection, "name"),
                text(connection, "status"),
                text(connection, "domain_id"),
                text(connection, "held_credential"),
                text(connection, "description"),
            ]);
        }
        table.to_text()
    })
}

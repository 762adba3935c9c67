//! The domain and connections through which an instance of ours reaches its peers.

use super::Failure;
use super::leading::connections;
use super::session::Session;
use crate::model::{Connection, ConnectionId, Domain, DomainId};
use crate::protocol::Query;
use serde::Deserialize;
use serde_json::json;

/// The domain that owns federated connections.
const DOMAIN: &str = "federation";

/// The connection to a peer: the one that is there, or a new one. With `held`, it is a federated one.
pub(super) async fn connection_to(
    session: &mut Session<'_>,
    peer: &str,
    held: Option<&str>,
) -> Result<ConnectionId, Failure> {
    let known = connections(session).await?;
    let found = known.into_iter().find(|connection| match held {
        Some(held) => connection.held_credential.as_deref() == Some(held),
        None => connection.held_credential.is_none() && connection.name == peer,
    });
    if let Some(connection) = found {
        return Ok(connection.id);
    }
    let domain = domain(session).await?;
    let mut query = Query::new(
        "create_connection",
        json!({"domain_id": domain, "name": peer, "description": format!("Gateway to {peer}")}),
    );
    if let Some(held) = held {
        query = query.with("held_credential", json!(held));
    }
    #[derive(Deserialize)]
    struct Made {
        connection: Connection,
    }
    let result = session.result(&query).await?;
    let made: Made = serde_json::from_value(result).map_err(|_| session.unexpected(query.action()))?;
    Ok(made.connection.id)
}

async fn domain(session: &mut Session<'_>) -> Result<DomainId, Failure> {
    #[derive(Deserialize)]
    struct Listed {
        domains: Vec<Domain>,
    }
    #[derive(Deserialize)]
    struct Made {
        domain: Domain,
    }
    let list = Query::new("list_domains", json!({}));
    let result = session.result(&list).await?;
    let listed: Listed = serde_json::from_value(result).map_err(|_| session.unexpected(list.action()))?;
    if let Some(domain) = listed.domains.into_iter().find(|domain| domain.name == DOMAIN) {
        return Ok(domain.id);
    }
    let create = Query::new("create_domain", json!({"name": DOMAIN}));
    let result = session.result(&create).await?;
    let made: Made = serde_json::from_value(result).map_err(|_| session.unexpected(create.action()))?;
    Ok(made.domain.id)
}

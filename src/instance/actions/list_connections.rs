//! `list_connections`: the connections that the caller owns or whose use its grant names.

use super::{Access, Action, Answer, Call, Kind, Outcome, Parameter};
use crate::model::{Connection, DomainId};
use crate::protocol::Problem;
use serde_json::json;
use std::collections::HashSet;

/// The row of the table.
pub const ACTION: Action = Action {
    name: "list_connections",
    help: "Lists connections, of one domain or of all that the caller may see.",
    access: Access::Granted,
    writes: false,
    parameters: &[Parameter::optional(
        "domain_id",
        Kind::DomainId,
        "only those of this domain",
    )],
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call<'_>) -> Answer {
    let domain: Option<DomainId> = call.query.optional_id("domain_id")?;
    let all = call.store().connections(domain.as_ref()).await?;
    let connections = visible(call, all).await?;
    Ok(Outcome::Success(
        json!({"count": connections.len(), "connections": connections}),
    ))
}

async fn visible(call: &Call<'_>, mut all: Vec<Connection>) -> Result<Vec<Connection>, Problem> {
    if call.grant().owner {
        return Ok(all);
    }
    let domains = call.store().domains().await?;
    let owned: HashSet<DomainId> = domains
        .into_iter()
        .filter(|domain| call.owns(domain))
        .map(|domain| domain.id)
        .collect();
    let named = &call.grant().pointers.connections;
    all.retain(|connection| owned.contains(&connection.domain_id) || named.contains(&connection.id));
    Ok(all)
}

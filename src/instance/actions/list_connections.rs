//! `list_connections`: the connections that the caller owns or whose use its grant names.

use super::parameter::{OFFSET, PAGE_OF_LIST};
use super::{Access, Action, Answer, Call, DomainRole, Kind, Outcome, Parameter, page};
use crate::model::{Connection, DomainId};
use crate::protocol::Problem;
use serde_json::json;

/// The row of the table.
pub static ACTION: Action = Action {
    name: "list_connections",
    help: "Lists connections, of one domain or of all that the caller may see.",
    access: Access::Granted,
    writes: false,
    destroys: |_| false,
    within: Some(DomainRole::Reader),
    parameters: &[
        Parameter::optional("domain_id", Kind::DomainId, "only those of this domain"),
        PAGE_OF_LIST,
        OFFSET,
    ],
    result: "{count, total, connections: [connection]}",
    errors: &[],
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call<'_>) -> Answer {
    let domain: Option<DomainId> = call.query.optional_id("domain_id")?;
    let all = call.store().connections(domain.as_ref()).await?;
    let connections = visible(call, all).await?;
    let (connections, total) = page::of_list(call, connections)?;
    Ok(Outcome::Success(
        json!({"count": connections.len(), "total": total, "connections": connections}),
    ))
}

async fn visible(call: &Call<'_>, mut all: Vec<Connection>) -> Result<Vec<Connection>, Problem> {
    let roles = call.roles().await?;
    let named = &call.grant().pointers.connections;
    all.retain(|connection| roles.within(&connection.domain_id).is_some() || named.contains(&connection.id));
    Ok(all)
}

//! `get_admin_overview`: the caller's domains with their connections, and counts over the instance.

use super::{Access, Action, Answer, Call, DomainRole, Outcome};
use crate::model::{Connection, Domain};
use serde_json::{Value, json};

/// The row of the table.
pub const ACTION: Action = Action {
    name: "get_admin_overview",
    help: "Shows the domains that the caller owns (the instance's owner: all) with their connections, and counts.",
    access: Access::Granted,
    writes: false,
    within: Some(DomainRole::Administrator),
    parameters: &[],
    result: "{domains: [{id, name, owner_app_id, created_at, connections: [connection]}], total_pointers, total_relationships, total_domains, total_connections}",
    errors: &[],
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call<'_>) -> Answer {
    let roles = call.roles().await?;
    let domains = call.store().domains().await?;
    let connections = call.store().connections(None).await?;
    let statistics = call.store().statistics().await?;
    let shown: Vec<Value> = domains
        .iter()
        .filter(|domain| roles.suffice(&domain.id, DomainRole::Administrator))
        .map(|domain| with_connections(domain, &connections))
        .collect();
    // How much there is that the caller does not see is not its business.
    let (sees_pointers, sees_domains) = (call.sees_every_pointer(), call.grant().owner);
    Ok(Outcome::Success(json!({
        "domains": shown,
        "total_pointers": sees_pointers.then_some(statistics.pointers),
        "total_relationships": sees_pointers.then_some(statistics.relationships),
        "total_domains": sees_domains.then_some(statistics.domains),
        "total_connections": sees_domains.then_some(statistics.connections),
    })))
}

fn with_connections(domain: &Domain, connections: &[Connection]) -> Value {
    let own: Vec<&Connection> = connections
        .iter()
        .filter(|connection| connection.domain_id == domain.id)
        .collect();
    let mut shown = json!(domain);
    shown["connections"] = json!(own);
    shown
}

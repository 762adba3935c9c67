//! `get_admin_overview`: the caller's domains with their connections, and counts over the instance.

use super::parameter::{OFFSET, PAGE_OF_LIST};
use super::{Access, Action, Answer, Call, DomainRole, Outcome, page};
use crate::model::{Connection, Domain, DomainId};
use serde_json::{Value, json};
use std::collections::HashMap;

/// The row of the table.
pub static ACTION: Action = Action {
    name: "get_admin_overview",
    help: "Shows the domains that the caller owns (the instance's owner: all) with their connections, and counts.",
    access: Access::Granted,
    writes: false,
    destroys: |_| false,
    within: Some(DomainRole::Administrator),
    parameters: &[PAGE_OF_LIST, OFFSET],
    result: "{domains: [{id, name, owner_app_id, created_at, connections: [connection]}], total_pointers, total_relationships, total_domains, total_connections}",
    errors: &[],
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call<'_>) -> Answer {
    let roles = call.roles().await?;
    let mut domains = call.store().domains().await?;
    domains.retain(|domain| roles.suffice(&domain.id, DomainRole::Administrator));
    let (page, _) = page::of_list(call, domains)?;
    let connections = by_domain(call.store().connections(None).await?);
    let statistics = call.store().statistics().await?;
    let shown: Vec<Value> = page
        .iter()
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

fn by_domain(connections: Vec<Connection>) -> HashMap<DomainId, Vec<Connection>> {
    let mut by_domain: HashMap<DomainId, Vec<Connection>> = HashMap::new();
    for connection in connections {
        by_domain
            .entry(connection.domain_id.clone())
            .or_default()
            .push(connection);
    }
    by_domain
}

fn with_connections(domain: &Domain, connections: &HashMap<DomainId, Vec<Connection>>) -> Value {
    let mut shown = json!(domain);
    shown["connections"] = json!(connections.get(&domain.id).map_or(&[][..], Vec::as_slice));
    shown
}

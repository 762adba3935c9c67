//! `get_domain_details {domain_id?}` → the domain with its connections and, without their secrets, its access keys. Without an id, the only domain of the caller, as
//! the original has one for each key.

use super::{Access, Action, Answer, Call, Code, DomainRole, Kind, Outcome, Parameter};
use crate::instance::access_keys;
use serde_json::json;

/// The row of the table.
pub static ACTION: Action = Action {
    name: "get_domain_details",
    help: "Shows a domain of the caller with its connections, and its access keys without their secrets.",
    access: Access::Granted,
    writes: false,
    destroys: |_| false,
    within: Some(DomainRole::Administrator),
    parameters: &[Parameter::optional(
        "domain_id",
        Kind::DomainId,
        "which; may be left out by a caller that owns just one",
    )],
    result: "{id, name, owner_app_id, created_at, connections: [connection], access_keys: [{id, domain_id, permissions, state, created_at, expires_at, last_used, uses}]}",
    errors: &[Code::DomainNotFound, Code::AccessDenied],
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call<'_>) -> Answer {
    let domain = call.domain_or_only("domain_id").await?;
    let connections = call.store().connections(Some(&domain.id)).await?;
    let mut shown = json!(domain);
    shown["connections"] = json!(connections);
    shown["access_keys"] = access_keys::of_domain(call.instance, &domain.id, call.now());
    Ok(Outcome::Success(shown))
}

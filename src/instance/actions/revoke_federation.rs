//! `revoke_federation {federation_id}` → `{message, federation}`, from either side. A request that is pending is withdrawn.

use super::{Access, Action, Answer, Call, Code, DomainRole, Kind, Outcome, Parameter};
use crate::instance::problem::not_found;
use crate::model::FederationId;
use crate::protocol::Problem;
use serde_json::json;

/// The row of the table.
pub static ACTION: Action = Action {
    name: "revoke_federation",
    help: "Ends a federation of two domains, or withdraws the request for it; either side may.",
    access: Access::Granted,
    writes: true,
    destroys: |_| true,
    within: Some(DomainRole::Administrator),
    parameters: &[Parameter::required(
        "federation_id",
        Kind::Text,
        "which, as get_federation_status tells it",
    )],
    result: "{message, federation: {id, source_domain_id, target_domain_id, status, permissions, created_at, accepted_at}}",
    errors: &[Code::FederationNotFound, Code::AccessDenied],
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call<'_>) -> Answer {
    let id: FederationId = call.query.id("federation_id")?;
    let found = call.store().federation(&id).await?;
    let federation = found.ok_or_else(|| not_found("federation", id.as_str()))?;
    let roles = call.roles().await?;
    let administers = |domain| roles.suffice(domain, DomainRole::Administrator);
    if !administers(&federation.source_domain_id) && !administers(&federation.target_domain_id) {
        return Err(Problem::new(
            Code::AccessDenied,
            "Access denied. You administer neither of the two domains of this federation.",
        ));
    }
    let federation = call.store().revoke_federation(&id).await?;
    Ok(Outcome::Success(json!({
        "message": "Federation has been revoked.",
        "federation": federation,
    })))
}

//! `accept_federation {request_key}` → `{message, federation}`, by whoever administers the target domain. A key serves once.

use super::{Access, Action, Answer, Call, Code, DomainRole, Kind, Outcome, Parameter};
use crate::protocol::Problem;
use serde_json::json;
use sha2::{Digest, Sha256};

/// The row of the table.
pub static ACTION: Action = Action {
    name: "accept_federation",
    help: "Lets the people of another domain work in the caller's, as they asked.",
    access: Access::Granted,
    writes: true,
    destroys: |_| false,
    within: Some(DomainRole::Administrator),
    parameters: &[Parameter::required(
        "request_key",
        Kind::Text,
        "what initiate_federation gave",
    )],
    result: "{message, federation: {id, source_domain_id, target_domain_id, status, permissions, created_at, accepted_at}}",
    errors: &[Code::FederationNotFound],
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call<'_>) -> Answer {
    let key = call.query.text("request_key")?;
    let request = Sha256::digest(key.trim().as_bytes()).into();
    let requested = call.store().requested_federation(request).await?;
    let requested = requested.ok_or_else(no_request)?;
    let roles = call.roles().await?;
    if !roles.suffice(&requested.target_domain_id, DomainRole::Administrator) {
        return Err(no_request());
    }
    let federation = call.store().accept_federation(&requested.id, call.now()).await?;
    Ok(Outcome::Success(json!({
        "message": "Federation successfully established.",
        "federation": federation,
    })))
}

/// One answer for every cause: a key that is not the caller's to use tells nothing.
fn no_request() -> Problem {
    Problem::new(
        Code::FederationNotFound,
        "No pending federation has this request key, or you do not administer the domain that it asks.",
    )
}

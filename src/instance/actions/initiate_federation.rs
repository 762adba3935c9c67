//! `initiate_federation {target_domain_id, permissions?, domain_id?}` → `{message, request_key, federation}`. The key is told
//! this once; whoever administers the target domain accepts with it. What is asked for is what the people of
//! `domain_id` may do in the target, not the other way round.

use super::{Access, Action, Answer, Call, Code, DomainRole, Kind, Outcome, Parameter, check};
use crate::model::{DomainId, DomainPermission};
use crate::seal::random;
use serde_json::json;
use sha2::{Digest, Sha256};

/// What one domain may do in another one; administering is not among it.
const LENT: [DomainPermission; 2] = [DomainPermission::ReadPointers, DomainPermission::ReadWrite];

/// The row of the table.
pub static ACTION: Action = Action {
    name: "initiate_federation",
    help: "Asks another domain of this instance to let the people of the caller's domain work in it.",
    access: Access::Granted,
    writes: true,
    destroys: |_| false,
    within: Some(DomainRole::Administrator),
    parameters: &[
        Parameter::required("target_domain_id", Kind::DomainId, "the domain that is asked"),
        Parameter::optional(
            "permissions",
            Kind::Json,
            "a list, or one text with commas, of read_pointers (as usual) and read_write",
        ),
        Parameter::optional(
            "domain_id",
            Kind::DomainId,
            "the domain that asks; may be left out by a caller that has just one",
        ),
    ],
    result: "{message, request_key, federation: {id, source_domain_id, target_domain_id, status, permissions, created_at, accepted_at}}",
    errors: &[Code::AccessDenied, Code::DomainNotFound, Code::AlreadyExists],
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call<'_>) -> Answer {
    let source = call.domain_or_only("domain_id").await?;
    let target: DomainId = call.query.id("target_domain_id")?;
    if source.id == target {
        return Err(check::invalid(
            "target_domain_id",
            "A domain cannot federate with itself.",
        ));
    }
    let permissions = check::permissions(call, &LENT, DomainPermission::ReadPointers)?;
    let key = random::request_key();
    let request = Sha256::digest(key.as_bytes()).into();
    let federation = call
        .store()
        .create_federation(&source.id, &target, permissions, request, call.now())
        .await?;
    Ok(Outcome::Success(json!({
        "message": "Federation requested. Give the request_key to whoever administers the target domain; it is told this once.",
        "request_key": *key,
        "federation": federation,
    })))
}

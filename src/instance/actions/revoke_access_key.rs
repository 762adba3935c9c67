//! `revoke_access_key {key_to_revoke}` → `{message, details}`. Immediate: calls in flight lose their result.

use super::{Access, Action, Answer, Call, Code, DomainRole, Kind, Outcome, Parameter};
use crate::instance::access_keys;
use crate::protocol::Problem;
use serde_json::json;

/// The row of the table.
pub static ACTION: Action = Action {
    name: "revoke_access_key",
    help: "Refuses an access key for good, from this moment on.",
    access: Access::Granted,
    writes: true,
    destroys: |_| true,
    within: Some(DomainRole::Administrator),
    parameters: &[Parameter::required(
        "key_to_revoke",
        Kind::Text,
        "the key itself, or its id as get_domain_details tells it",
    )],
    result: "{message, details: {id, domain_id, permissions, state, created_at, expires_at, last_used, uses}}",
    errors: &[Code::AccessKeyNotFound, Code::AccessDenied],
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call<'_>) -> Answer {
    let credential = access_keys::find(call.instance, call.query.text("key_to_revoke")?)?;
    let name = &credential.record.name;
    if let Some(bound) = &credential.record.grant.domain {
        call.require_domain(&bound.domain_id, DomainRole::Administrator)
            .await?;
    }
    if *name == call.caller.credential {
        return Err(Problem::new(
            Code::AccessDenied,
            "Access denied. An access key cannot revoke itself; make another one and revoke this one with it.",
        ));
    }
    let revoked = access_keys::revoke(call.instance, name).await?;
    Ok(Outcome::Success(json!({
        "message": "Access key has been revoked.",
        "details": access_keys::view(&revoked, call.now()),
    })))
}

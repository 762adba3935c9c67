//! `delete_domain {domain_id}` → `{message, domain_id}`. Nothing is left dangling: what still needs the domain is named.

use super::{Access, Action, Answer, Call, Code, Kind, Outcome, Parameter};
use crate::instance::access_keys;
use crate::protocol::Problem;
use serde_json::json;

/// How many of the keys that stand in the way are named.
const MOST_NAMED: usize = 20;

/// The row of the table.
pub static ACTION: Action = Action {
    name: "delete_domain",
    help: "Removes a domain that has no connections, access keys and federations any more.",
    access: Access::Granted,
    writes: true,
    destroys: |_| true,
    within: None,
    parameters: &[Parameter::required("domain_id", Kind::DomainId, "the domain")],
    result: "{message, domain_id}",
    errors: &[Code::AccessDenied, Code::DomainNotFound, Code::InUse],
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call<'_>) -> Answer {
    let domain = call.domain("domain_id").await?;
    // No key is made for it meanwhile.
    let _alone = call.instance.changing().await;
    let keys: Vec<String> = access_keys::standing_in(call.instance, &domain.id, call.now())
        .map(|credential| credential.record.name.clone())
        .take(MOST_NAMED)
        .collect();
    if !keys.is_empty() {
        let message = format!("the domain {} is still needed by {}", domain.id, keys.join(", "));
        return Err(Problem::new(Code::InUse, message).with("used_by", json!(keys)));
    }
    call.store().delete_domain(&domain.id).await?;
    Ok(Outcome::Success(json!({
        "message": "Domain deleted successfully.",
        "domain_id": domain.id,
    })))
}

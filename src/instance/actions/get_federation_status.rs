//! `get_federation_status {domain_id?}` → `{count, federations}`: those of the domains that the caller administers, pending and
//! ended ones too, without request keys.

use super::parameter::{OFFSET, PAGE_OF_LIST};
use super::{Access, Action, Answer, Call, Code, DomainRole, Kind, Outcome, Parameter, page};
use crate::model::{DomainId, Federation};
use serde_json::json;

/// The row of the table.
pub static ACTION: Action = Action {
    name: "get_federation_status",
    help: "Lists the federations of the domains that the caller administers.",
    access: Access::Granted,
    writes: false,
    destroys: |_| false,
    within: Some(DomainRole::Administrator),
    parameters: &[
        Parameter::optional("domain_id", Kind::DomainId, "only those of this domain"),
        PAGE_OF_LIST,
        OFFSET,
    ],
    result: "{count, total, federations: [{id, source_domain_id, target_domain_id, status, permissions, created_at, accepted_at}]}",
    errors: &[Code::AccessDenied, Code::DomainNotFound],
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call<'_>) -> Answer {
    let wanted: Option<DomainId> = match call.query.get("domain_id") {
        Some(_) => Some(call.domain("domain_id").await?.id),
        None => None,
    };
    let roles = call.roles().await?;
    let is_meant = |domain: &DomainId| match &wanted {
        Some(wanted) => domain == wanted,
        None => roles.suffice(domain, DomainRole::Administrator),
    };
    let all = call.store().federations().await?;
    let federations: Vec<Federation> = all
        .into_iter()
        .filter(|one| is_meant(&one.source_domain_id) || is_meant(&one.target_domain_id))
        .collect();
    let (federations, total) = page::of_list(call, federations)?;
    Ok(Outcome::Success(
        json!({"count": federations.len(), "total": total, "federations": federations}),
    ))
}

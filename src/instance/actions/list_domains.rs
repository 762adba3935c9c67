//! `list_domains`: the domains that are open to the caller; all of them for the instance's owner.

use super::parameter::{OFFSET, PAGE_OF_LIST};
use super::{Access, Action, Answer, Call, DomainRole, Outcome, page};
use crate::model::Domain;
use serde_json::json;

/// The row of the table.
pub static ACTION: Action = Action {
    name: "list_domains",
    help: "Lists the domains that the caller owns, is bound to or is federated with; the instance's owner sees all.",
    access: Access::Granted,
    writes: false,
    destroys: |_| false,
    within: Some(DomainRole::Reader),
    parameters: &[PAGE_OF_LIST, OFFSET],
    result: "{count, total, domains: [{id, name, owner_app_id, created_at}]}",
    errors: &[],
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call<'_>) -> Answer {
    let all = call.store().domains().await?;
    let roles = call.roles().await?;
    let own = |domain: &Domain| roles.within(&domain.id).is_some();
    let domains: Vec<Domain> = all.into_iter().filter(own).collect();
    let (domains, total) = page::of_list(call, domains)?;
    Ok(Outcome::Success(
        json!({"count": domains.len(), "total": total, "domains": domains}),
    ))
}

//! `list_domains`: the caller's domains; all of them for the instance's owner.

use super::{Access, Action, Answer, Call, Outcome};
use crate::model::Domain;
use serde_json::json;

/// The row of the table.
pub const ACTION: Action = Action {
    name: "list_domains",
    help: "Lists the domains that the caller owns; the instance's owner sees all.",
    access: Access::Granted,
    writes: false,
    parameters: &[],
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call<'_>) -> Answer {
    let all = call.store().domains().await?;
    let domains: Vec<Domain> = all.into_iter().filter(|domain| call.owns(domain)).collect();
    Ok(Outcome::Success(
        json!({"count": domains.len(), "domains": domains}),
    ))
}

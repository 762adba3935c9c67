//! `get_pointer_summary`: what a pointer is, without where it leads. The hot path: one lookup.

use super::parameter::POINTER_ADDRESS;
use super::{Access, Action, Answer, Call, Code, DomainRole, Outcome, neighbors};
use crate::instance::grant_part::GrantPart;
use crate::instance::problem::not_found;
use crate::model::PointerAddress;
use crate::protocol::{Problem, Rendered};
use crate::store::Summary;
use serde_json::json;

/// The row of the table.
pub static ACTION: Action = Action {
    name: "get_pointer_summary",
    help: "Shows what a pointer is, without where its data is.",
    access: Access::Granted,
    writes: false,
    destroys: |_| false,
    within: Some(DomainRole::Reader),
    parameters: &[POINTER_ADDRESS],
    result: "{address, description, connection_id, tags, neighbor_count, created_at, last_modified}",
    errors: &[Code::PointerNotFound],
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call<'_>) -> Answer {
    let address: PointerAddress = call.query.id("pointer_address")?;
    let found = call.store().summary(&address).await?;
    let mut summary = found.ok_or_else(|| not_found("pointer", address.as_str()))?;
    authorise(call, &summary)?;
    if summary.neighbor_count > 0 && !call.sees_every_pointer() {
        let seen = neighbors::visible(call, &address, neighbors::MOST_LOOKED_AT).await?;
        summary.neighbor_count = seen.len() as u64;
    }
    Ok(Outcome::Rendered(Rendered::of(&summary)))
}

fn authorise(call: &Call<'_>, summary: &Summary) -> Result<(), Problem> {
    let (tags, connection) = (&summary.tags, summary.connection_id.as_ref());
    if call.grant().allows_pointer(&summary.address, tags, connection) {
        return Ok(());
    }
    let message = format!(
        "this credential's grant does not include the pointer {}; ask the instance's administrator",
        summary.address
    );
    Err(GrantPart::Pointer
        .refuses(message)
        .with("pointer_address", json!(summary.address)))
}

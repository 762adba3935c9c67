//! `get_pointer_relationships {pointer_address}` → `{relationships: [kind]}`: in which ways a pointer is related at all.

use super::parameter::POINTER_ADDRESS;
use super::{Access, Action, Answer, Call, Code, DomainRole, Outcome, neighbors};
use serde_json::json;
use std::collections::BTreeSet;

/// The row of the table.
pub static ACTION: Action = Action {
    name: "get_pointer_relationships",
    help: "Lists the kinds of a pointer's stored relationships, in alphabetical order.",
    access: Access::Granted,
    writes: false,
    destroys: |_| false,
    within: Some(DomainRole::Reader),
    parameters: &[POINTER_ADDRESS],
    result: "{relationships: [kind]}",
    errors: &[Code::PointerNotFound],
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call<'_>) -> Answer {
    let pointer = call.pointer("pointer_address").await?;
    // Kinds of relationships to what the caller does not see are not told: those are looked at one by one.
    let kinds: BTreeSet<String> = match call.sees_every_pointer() {
        true => call.store().relationship_kinds(&pointer.address).await?,
        false => neighbors::visible(call, &pointer.address, neighbors::MOST_LOOKED_AT)
            .await?
            .into_iter()
            .map(|found| found.relationship)
            .filter(|kind| !kind.is_empty())
            .collect(),
    };
    Ok(Outcome::Success(json!({"relationships": kinds})))
}

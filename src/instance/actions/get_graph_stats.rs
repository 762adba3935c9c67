//! `get_graph_stats`: how much there is, and for consoles whether anything changed since they last asked. What liveness
//! checks of the original system ask for.

use super::{Access, Action, Answer, Call, DomainRole, Kind, Outcome, Parameter};
use serde_json::json;

/// The row of the table.
pub static ACTION: Action = Action {
    name: "get_graph_stats",
    help: "Counts pointers and stored relationships; null for a caller that sees only some of them.",
    access: Access::Granted,
    writes: false,
    destroys: |_| false,
    within: Some(DomainRole::Reader),
    parameters: &[Parameter::optional(
        "changes",
        Kind::Flag,
        "true to have the owner told a number that is another one whenever anything changed that can be listed",
    )],
    result: "{total_pointers, total_relationships, changes?}",
    errors: &[],
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call<'_>) -> Answer {
    if !call.sees_every_pointer() {
        return Ok(Outcome::Success(
            json!({"total_pointers": null, "total_relationships": null}),
        ));
    }
    let statistics = call.store().statistics().await?;
    let mut result = json!({
        "total_pointers": statistics.pointers,
        "total_relationships": statistics.relationships,
    });
    let wants_changes = call.query.optional("changes")?.unwrap_or(false);
    if wants_changes && call.grant().owner {
        result["changes"] = json!(call.store().changes().await?);
    }
    Ok(Outcome::Success(result))
}

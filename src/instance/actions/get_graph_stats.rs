//! `get_graph_stats`: how much there is. What liveness checks of the original system ask for.

use super::{Access, Action, Answer, Call, DomainRole, Outcome};
use serde_json::json;

/// The row of the table.
pub static ACTION: Action = Action {
    name: "get_graph_stats",
    help: "Counts pointers and stored relationships; null for a caller that sees only some of them.",
    access: Access::Granted,
    writes: false,
    destroys: |_| false,
    within: Some(DomainRole::Reader),
    parameters: &[],
    result: "{total_pointers, total_relationships}",
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
    Ok(Outcome::Success(json!({
        "total_pointers": statistics.pointers,
        "total_relationships": statistics.relationships,
    })))
}

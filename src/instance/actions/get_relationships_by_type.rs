//! `get_relationships_by_type {relationship_type, limit?}` → `{count, relationships: [{pointer_a, pointer_b, weight}],
//! complete}`: each pair once.

use super::graph;
use super::{Access, Action, Answer, Call, DomainRole, Kind, Outcome, Parameter};
use serde_json::{Value, json};

/// The row of the table.
pub static ACTION: Action = Action {
    name: "get_relationships_by_type",
    help: "Lists the stored relationships of one kind, each pair once.",
    access: Access::Granted,
    writes: false,
    destroys: |_| false,
    within: Some(DomainRole::Reader),
    parameters: &[
        Parameter::required("relationship_type", Kind::Text, "which kind"),
        Parameter::optional(
            "limit",
            Kind::Count,
            "how many relationships at most; 10000 unless told otherwise, up to 100000",
        ),
    ],
    result: "{count, relationships: [{pointer_a, pointer_b, weight}], complete}",
    errors: &[],
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call<'_>) -> Answer {
    let kind = call.query.text("relationship_type")?;
    graph::require_all(call)?;
    let (edges, complete) = graph::edges(call, Some(kind)).await?;
    let relationships: Vec<Value> = edges
        .iter()
        .map(|edge| json!({"pointer_a": edge.a, "pointer_b": edge.b, "weight": edge.weight}))
        .collect();
    Ok(Outcome::Success(json!({
        "count": relationships.len(),
        "relationships": relationships,
        "complete": complete,
    })))
}

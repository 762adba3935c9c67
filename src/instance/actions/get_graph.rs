//! `get_graph {limit?}` → `{nodes: [{id, description, tags, connection_id, x, y, z}], edges: [{source, target,
//! relationship, weight}], complete}`: the graph as JSON, in the words that graph tools read.

use super::graph;
use super::{Access, Action, Answer, Call, DomainRole, Outcome};
use serde_json::{Value, json};

/// The row of the table.
pub static ACTION: Action = Action {
    name: "get_graph",
    help: "Gives pointers and stored relationships as nodes and edges.",
    access: Access::Granted,
    writes: false,
    destroys: |_| false,
    within: Some(DomainRole::Reader),
    parameters: &[graph::LIMIT],
    result: "{nodes: [{id, description, tags, connection_id, x, y, z}], edges: [{source, target, relationship, weight}], complete}",
    errors: &[],
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call<'_>) -> Answer {
    let graph = graph::read(call).await?;
    let nodes: Vec<Value> = graph
        .nodes
        .into_iter()
        .map(|node| {
            let [x, y, z] = node.coordinates;
            json!({
                "id": node.address,
                "description": node.description,
                "tags": node.tags,
                "connection_id": node.connection_id,
                "x": x,
                "y": y,
                "z": z,
            })
        })
        .collect();
    let edges: Vec<Value> = graph
        .edges
        .iter()
        .map(|edge| {
            json!({
                "source": edge.a,
                "target": edge.b,
                "relationship": edge.relationship,
                "weight": edge.weight,
            })
        })
        .collect();
    Ok(Outcome::Success(
        json!({"nodes": nodes, "edges": edges, "complete": graph.complete}),
    ))
}

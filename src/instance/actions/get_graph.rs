//! `get_graph {limit?}` → `{nodes: [{id, description, tags, connection_id, x, y, z}], edges: [{source, target,
//! relationship, weight}], complete}`: the graph as JSON, in the words that graph tools read.

use super::graph::{self, Graph};
use super::{Access, Action, Answer, Call, DomainRole};
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
    graph::rendered(graph::read(call).await?, shown).await
}

fn shown(graph: &Graph) -> Value {
    let nodes: Vec<Value> = graph
        .nodes
        .iter()
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
    json!({"nodes": nodes, "edges": edges, "complete": graph.complete})
}

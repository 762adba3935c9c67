//! `get_graph_dot {limit?}` → `{dot_string, pointers, relationships, complete}`: the graph in the language of Graphviz.

use super::graph::{self, Graph};
use super::{Access, Action, Answer, Call, DomainRole};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// The row of the table.
pub static ACTION: Action = Action {
    name: "get_graph_dot",
    help: "Draws pointers and stored relationships in the DOT language.",
    access: Access::Granted,
    writes: false,
    destroys: |_| false,
    within: Some(DomainRole::Reader),
    parameters: &[graph::LIMIT],
    result: "{dot_string, pointers, relationships, complete}",
    errors: &[],
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call<'_>) -> Answer {
    graph::rendered(graph::read(call).await?, shown).await
}

fn shown(graph: &Graph) -> Value {
    json!({
        "dot_string": dot(graph),
        "pointers": graph.nodes.len(),
        "relationships": graph.edges.len(),
        "complete": graph.complete,
    })
}

fn dot(graph: &Graph) -> String {
    let mut text = "graph pointers {\n    node [shape=box];\n".to_owned();
    for node in &graph.nodes {
        let label = match node.description.as_str() {
            "" => node.address.as_str(),
            description => description,
        };
        let _ = writeln!(
            text,
            "    {} [label={}];",
            quoted(node.address.as_str()),
            quoted(label)
        );
    }
    for edge in &graph.edges {
        let _ = writeln!(
            text,
            "    {} -- {} [label={}, weight=\"{}\"];",
            quoted(edge.a.as_str()),
            quoted(edge.b.as_str()),
            quoted(&edge.relationship),
            edge.weight
        );
    }
    text.push('}');
    text
}

/// A quoted string of DOT: only the quote and what escapes it mean something in there; line ends are kept as `\n`.
fn quoted(text: &str) -> String {
    let escaped = text
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace(['\r', '\n'], "\\n");
    format!("\"{escaped}\"")
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn nothing_ends_a_label_early() {
        assert_eq!(quoted("plain"), r#""plain""#);
        assert_eq!(quoted(r#"a "b" \"#), r#""a \"b\" \\""#);
        assert_eq!(quoted("a\nb"), r#""a\nb""#);
    }
}

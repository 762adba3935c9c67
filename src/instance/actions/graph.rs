//! The graph of pointers and stored relationships: what its drawings and exports have in common.

use super::{Answer, Call, Code, Kind, Outcome, Parameter};
use crate::instance::grant_part::GrantPart;
use crate::model::{ConnectionId, Pointer, PointerAddress};
use crate::protocol::{Problem, Rendered};
use crate::store::{Edge, PointerQuery, Start};
use serde_json::Value;

/// How many pointers, and how many relationships, are given at most.
const MOST: u64 = 100_000;
/// How many, where no limit is given.
const USUAL: u64 = 10_000;
/// How many pointers are read at a time.
const PAGE: u64 = 1_000;
/// How many bytes of descriptions and tags are given at most: a page of pointers has no more either.
const MOST_TEXT: usize = 16 * 1024 * 1024;

/// How much of the graph.
pub const LIMIT: Parameter = Parameter::optional(
    "limit",
    Kind::Count,
    "how many pointers and how many relationships at most; 10000 unless told otherwise, up to 100000, and 16 MB of descriptions and tags",
);

/// What the graph tells of a pointer.
pub struct Node {
    pub address: PointerAddress,
    pub description: String,
    pub tags: Vec<String>,
    pub connection_id: Option<ConnectionId>,
    pub coordinates: [f64; 3],
}

impl Node {
    fn text(&self) -> usize {
        self.description.len() + self.tags.iter().map(String::len).sum::<usize>()
    }
}

impl From<Pointer> for Node {
    fn from(pointer: Pointer) -> Self {
        Self {
            address: pointer.address,
            description: pointer.description,
            tags: pointer.tags,
            connection_id: pointer.connection_id,
            coordinates: [pointer.x, pointer.y, pointer.z],
        }
    }
}

/// A part of the graph: the oldest pointers and the relationships between any.
pub struct Graph {
    pub nodes: Vec<Node>,
    pub edges: Vec<Edge>,
    /// Whether that is all.
    pub complete: bool,
}

/// Lets only those pass who see every pointer: what the others see is not a graph.
pub fn require_all(call: &Call<'_>) -> Result<(), Problem> {
    match call.sees_every_pointer() {
        true => Ok(()),
        false => Err(GrantPart::Pointer.refuses(
            "this credential's grant covers some pointers only, and the graph tells of the others; ask the instance's administrator",
        )),
    }
}

/// Relationships, each pair once, and whether these are all.
pub async fn edges(call: &Call<'_>, kind: Option<&str>) -> Result<(Vec<Edge>, bool), Problem> {
    let limit = usize::try_from(limit(call)?).unwrap_or(usize::MAX);
    let mut edges = call.store().edges(kind, limit + 1).await?;
    let complete = edges.len() <= limit;
    edges.truncate(limit);
    Ok((edges, complete))
}

/// As much of the graph as was asked for.
pub async fn read(call: &Call<'_>) -> Result<Graph, Problem> {
    require_all(call)?;
    let limit = limit(call)?;
    let (mut nodes, mut room) = (Vec::new(), MOST_TEXT);
    let mut query = PointerQuery::default();
    let all_pointers = 'pages: loop {
        query.limit = Some(PAGE.min(limit - nodes.len() as u64));
        let page = call.store().pointers(&query).await?;
        for node in page.pointers.into_iter().map(Node::from) {
            let Some(left) = room.checked_sub(node.text()) else {
                break 'pages false;
            };
            room = left;
            nodes.push(node);
        }
        match page.next {
            None => break true,
            Some(_) if nodes.len() as u64 >= limit => break false,
            Some(next) => query.start = Start::After(next),
        }
    };
    let (edges, all_edges) = edges(call, None).await?;
    Ok(Graph {
        nodes,
        edges,
        complete: all_pointers && all_edges,
    })
}

/// A graph in whatever form, which is made beside the threads that answer: that of a hundred thousand pointers takes most
/// of a second, and whoever else is served by the same thread would wait.
pub async fn rendered(graph: Graph, form: impl FnOnce(&Graph) -> Value + Send + 'static) -> Answer {
    let making = tokio::task::spawn_blocking(move || Rendered::of(&form(&graph)));
    match making.await {
        Ok(rendered) => Ok(Outcome::Rendered(rendered)),
        Err(error) => Err(Problem::new(
            Code::Internal,
            format!("the graph could not be drawn: {error}; try again"),
        )),
    }
}

fn limit(call: &Call<'_>) -> Result<u64, Problem> {
    Ok(call
        .query
        .optional_count("limit")?
        .unwrap_or(USUAL)
        .clamp(1, MOST))
}

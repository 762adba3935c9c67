//! The graph of pointers and stored relationships: what its drawings and exports have in common.

use super::{Call, Kind, Parameter};
use crate::instance::grant_part::GrantPart;
use crate::model::Pointer;
use crate::protocol::Problem;
use crate::store::{Edge, PointerQuery, Start};

/// How many pointers, and how many relationships, are given at most.
const MOST: u64 = 100_000;
/// How many, where no limit is given.
const USUAL: u64 = 10_000;
/// How many pointers are read at a time.
const PAGE: u64 = 1_000;

/// How much of the graph.
pub const LIMIT: Parameter = Parameter::optional(
    "limit",
    Kind::Count,
    "how many pointers and how many relationships at most; 10000 unless told otherwise, up to 100000",
);

/// A part of the graph: the oldest pointers and the relationships between any.
pub struct Graph {
    pub pointers: Vec<Pointer>,
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
    let mut pointers = Vec::new();
    let mut query = PointerQuery::default();
    let all_pointers = loop {
        query.limit = Some(PAGE.min(limit - pointers.len() as u64));
        let page = call.store().pointers(&query).await?;
        pointers.extend(page.pointers);
        match page.next {
            None => break true,
            Some(_) if pointers.len() as u64 >= limit => break false,
            Some(next) => query.start = Start::After(next),
        }
    };
    let (edges, all_edges) = edges(call, None).await?;
    Ok(Graph {
        pointers,
        edges,
        complete: all_pointers && all_edges,
    })
}

fn limit(call: &Call<'_>) -> Result<u64, Problem> {
    Ok(call
        .query
        .optional_count("limit")?
        .unwrap_or(USUAL)
        .clamp(1, MOST))
}

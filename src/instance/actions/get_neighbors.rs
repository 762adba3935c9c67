//! `get_neighbors`: what a pointer is related to. Stored relationships come strongest first; those that are
//! computed from the coordinates (about a third of all pairs) nearest first, when they are asked for.

use super::parameter::{OFFSET, POINTER_ADDRESS};
use super::{Access, Action, Answer, Call, Code, DomainRole, Kind, Outcome, Parameter, neighbors};
use crate::protocol::Problem;
use crate::store::Relationship;
use serde_json::{Value, json};

/// The row of the table.
pub static ACTION: Action = Action {
    name: "get_neighbors",
    help: "Lists neighbours of a pointer: stored relationships, strongest first, or computed ones, nearest first.",
    access: Access::Granted,
    writes: false,
    destroys: |_| false,
    within: Some(DomainRole::Reader),
    parameters: &[
        POINTER_ADDRESS,
        Parameter::optional("limit", Kind::Count, "how many at most, up to 1000"),
        OFFSET,
        Parameter::optional(
            "computed",
            Kind::Flag,
            "true for those that are computed from the coordinates instead of those that are stored",
        ),
        Parameter::optional(
            "describe",
            Kind::Flag,
            "true to have each one's description beside it",
        ),
    ],
    result: "{count, neighbors: [{address, relationship, weight, description?}], total, approximate}",
    errors: &[Code::PointerNotFound],
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call<'_>) -> Answer {
    let pointer = call.pointer("pointer_address").await?;
    let limit = neighbors::count(call, "limit", neighbors::MOST)?;
    let offset = neighbors::skipped(call)?;
    let most = offset + limit;
    let (found, total) = if call.query.optional("computed")?.unwrap_or(false) {
        neighbors::computed(call, &pointer, most).await?
    } else {
        neighbors::stored(call, &pointer.address, most).await?
    };
    let page: Vec<Relationship> = found.into_iter().skip(offset).take(limit).collect();
    let shown = if call.query.optional("describe")?.unwrap_or(false) {
        described(call, &page).await?
    } else {
        page.iter().map(|neighbor| json!(neighbor)).collect()
    };
    Ok(Outcome::Success(json!({
        "count": shown.len(),
        "neighbors": shown,
        "total": total,
        "approximate": true,
    })))
}

async fn described(call: &Call<'_>, page: &[Relationship]) -> Result<Vec<Value>, Problem> {
    let mut shown = Vec::with_capacity(page.len());
    for neighbor in page {
        let summary = call.store().summary(&neighbor.address).await?;
        let mut value = json!(neighbor);
        value["description"] = json!(summary.map(|summary| summary.description));
        shown.push(value);
    }
    Ok(shown)
}

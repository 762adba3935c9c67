//! `get_neighbors`: what a pointer is related to.

use super::parameter::POINTER_ADDRESS;
use super::{Access, Action, Answer, Call, Kind, Outcome, Parameter, neighbors};
use serde_json::json;

/// The row of the table.
pub const ACTION: Action = Action {
    name: "get_neighbors",
    help: "Lists stored relationships of a pointer, strongest first.",
    access: Access::Granted,
    writes: false,
    parameters: &[
        POINTER_ADDRESS,
        Parameter::optional("limit", Kind::Count, "how many at most, up to 1000"),
    ],
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call<'_>) -> Answer {
    let pointer = call.pointer("pointer_address").await?;
    let limit = call.query.optional_count("limit")?;
    let limit = limit
        .and_then(|limit| usize::try_from(limit).ok())
        .unwrap_or(neighbors::MOST)
        .min(neighbors::MOST);
    let found = neighbors::visible(call, &pointer.address, limit).await?;
    Ok(Outcome::Success(
        json!({"count": found.len(), "neighbors": found}),
    ))
}

//! `get_pointer`: all that is known of one pointer.

use super::parameter::POINTER_ADDRESS;
use super::{Access, Action, Answer, Call, Code, DomainRole, Outcome, neighbors};
use serde_json::{Value, json};

/// The row of the table.
pub static ACTION: Action = Action {
    name: "get_pointer",
    help: "Shows a pointer and its strongest neighbours.",
    access: Access::Granted,
    writes: false,
    destroys: |_| false,
    within: Some(DomainRole::Reader),
    parameters: &[POINTER_ADDRESS],
    result: "{…pointer, neighbors: [{address, relationship, weight}]}",
    errors: &[Code::PointerNotFound],
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call<'_>) -> Answer {
    let pointer = call.pointer("pointer_address").await?;
    let neighbors = neighbors::visible(call, &pointer.address, neighbors::MOST).await?;
    let mut shown = json!(pointer);
    shown["neighbors"] = Value::Array(neighbors.into_iter().map(|neighbor| json!(neighbor)).collect());
    Ok(Outcome::Success(shown))
}

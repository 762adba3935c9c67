//! `delete_pointer`: removes a pointer; the data it refers to stays where it is.

use super::parameter::POINTER_ADDRESS;
use super::{Access, Action, Answer, Call, Code, DomainRole, Outcome};
use serde_json::json;

/// The row of the table.
pub static ACTION: Action = Action {
    name: "delete_pointer",
    help: "Removes a pointer and its relationships; the data it refers to is not touched.",
    access: Access::Granted,
    writes: true,
    destroys: |_| true,
    within: Some(DomainRole::Writer),
    parameters: &[POINTER_ADDRESS],
    result: "{message, pointer_address}",
    errors: &[Code::PointerNotFound],
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call<'_>) -> Answer {
    let pointer = call.pointer("pointer_address").await?;
    call.store().delete_pointer(&pointer.address).await?;
    Ok(Outcome::Success(json!({
        "message": "Pointer deleted successfully.",
        "pointer_address": pointer.address,
    })))
}

//! `delete_pointer`: removes a pointer; the data it refers to stays where it is.

use super::parameter::POINTER_ADDRESS;
use super::{Access, Action, Answer, Call, Code, DomainRole, Outcome, meanwhile};
use crate::model::PointerAddress;
use crate::protocol::Problem;
use crate::store::StoreError;
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
    errors: &[Code::PointerNotFound, Code::ChangedMeanwhile],
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call<'_>) -> Answer {
    let address = meanwhile::settled(call, meanwhile::LOOKS, || delete(call)).await?;
    Ok(Outcome::Success(json!({
        "message": "Pointer deleted successfully.",
        "pointer_address": address,
    })))
}

async fn delete(call: &Call<'_>) -> Result<Result<PointerAddress, StoreError>, Problem> {
    let pointer = call.pointer("pointer_address").await?;
    let seen = meanwhile::as_seen(call, &pointer);
    let deleted = call.store().delete_pointer(&pointer.address, seen).await;
    Ok(deleted.map(|()| pointer.address))
}

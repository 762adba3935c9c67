//! `assign_pointer_to_connection`: through which connection a pointer is invoked.

use super::parameter::{CONNECTION_ID, POINTER_ADDRESS};
use super::{Access, Action, Answer, Call, Outcome};
use serde_json::json;

/// The row of the table.
pub const ACTION: Action = Action {
    name: "assign_pointer_to_connection",
    help: "Lets a pointer be invoked through a connection of the caller's domain.",
    access: Access::Granted,
    writes: true,
    parameters: &[POINTER_ADDRESS, CONNECTION_ID],
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call<'_>) -> Answer {
    let pointer = call.pointer("pointer_address").await?;
    let connection = call.connection("connection_id").await?;
    call.require_ownership(&connection).await?;
    // Taking a pointer away from another connection is that one's owner's business too.
    if let Some(before) = pointer
        .connection_id
        .as_ref()
        .filter(|before| **before != connection.id)
        && let Some(before) = call.store().connection(before).await?
    {
        call.require_ownership(&before).await?;
    }
    let pointer = call
        .store()
        .assign_pointer(&pointer.address, Some(&connection.id), call.now())
        .await?;
    Ok(Outcome::Success(json!({
        "message": format!("Pointer {} assigned to connection {}.", pointer.address, connection.id),
        "pointer": pointer,
    })))
}

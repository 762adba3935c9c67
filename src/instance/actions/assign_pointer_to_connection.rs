//! `assign_pointer_to_connection`: through which connection a pointer is invoked.

use super::parameter::POINTER_ADDRESS;
use super::{Access, Action, Answer, Call, Code, DomainRole, Kind, Outcome, Parameter};
use serde_json::json;

/// The row of the table.
pub static ACTION: Action = Action {
    name: "assign_pointer_to_connection",
    help: "Lets a pointer be invoked through a connection of the caller's domain, or through none any more.",
    access: Access::Granted,
    writes: true,
    destroys: |_| false,
    within: Some(DomainRole::Writer),
    parameters: &[
        POINTER_ADDRESS,
        Parameter::required(
            "connection_id",
            Kind::ConnectionId,
            "the connection's id; null takes the pointer out of the one that it is in",
        ),
    ],
    result: "{message, pointer: pointer}",
    errors: &[
        Code::PointerNotFound,
        Code::ConnectionNotFound,
        Code::AccessDenied,
    ],
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call<'_>) -> Answer {
    let pointer = call.pointer("pointer_address").await?;
    let connection = match call.query.is_null("connection_id") {
        true => None,
        false => Some(call.connection("connection_id").await?),
    };
    if let Some(connection) = &connection {
        call.require_role(connection, DomainRole::Writer).await?;
    }
    let after = connection.as_ref().map(|connection| &connection.id);
    // Taking a pointer away from another connection is that one's owner's business too.
    if let Some(before) = pointer
        .connection_id
        .as_ref()
        .filter(|before| Some(*before) != after)
        && let Some(before) = call.store().connection(before).await?
    {
        call.require_role(&before, DomainRole::Writer).await?;
    }
    let pointer = call
        .store()
        .assign_pointer(&pointer.address, after, call.now())
        .await?;
    let message = match after {
        Some(id) => format!("Pointer {} assigned to connection {id}.", pointer.address),
        None => format!("Pointer {} assigned to no connection.", pointer.address),
    };
    Ok(Outcome::Success(
        json!({ "message": message, "pointer": pointer }),
    ))
}

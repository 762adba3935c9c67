//! `assign_pointer_to_connection`: through which connection a pointer is invoked.

use super::parameter::POINTER_ADDRESS;
use super::{Access, Action, Answer, Call, Code, DomainRole, Kind, Outcome, Parameter, meanwhile};
use crate::model::{Connection, Pointer};
use crate::protocol::Problem;
use crate::store::StoreError;
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
        Code::ChangedMeanwhile,
        Code::ConnectionNotFound,
        Code::AccessDenied,
    ],
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call<'_>) -> Answer {
    let pointer = meanwhile::settled(call, meanwhile::LOOKS, || assign(call)).await?;
    let message = match &pointer.connection_id {
        Some(id) => format!("Pointer {} assigned to connection {id}.", pointer.address),
        None => format!("Pointer {} assigned to no connection.", pointer.address),
    };
    Ok(Outcome::Success(
        json!({ "message": message, "pointer": pointer }),
    ))
}

async fn assign(call: &Call<'_>) -> Result<Result<Pointer, StoreError>, Problem> {
    let pointer = call.pointer("pointer_address").await?;
    let connection = match call.query.is_null("connection_id") {
        true => None,
        false => Some(call.connection("connection_id").await?),
    };
    if let Some(connection) = &connection {
        call.require_role(connection, DomainRole::Writer).await?;
    }
    require_before(call, &pointer, connection.as_deref()).await?;
    let after = connection.as_ref().map(|connection| &connection.id);
    // The owner may take it from wherever it is by now.
    let seen = (!call.grant().owner).then_some(pointer.last_modified);
    Ok(call
        .store()
        .assign_pointer(&pointer.address, after, seen, call.now())
        .await)
}

/// Taking a pointer away from another connection is that one's owner's business too.
async fn require_before(
    call: &Call<'_>,
    pointer: &Pointer,
    connection: Option<&Connection>,
) -> Result<(), Problem> {
    let after = connection.map(|connection| &connection.id);
    let Some(before) = pointer
        .connection_id
        .as_ref()
        .filter(|before| Some(*before) != after)
    else {
        return Ok(());
    };
    match call.store().connection(before).await? {
        Some(before) => call.require_role(&before, DomainRole::Writer).await,
        None => Ok(()),
    }
}

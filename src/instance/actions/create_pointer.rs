//! `create_pointer`: a new pointer.

use super::check::Inspector;
use super::parameter::{DESCRIPTION, TAGS};
use super::{Access, Action, Answer, Call, Code, DomainRole, Kind, Outcome, Parameter};
use crate::model::NewPointer;
use crate::protocol::Problem;
use serde_json::json;

/// The row of the table.
pub const ACTION: Action = Action {
    name: "create_pointer",
    help: "Makes a pointer; its data_reference must not be another pointer's.",
    access: Access::Granted,
    writes: true,
    within: Some(DomainRole::Writer),
    parameters: &[
        Parameter::required(
            "data_reference",
            Kind::Text,
            "where the data is: a URL, a sealed body, a circuit",
        ),
        DESCRIPTION,
        TAGS,
        Parameter::optional(
            "connection_id",
            Kind::ConnectionId,
            "the connection to assign it to",
        ),
        Parameter::optional(
            "credential_pointer_address",
            Kind::PointerAddress,
            "the pointer whose sealed data holds the header for fetching this one",
        ),
        Parameter::optional(
            "federated",
            Kind::Json,
            "where it leads, if to another instance: route, connection_id, endpoint, profile, kid, query",
        ),
    ],
    result: "{message, pointer: pointer}",
    errors: &[
        Code::DuplicateReference,
        Code::ConnectionNotFound,
        Code::PointerNotFound,
        Code::AccessDenied,
        Code::InvalidCircuit,
    ],
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call<'_>) -> Answer {
    let new = read(call)?;
    Inspector::new(call).inspect(&new).await?;
    let pointer = match call.store().create_pointer(new, call.now()).await {
        Ok(pointer) => pointer,
        Err(error) => return Err(call.storage_problem(error).await),
    };
    Ok(Outcome::Success(json!({
        "message": "Pointer created successfully.",
        "pointer": pointer,
    })))
}

fn read(call: &Call<'_>) -> Result<NewPointer, Problem> {
    let query = call.query;
    Ok(NewPointer {
        data_reference: query.text("data_reference")?.to_owned(),
        description: query.optional_text("description")?.unwrap_or_default().to_owned(),
        tags: query.optional_texts("tags")?.unwrap_or_default(),
        connection_id: query.optional_id("connection_id")?,
        credential_pointer_address: query.optional_id("credential_pointer_address")?,
        federated: query.optional("federated")?,
    })
}

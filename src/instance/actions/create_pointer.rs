//! `create_pointer`: a new pointer.

use super::check;
use super::parameter::{DESCRIPTION, TAGS};
use super::{Access, Action, Answer, Call, Code, DomainRole, Kind, Parameter};
use crate::model::NewPointer;
use crate::protocol::Problem;

/// The row of the table.
pub static ACTION: Action = Action {
    name: "create_pointer",
    help: "Makes a pointer; its data_reference must not be another pointer's.",
    access: Access::Granted,
    writes: true,
    destroys: |_| false,
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
    check::make_pointer(call, read(call)?, "Pointer created successfully.").await
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
        author: None,
    })
}

//! `create_circuit`: a pointer that holds actions for this instance to take.

use super::check;
use super::parameter::{DESCRIPTION, TAGS};
use super::{Access, Action, Answer, Call, Code, DomainRole, Kind, Parameter};
use crate::model::{CIRCUIT_PREFIX, NewPointer};
use crate::protocol::Problem;
use serde_json::Value;

/// The row of the table.
pub static ACTION: Action = Action {
    name: "create_circuit",
    help: "Makes a pointer that runs actions when it is invoked.",
    access: Access::Granted,
    writes: true,
    destroys: |_| false,
    within: Some(DomainRole::Writer),
    parameters: &[
        Parameter::required(
            "circuit_definition",
            Kind::Json,
            "the actions, in order; a string with {0.field} takes that value from the result of step 0",
        ),
        DESCRIPTION,
        TAGS,
        Parameter::optional(
            "connection_id",
            Kind::ConnectionId,
            "the connection to assign it to",
        ),
    ],
    result: "{message, pointer: pointer}",
    errors: &[
        Code::DuplicateReference,
        Code::InvalidCircuit,
        Code::ConnectionNotFound,
        Code::AccessDenied,
    ],
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call<'_>) -> Answer {
    check::make_pointer(call, read(call)?, "Circuit created successfully.").await
}

fn read(call: &Call<'_>) -> Result<NewPointer, Problem> {
    let definition: Value = call.query.required("circuit_definition")?;
    Ok(NewPointer {
        data_reference: format!("{CIRCUIT_PREFIX}{definition}"),
        description: call
            .query
            .optional_text("description")?
            .unwrap_or_default()
            .to_owned(),
        tags: call.query.optional_texts("tags")?.unwrap_or_default(),
        connection_id: call.query.optional_id("connection_id")?,
        credential_pointer_address: None,
        federated: None,
        author: None,
    })
}

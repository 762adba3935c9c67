//! `create_credential_pointer {header, token, origins, description?, tags?, connection_id?}` → `{pointer}`: a pointer
//! that holds, sealed under the instance's key, the header with which other pointers' data is fetched.

use super::check;
use super::parameter::{DESCRIPTION, TAGS};
use super::{Access, Action, Answer, Call, Code, DomainRole, Kind, Parameter};
use crate::instance::fetch_header::FetchHeader;
use crate::model::NewPointer;

/// The row of the table.
pub static ACTION: Action = Action {
    name: "create_credential_pointer",
    help: "Makes a pointer that holds the header for fetching others, sealed: name it as their credential_pointer_address.",
    access: Access::Granted,
    writes: true,
    destroys: |_| false,
    within: Some(DomainRole::Writer),
    parameters: &[
        Parameter::required("header", Kind::Text, "the header's name, such as Authorization"),
        Parameter::required(
            "token",
            Kind::Text,
            "its value, such as Bearer …; never shown again",
        )
        .secret(),
        Parameter::required(
            "origins",
            Kind::Texts,
            "the servers that may get it: scheme, host and port, such as https://api.example.com",
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
        Code::PointerNotFound,
        Code::ConnectionNotFound,
        Code::DuplicateReference,
        Code::AccessDenied,
    ],
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call<'_>) -> Answer {
    let query = call.query;
    let origins = query.optional_texts("origins")?.unwrap_or_default();
    if origins.is_empty() {
        return Err(query.missing("origins").into());
    }
    let header = FetchHeader::new(query.text("header")?, query.text("token")?, origins)
        .map_err(|(parameter, reason)| check::invalid(parameter, reason))?;
    let new = NewPointer {
        data_reference: header.seal(call.instance.key()),
        description: query.optional_text("description")?.unwrap_or_default().to_owned(),
        tags: query.optional_texts("tags")?.unwrap_or_default(),
        connection_id: query.optional_id("connection_id")?,
        credential_pointer_address: None,
        federated: None,
        author: None,
    };
    check::make_pointer(call, new, "Credential pointer created successfully.").await
}

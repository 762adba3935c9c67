//! `update_pointer`: changes what a pointer says or where it leads.

use super::check::{self, Inspector};
use super::parameter::{DESCRIPTION, POINTER_ADDRESS, TAGS};
use super::{Access, Action, Answer, Call, DomainRole, Kind, Outcome, Parameter, meanwhile};
use crate::model::{Pointer, PointerChange};
use crate::protocol::{Code, Problem};
use crate::store::StoreError;
use serde_json::json;

/// The row of the table.
pub static ACTION: Action = Action {
    name: "update_pointer",
    help: "Changes a pointer; what is not given stays.",
    access: Access::Granted,
    writes: true,
    destroys: |_| false,
    within: Some(DomainRole::Writer),
    parameters: &[
        POINTER_ADDRESS,
        DESCRIPTION,
        Parameter::optional("data_reference", Kind::Text, "where the data is from now on"),
        TAGS,
        Parameter::optional(
            "credential_pointer_address",
            Kind::PointerAddress,
            "the pointer that holds the header with which its data is fetched from now on; null: none",
        ),
        Parameter::optional(
            "federated",
            Kind::Json,
            "where it leads from now on: {route, connection_id, endpoint, profile, kid, query}; only with a data_reference that fits",
        ),
        Parameter::optional(
            "if_unchanged_since",
            Kind::Text,
            "its last_modified as the caller saw it: nothing is changed if it changed since",
        ),
    ],
    result: "{message, pointer: pointer}",
    errors: &[
        Code::PointerNotFound,
        Code::ChangedMeanwhile,
        Code::DuplicateReference,
        Code::InvalidCircuit,
        Code::ConnectionNotFound,
        Code::AccessDenied,
    ],
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call<'_>) -> Answer {
    // What the caller saw itself is not looked at anew.
    let looks = match call.query.get("if_unchanged_since") {
        Some(_) => 0,
        None => meanwhile::LOOKS,
    };
    let pointer = meanwhile::settled(call, looks, || update(call)).await?;
    Ok(Outcome::Success(json!({
        "message": "Pointer updated successfully.",
        "pointer": pointer,
    })))
}

async fn update(call: &Call<'_>) -> Result<Result<Pointer, StoreError>, Problem> {
    let pointer = call.pointer("pointer_address").await?;
    let description = call.query.optional_text("description")?.map(str::to_owned);
    let data_reference = call.query.optional_text("data_reference")?.map(str::to_owned);
    let mut change = PointerChange {
        author: data_reference.is_some().then(|| call.author()),
        description,
        data_reference,
        tags: call.query.optional_texts("tags")?,
        credential_pointer_address: match call.query.is_null("credential_pointer_address") {
            true => Some(None),
            false => call.query.optional_id("credential_pointer_address")?.map(Some),
        },
        federated: call.query.optional("federated")?,
        if_unchanged_since: call.query.optional("if_unchanged_since")?,
    };
    inspect(call, &pointer, &change).await?;
    change.if_unchanged_since = match change.if_unchanged_since {
        None if leads_the_same_way(&change) => meanwhile::as_seen(call, &pointer),
        // Where it leads is decided by all of what it says of that.
        None => Some(pointer.last_modified),
        // What was looked at, and nothing that the caller foresaw.
        Some(seen) if seen != pointer.last_modified => return Ok(Err(meanwhile::changed(&pointer))),
        seen => seen,
    };
    Ok(call
        .store()
        .update_pointer(&pointer.address, change, call.now())
        .await)
}

fn leads_the_same_way(change: &PointerChange) -> bool {
    change.data_reference.is_none()
        && change.federated.is_none()
        && change.credential_pointer_address.is_none()
}

async fn inspect(call: &Call<'_>, pointer: &Pointer, change: &PointerChange) -> Result<(), Problem> {
    if change.is_empty() {
        return Err(Problem::new(
            Code::MissingParameter,
            "Action 'update_pointer' requires something to change: 'description', 'data_reference', 'tags' or 'credential_pointer_address'.",
        ));
    }
    if let Some(description) = &change.description {
        check::description(description)?;
    }
    if let Some(tags) = &change.tags {
        check::tags(tags)?;
    }
    if leads_the_same_way(change) {
        return Ok(());
    }
    let data_reference = change.data_reference.as_ref().unwrap_or(&pointer.data_reference);
    check::data_reference(data_reference)?;
    let federated = change.federated.as_ref().or(pointer.federated.as_ref());
    let mut inspector = Inspector::new(call);
    inspector.reference(data_reference, federated).await?;
    let credential = change
        .credential_pointer_address
        .as_ref()
        .unwrap_or(&pointer.credential_pointer_address);
    if let Some(credential) = credential {
        inspector.credential(credential, data_reference).await?;
    }
    // Whoever changes where an assigned pointer leads changes what its connection is used for.
    match &pointer.connection_id {
        Some(id) => {
            let connection = call.connection_at(id).await?;
            call.require_use(&connection, DomainRole::Writer).await
        }
        None => Ok(()),
    }
}

//! `update_connection {connection_id, name?, description?, held_credential?, if_still?}` → `{message, connection}`.

use super::create_connection::require_held;
use super::meanwhile::{IF_STILL, if_still};
use super::parameter::{CONNECTION_ID, DESCRIPTION};
use super::{Access, Action, Answer, Call, Code, DomainRole, Kind, Outcome, Parameter, check};
use crate::protocol::Problem;
use crate::store::ConnectionChange;
use serde_json::json;

/// The row of the table.
pub static ACTION: Action = Action {
    name: "update_connection",
    help: "Changes a connection of the caller's domain; what is not given stays.",
    access: Access::Granted,
    writes: true,
    destroys: |_| false,
    within: Some(DomainRole::Administrator),
    parameters: &[
        CONNECTION_ID,
        Parameter::optional("name", Kind::Text, "its new name"),
        DESCRIPTION,
        Parameter::optional(
            "held_credential",
            Kind::Text,
            "the credential that relays use from now on, null for none; only the instance's owner may say",
        )
        .naming("held_credential"),
        IF_STILL,
    ],
    result: "{message, connection: connection}",
    errors: &[
        Code::AccessDenied,
        Code::ConnectionNotFound,
        Code::ChangedMeanwhile,
        Code::OwnerOnly,
        Code::NoHeldCredential,
    ],
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call<'_>) -> Answer {
    let connection = call.connection("connection_id").await?;
    call.require_role(&connection, DomainRole::Administrator).await?;
    let change = read(call)?;
    if change.is_empty() {
        return Err(Problem::new(
            Code::MissingParameter,
            "Action 'update_connection' requires something to change: 'name', 'description' or 'held_credential'.",
        ));
    }
    let connection = match call.store().update_connection(&connection.id, change).await {
        Ok(connection) => connection,
        Err(error) => return Err(call.storage_problem(error).await),
    };
    Ok(Outcome::Success(json!({
        "message": "Connection updated successfully.",
        "connection": connection,
    })))
}

fn read(call: &Call<'_>) -> Result<ConnectionChange, Problem> {
    let query = call.query;
    let name = query.optional_text("name")?;
    let description = query.optional_text("description")?;
    check::description(description.unwrap_or_default())?;
    let held = query.optional_text("held_credential")?;
    let changes_held = held.is_some() || query.is_null("held_credential");
    if changes_held {
        require_held(call, held)?;
    }
    Ok(ConnectionChange {
        name: name
            .map(|name| check::name("name", name))
            .transpose()?
            .map(str::to_owned),
        description: description.map(str::to_owned),
        held_credential: changes_held.then(|| held.map(str::to_owned)),
        if_still: if_still(call, &["name", "description", "status", "held_credential"])?,
    })
}

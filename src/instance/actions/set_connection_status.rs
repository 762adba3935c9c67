//! `set_connection_status`: opens or closes a connection.

use super::parameter::CONNECTION_ID;
use super::{Access, Action, Answer, Call, Code, DomainRole, Kind, Outcome, Parameter, check};
use crate::model::ConnectionStatus;
use serde_json::{Value, json};

/// The row of the table.
pub static ACTION: Action = Action {
    name: "set_connection_status",
    help: "Opens or closes a connection of the caller's domain.",
    access: Access::Granted,
    writes: true,
    destroys: |query| query.get("status").and_then(Value::as_str) != Some("active"),
    within: Some(DomainRole::Administrator),
    parameters: &[
        CONNECTION_ID,
        Parameter::required("status", Kind::Text, "active or disabled").among(&["active", "disabled"]),
    ],
    result: "{message, connection: connection}",
    errors: &[Code::ConnectionNotFound, Code::AccessDenied],
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call<'_>) -> Answer {
    let connection = call.connection("connection_id").await?;
    let status = ConnectionStatus::parse(call.query.text("status")?)
        .ok_or_else(|| check::invalid("status", "must be 'active' or 'disabled'"))?;
    call.require_role(&connection, DomainRole::Administrator).await?;
    let connection = call.store().set_connection_status(&connection.id, status).await?;
    Ok(Outcome::Success(json!({
        "message": format!("Connection {} is now {}.", connection.id, connection.status.as_str()),
        "connection": connection,
    })))
}

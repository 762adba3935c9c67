//! `delete_connection {connection_id}` → `{message, connection_id}`. Nothing is left dangling: pointers and credentials that
//! still need it are named.

use super::parameter::CONNECTION_ID;
use super::{Access, Action, Answer, Call, Code, DomainRole, Outcome};
use crate::model::ConnectionId;
use crate::protocol::Problem;
use serde_json::json;

/// How many of the credentials that stand in the way are named.
const MOST_NAMED: usize = 20;

/// The row of the table.
pub static ACTION: Action = Action {
    name: "delete_connection",
    help: "Removes a connection that no pointer is assigned to or leads through, and no standing credential's grant names.",
    access: Access::Granted,
    writes: true,
    destroys: |_| true,
    within: Some(DomainRole::Administrator),
    parameters: &[CONNECTION_ID],
    result: "{message, connection_id}",
    errors: &[Code::AccessDenied, Code::ConnectionNotFound, Code::InUse],
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call<'_>) -> Answer {
    let connection = call.connection("connection_id").await?;
    call.require_role(&connection, DomainRole::Administrator).await?;
    let _alone = call.instance.changing().await;
    refuse_if_granted(call, &connection.id)?;
    call.store().delete_connection(&connection.id).await?;
    Ok(Outcome::Success(json!({
        "message": "Connection deleted successfully.",
        "connection_id": connection.id,
    })))
}

fn refuse_if_granted(call: &Call<'_>, connection: &ConnectionId) -> Result<(), Problem> {
    let names: Vec<String> = call
        .instance
        .issued()
        .all()
        .iter()
        .filter(|credential| !credential.life.has_ended())
        .filter(|credential| credential.record.grant.pointers.connections.contains(connection))
        .map(|credential| credential.record.name.clone())
        .take(MOST_NAMED)
        .collect();
    if names.is_empty() {
        return Ok(());
    }
    let message = format!(
        "the connection {connection} is still needed by the grants of {}",
        names.join(", ")
    );
    Err(Problem::new(Code::InUse, message).with("used_by", json!(names)))
}

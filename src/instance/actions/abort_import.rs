//! `abort_import`: ends an import of which nothing shall stay.

use super::parameter::IMPORT_ID;
use super::{Access, Action, Answer, Call, DomainRole, Outcome, check};
use serde_json::json;

/// The row of the table.
pub static ACTION: Action = Action {
    name: "abort_import",
    help: "Ends an import; nothing of it stays.",
    access: Access::Granted,
    writes: true,
    destroys: |_| false,
    within: Some(DomainRole::Writer),
    parameters: &[IMPORT_ID],
    result: "{message, import_id}",
    errors: &[],
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call<'_>) -> Answer {
    let id = check::import_id(call)?;
    call.store().abort_import(id, &call.caller.credential).await?;
    Ok(Outcome::Success(json!({
        "message": "Import aborted; nothing was imported.",
        "import_id": id.to_string(),
    })))
}

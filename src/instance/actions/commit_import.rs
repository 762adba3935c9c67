//! `commit_import`: makes the rows of an import appear, all of them in one step.

use super::parameter::IMPORT_ID;
use super::{Access, Action, Answer, Call, Code, DomainRole, Outcome, check};
use serde_json::json;

/// The row of the table.
pub static ACTION: Action = Action {
    name: "commit_import",
    help: "Makes the staged rows of an import appear all at once, and ends it.",
    access: Access::Granted,
    writes: true,
    destroys: |_| false,
    within: Some(DomainRole::Writer),
    parameters: &[IMPORT_ID],
    result: "{imported}",
    errors: &[Code::DuplicateReference, Code::ConnectionNotFound, Code::InUse],
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call<'_>) -> Answer {
    let id = check::import_id(call)?;
    let committed = call
        .store()
        .commit_import(id, &call.caller.credential, call.now())
        .await;
    let imported = match committed {
        Ok(imported) => imported,
        Err((row, error)) => {
            let is_about_a_row = error.is_about_a_row();
            let problem = call.storage_problem(error).await;
            return Err(if is_about_a_row {
                problem.with("staged_row", json!(row))
            } else {
                problem
            });
        }
    };
    Ok(Outcome::Success(json!({"imported": imported})))
}

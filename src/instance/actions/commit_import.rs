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
    errors: &[Code::DuplicateReference, Code::ConnectionNotFound],
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call<'_>) -> Answer {
    let id = check::import_id(call)?;
    let committed = call.store().commit_import(id, call.now()).await;
    let imported = match committed {
        Ok(imported) => imported,
        Err((row, error)) => {
            let problem = call.storage_problem(error).await;
            return Err(problem.with("staged_row", json!(row)));
        }
    };
    Ok(Outcome::Success(json!({"imported": imported})))
}

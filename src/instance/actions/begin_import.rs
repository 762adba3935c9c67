//! `begin_import`: many pointers at once. They are staged where nobody sees them, and appear all
//! together with `commit_import` or, after `abort_import` or a stop of the instance, not at all.

use super::{Access, Action, Answer, Call, Code, DomainRole, Outcome};
use serde_json::json;

/// The row of the table.
pub static ACTION: Action = Action {
    name: "begin_import",
    help: "Begins an import; go on with import_pointers and end with commit_import or abort_import. Nobody else can; of one credential 2 are open at a time, of all together 8, and one that rests for 10 minutes ends.",
    access: Access::Granted,
    writes: true,
    destroys: |_| false,
    within: Some(DomainRole::Writer),
    parameters: &[],
    result: "{import_id}",
    errors: &[Code::TooManyImports],
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call<'_>) -> Answer {
    let id = call
        .store()
        .begin_import(&call.caller.credential, call.now())
        .await?;
    Ok(Outcome::Success(json!({"import_id": id.to_string()})))
}

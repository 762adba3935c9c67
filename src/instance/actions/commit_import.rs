//! `commit_import`: makes the rows of an import appear, all of them in one step.

use super::parameter::IMPORT_ID;
use super::{Access, Action, Answer, Call, Code, DomainRole, Outcome, check};
use crate::model::ConnectionId;
use crate::protocol::Problem;
use crate::store::{ImportBounds, StoreError};
use serde_json::json;

/// The row of the table.
pub static ACTION: Action = Action {
    name: "commit_import",
    help: "Makes the staged rows of an import appear all at once, and ends it; where the caller may not make one of them any more, \
           none appears. Every other write of the instance waits meanwhile, some seconds for each hundred thousand rows; reading \
           goes on.",
    access: Access::Granted,
    writes: true,
    destroys: |_| false,
    within: Some(DomainRole::Writer),
    parameters: &[IMPORT_ID],
    result: "{imported}",
    errors: &[
        Code::DuplicateReference,
        Code::ConnectionNotFound,
        Code::AccessDenied,
        Code::InUse,
    ],
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call<'_>) -> Answer {
    let id = check::import_id(call)?;
    let committed = call
        .store()
        .commit_import(id, &call.caller.credential, bounds(call).await?, call.now())
        .await;
    let imported = match committed {
        Ok(imported) => imported,
        Err((row, error)) => {
            let is_about_a_row = error.is_about_a_row();
            let problem = problem(call, error).await;
            return Err(if is_about_a_row {
                problem.with("staged_row", json!(row))
            } else {
                problem
            });
        }
    };
    Ok(Outcome::Success(json!({"imported": imported})))
}

/// What the caller may make now: what it might when the rows were staged is nothing that it keeps.
async fn bounds(call: &Call<'_>) -> Result<Option<ImportBounds>, Problem> {
    if call.grant().owner {
        return Ok(None);
    }
    Ok(Some(ImportBounds {
        scope: call.grant().pointers.clone(),
        connections: call.usable(DomainRole::Writer).await?,
    }))
}

async fn problem(call: &Call<'_>, error: StoreError) -> Problem {
    let refusal = match &error {
        StoreError::BeyondBounds {
            connection: Some(connection),
        } => refusal(call, connection).await.err(),
        _ => None,
    };
    match refusal {
        Some(refusal) => refusal,
        None => call.storage_problem(error).await,
    }
}

/// Why a connection is not for this caller, as whoever makes a single pointer there is told.
async fn refusal(call: &Call<'_>, connection: &ConnectionId) -> Result<(), Problem> {
    let connection = call.connection_at(connection).await?;
    call.require_use(&connection, DomainRole::Writer).await
}

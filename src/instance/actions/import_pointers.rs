//! `import_pointers`: stages more rows of an import. Bad rows are left out and told; the others stay.

use super::check::{self, Inspector};
use super::parameter::IMPORT_ID;
use super::{Access, Action, Answer, Call, DomainRole, Kind, Outcome, Parameter};
use crate::model::NewPointer;
use crate::protocol::Problem;
use crate::store::{ImportId, StoreError};
use serde::Deserialize;
use serde_json::{Value, json};

/// Rows of one call.
const MOST_ROWS: usize = 10_000;

/// The row of the table.
pub static ACTION: Action = Action {
    name: "import_pointers",
    help: "Stages rows of an import; tells which were refused, counted from 0 within this call.",
    access: Access::Granted,
    writes: true,
    destroys: |_| false,
    within: Some(DomainRole::Writer),
    parameters: &[
        IMPORT_ID,
        Parameter::required(
            "pointers",
            Kind::Json,
            "a list of pointers as create_pointer takes them, at most 10000",
        ),
    ],
    result: "{accepted, rejected: [{index, code, message}]}",
    errors: &[],
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call<'_>) -> Answer {
    let id = check::import_id(call)?;
    let rows = match call.query.get("pointers") {
        None => return Err(call.query.missing("pointers").into()),
        Some(Value::Array(rows)) if rows.len() <= MOST_ROWS => rows,
        Some(_) => {
            return Err(check::invalid(
                "pointers",
                format!("must be a list of at most {MOST_ROWS}"),
            ));
        }
    };
    let mut refused = Vec::new();
    let good = inspect(call, rows, &mut refused).await;
    let accepted = stage(call, id, good, &mut refused).await?;
    refused.sort_by_key(|(index, _)| *index);
    let rejected: Vec<Value> = refused
        .iter()
        .map(|(index, problem)| shown(*index, problem))
        .collect();
    Ok(Outcome::Success(
        json!({"accepted": accepted, "rejected": rejected}),
    ))
}

fn shown(index: usize, problem: &Problem) -> Value {
    json!({"index": index, "code": problem.code.as_str(), "message": problem.message})
}

/// The rows that may be staged, with their places in the call.
async fn inspect(
    call: &Call<'_>,
    rows: &[Value],
    refused: &mut Vec<(usize, Problem)>,
) -> Vec<(usize, NewPointer)> {
    let mut inspector = Inspector::new(call);
    let mut good = Vec::with_capacity(rows.len());
    for (index, row) in rows.iter().enumerate() {
        match read(&mut inspector, row).await {
            Ok(new) => good.push((index, new)),
            Err(problem) => refused.push((index, problem)),
        }
    }
    good
}

async fn read(inspector: &mut Inspector<'_>, row: &Value) -> Result<NewPointer, Problem> {
    let new = NewPointer::deserialize(row).map_err(|error| check::invalid("pointers", error.to_string()))?;
    inspector.inspect(&new).await?;
    Ok(new)
}

/// Stages the rows. The store takes a batch whole or not at all: where one row is refused, those before it
/// are staged, it is left out, and those after it are tried next.
async fn stage(
    call: &Call<'_>,
    id: ImportId,
    mut rows: Vec<(usize, NewPointer)>,
    refused: &mut Vec<(usize, Problem)>,
) -> Result<usize, Problem> {
    let mut staged_before = call
        .store()
        .import_rows(id, Vec::new())
        .await
        .map_err(|(_, error)| error)?;
    let mut accepted = 0;
    while !rows.is_empty() {
        let batch = rows.iter().map(|(_, new)| new.clone()).collect();
        let (row, error) = match call.store().import_rows(id, batch).await {
            Ok(_) => return Ok(accepted + rows.len()),
            Err(failure) => failure,
        };
        let at = usize::try_from(staged_before)
            .ok()
            .and_then(|before| row.checked_sub(before))
            .filter(|at| *at < rows.len() && is_about_the_row(&error));
        let Some(at) = at else {
            return Err(error.into());
        };
        let rest = rows.split_off(at + 1);
        let (index, _) = rows.pop().expect("the batch has the row that was refused");
        refused.push((index, call.storage_problem(error).await));
        accepted += rows.len();
        let good = rows.into_iter().map(|(_, new)| new).collect();
        staged_before = call
            .store()
            .import_rows(id, good)
            .await
            .map_err(|(_, error)| error)?;
        rows = rest;
    }
    Ok(accepted)
}

fn is_about_the_row(error: &StoreError) -> bool {
    match error {
        StoreError::DuplicateReference { .. } | StoreError::AlreadyExists { .. } => true,
        StoreError::NotFound { what, .. } => *what != "import",
        _ => false,
    }
}

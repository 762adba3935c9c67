//! `import_pointers`: stages more rows of an import. Bad rows are left out and told; the others stay.

use super::check::{self, Inspector};
use super::parameter::IMPORT_ID;
use super::{Access, Action, Answer, Call, DomainRole, Kind, Outcome, Parameter};
use crate::model::NewPointer;
use crate::protocol::Problem;
use crate::store::ImportId;
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
    let reference = inspector.inspect(&new).await?;
    inspector.of_no_author(&new, &reference)?;
    Ok(new)
}

/// Stages the rows, and adds those that the store refuses to the others that were.
async fn stage(
    call: &Call<'_>,
    id: ImportId,
    rows: Vec<(usize, NewPointer)>,
    refused: &mut Vec<(usize, Problem)>,
) -> Result<usize, Problem> {
    let (places, rows): (Vec<usize>, Vec<NewPointer>) = rows.into_iter().unzip();
    let whose = &call.caller.credential;
    let staged = call.store().import_rows(id, whose, rows, call.now()).await?;
    let accepted = places.len() - staged.refused.len();
    for (row, error) in staged.refused {
        refused.push((places[row], call.storage_problem(error).await));
    }
    Ok(accepted)
}

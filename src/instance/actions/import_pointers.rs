//! `import_pointers`: stages more rows of an import. Bad rows are left out and told; the others stay.

use super::check::{self, Inspector};
use super::parameter::IMPORT_ID;
use super::{Access, Action, Answer, Call, DomainRole, Kind, Outcome, Parameter};
use crate::instance::reference::Reference;
use crate::model::{IMPORTED, NewPointer, PointerAddress};
use crate::protocol::{Code, Problem};
use crate::store::{ImportId, ImportRow};
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
            "a list of pointers as create_pointer takes them, at most 10000; one may name its credential pointer by that \
             one's data_reference (credential_pointer_reference), which may be among the rows of earlier calls",
        ),
        Parameter::optional(
            "take_over",
            Kind::Flag,
            "true: the owner stands for circuits that do more than tell and for headers without origins, whoever wrote them",
        ),
    ],
    result: "{accepted, rejected: [{index, code, message}], not_taken_over?: [index]}",
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
    let take_over = call.query.optional("take_over")?.unwrap_or(false);
    let mut refused = Vec::new();
    let mut good = inspect(call, id, rows, &mut refused).await;
    let mut left: Vec<usize> = Vec::new();
    for (index, row) in &mut good {
        let new = &mut row.pointer;
        match new.author.as_deref() {
            Some(IMPORTED) if take_over => new.author = None,
            Some(IMPORTED) => left.push(*index),
            _ => {}
        }
    }
    let accepted = stage(call, id, good, &mut refused).await?;
    refused.sort_by_key(|(index, _)| *index);
    left.retain(|index| refused.binary_search_by_key(index, |(index, _)| *index).is_err());
    let rejected: Vec<Value> = refused
        .iter()
        .map(|(index, problem)| shown(*index, problem))
        .collect();
    let mut result = json!({"accepted": accepted, "rejected": rejected});
    if !left.is_empty() {
        result["not_taken_over"] = json!(left);
    }
    Ok(Outcome::Success(result))
}

fn shown(index: usize, problem: &Problem) -> Value {
    json!({"index": index, "code": problem.code.as_str(), "message": problem.message})
}

/// The rows that may be staged, with their places in the call.
async fn inspect(
    call: &Call<'_>,
    id: ImportId,
    rows: &[Value],
    refused: &mut Vec<(usize, Problem)>,
) -> Vec<(usize, ImportRow)> {
    let mut inspector = Inspector::new(call);
    let mut good = Vec::with_capacity(rows.len());
    for (index, row) in rows.iter().enumerate() {
        match read(&mut inspector, id, row).await {
            Ok(new) => good.push((index, new)),
            Err(problem) => refused.push((index, problem)),
        }
    }
    good
}

async fn read(inspector: &mut Inspector<'_>, id: ImportId, row: &Value) -> Result<ImportRow, Problem> {
    let mut new =
        NewPointer::deserialize(row).map_err(|error| check::invalid("pointers", error.to_string()))?;
    let named = new.credential_pointer_address.take();
    let reference = inspector.inspect(&new).await?;
    inspector.of_no_author(&new, &reference)?;
    let header = match (row.get("credential_pointer_reference"), named) {
        (Some(Value::String(credential)), _) => Some(
            inspector
                .credential_in_import(id, credential, &new.data_reference)
                .await?,
        ),
        (Some(_), _) => return Err(check::invalid("credential_pointer_reference", "must be a text")),
        (None, Some(address)) => {
            let header = inspector.credential(&address, &new.data_reference).await;
            Some((
                address.clone(),
                header.map_err(|problem| of_another_time(problem, &address))?,
            ))
        }
        (None, None) => None,
    };
    new.author = inspector.author_in_import(&new, &reference, header.as_ref().map(|(_, header)| header));
    new.credential_pointer_address = header.map(|(address, _)| address);
    let relays_through = match &reference {
        Reference::Circuit(circuit) => circuit.relays_through().cloned().collect(),
        _ => Vec::new(),
    };
    Ok(ImportRow {
        pointer: new,
        relays_through,
    })
}

/// The address of a credential pointer, as a file has it, is that of a pointer which may be gone or be another instance's.
fn of_another_time(problem: Problem, address: &PointerAddress) -> Problem {
    if problem.code != Code::PointerNotFound {
        return problem;
    }
    Problem::new(
        Code::PointerNotFound,
        format!(
            "its credential pointer {address} is not here, nor among the rows of the import (an imported pointer gets a new \
             address); leave credential_pointer_address out of the row, and name the credential pointer afterwards with \
             update_pointer"
        ),
    )
    .with("pointer_address", json!(address))
}

/// Stages the rows, and adds those that the store refuses to the others that were.
async fn stage(
    call: &Call<'_>,
    id: ImportId,
    rows: Vec<(usize, ImportRow)>,
    refused: &mut Vec<(usize, Problem)>,
) -> Result<usize, Problem> {
    let (places, rows): (Vec<usize>, Vec<ImportRow>) = rows.into_iter().unzip();
    let whose = &call.caller.credential;
    let staged = call.store().import_rows(id, whose, rows, call.now()).await?;
    let accepted = places.len() - staged.refused.len();
    for (row, error) in staged.refused {
        refused.push((places[row], call.storage_problem(error).await));
    }
    Ok(accepted)
}

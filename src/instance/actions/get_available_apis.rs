//! `get_available_apis {}` → `{edition, available_apis: [{api_type, description}]}`: the public APIs that are known by name, for
//! `create_connection` and for first pointers. `GET /capabilities` tells their data_references too.

use super::{Access, Action, Answer, Call, DomainRole, Outcome};
use crate::instance::apis;
use serde_json::{Value, json};

/// The row of the table.
pub static ACTION: Action = Action {
    name: "get_available_apis",
    help: "Lists the public APIs that this instance knows by name.",
    access: Access::Granted,
    writes: false,
    destroys: |_| false,
    within: Some(DomainRole::Reader),
    parameters: &[],
    result: "{edition, available_apis: [{api_type, description}]}",
    errors: &[],
    run: |call| Box::pin(run(call)),
};

async fn run(_call: &Call<'_>) -> Answer {
    let known: Vec<Value> = apis::ALL
        .iter()
        .map(|api| json!({"api_type": api.name, "description": api.description}))
        .collect();
    Ok(Outcome::Success(
        json!({"edition": apis::EDITION, "available_apis": known}),
    ))
}

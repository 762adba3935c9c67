//! `get_capabilities {}` → `{actions: [{name, help, access, writes, parameters: [{name, kind, required, help}]}]}`.

use super::table;
use super::{Access, Action, Answer, Call, Outcome};
use futures::future::BoxFuture;
use serde_json::Value;
use serde_json::json;

/// Its row in the table.
pub static ACTION: Action = Action {
    name: "get_capabilities",
    help: "Lists the actions of this instance with their parameters.",
    access: Access::Anyone,
    writes: false,
    parameters: &[],
    run,
};

fn run<'a>(call: &'a Call<'a>) -> BoxFuture<'a, Answer> {
    Box::pin(get_capabilities(call))
}

async fn get_capabilities(_call: &Call<'_>) -> Answer {
    let actions: Vec<_> = table::ALL.iter().map(|action| describe(action)).collect();
    Ok(Outcome::Success(json!({ "actions": actions })))
}

fn describe(action: &Action) -> Value {
    let parameters: Vec<_> = action
        .parameters
        .iter()
        .map(|parameter| {
            json!({
                "name": parameter.name,
                "kind": parameter.kind.as_str(),
                "required": parameter.required,
                "help": parameter.help,
            })
        })
        .collect();
    json!({
        "name": action.name,
        "help": action.help,
        "access": action.access.as_str(),
        "writes": action.writes,
        "parameters": parameters,
    })
}

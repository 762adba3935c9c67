//! `get_capabilities {}` → `{actions: [{name, help, access, writes, needs_in_domain, parameters: [{name, kind, required, help,
//! choices?, names?}], result, errors}], shapes: {…}}`: `needs_in_domain` is the permission that an access key needs
//! (null: none opens it), `shapes` what results name instead of spelling it out, `choices` are the only texts that a parameter takes, `names` says what its text names (`tag`, `credential`,
//! `held_credential`), where that can be listed.

use super::docs::SHAPES;
use super::{Access, Action, Answer, Call, DomainRole, Outcome, Parameter};
use futures::future::BoxFuture;
use serde_json::{Map, Value, json};

/// Its row in the table.
pub static ACTION: Action = Action {
    name: "get_capabilities",
    help: "Lists the actions of this instance with their parameters.",
    access: Access::Anyone,
    writes: false,
    destroys: |_| false,
    within: Some(DomainRole::Reader),
    parameters: &[],
    result: "{actions: [{name, help, access, writes, needs_in_domain, parameters: [{name, kind, required, help, choices?, names?}], result, errors: [code]}], shapes: {…}}",
    errors: &[],
    run,
};

fn run<'a>(call: &'a Call<'a>) -> BoxFuture<'a, Answer> {
    Box::pin(get_capabilities(call))
}

async fn get_capabilities(call: &Call<'_>) -> Answer {
    let actions: Vec<_> = call.table.iter().map(|action| describe(action)).collect();
    let shapes: Map<String, Value> = SHAPES
        .iter()
        .map(|(name, shape)| ((*name).to_owned(), json!(shape)))
        .collect();
    Ok(Outcome::Success(json!({ "actions": actions, "shapes": shapes })))
}

fn describe(action: &Action) -> Value {
    let parameters: Vec<_> = action.parameters.iter().map(describe_parameter).collect();
    json!({
        "name": action.name,
        "help": action.help,
        "access": action.access.as_str(),
        "writes": action.writes,
        "needs_in_domain": action.within.map(DomainRole::permission),
        "parameters": parameters,
        "result": action.result,
        "errors": action.errors.iter().map(|code| code.as_str()).collect::<Vec<_>>(),
    })
}

fn describe_parameter(parameter: &Parameter) -> Value {
    let mut told = json!({
        "name": parameter.name,
        "kind": parameter.kind.as_str(),
        "required": parameter.required,
        "help": parameter.help,
    });
    if !parameter.choices.is_empty() {
        told["choices"] = json!(parameter.choices);
    }
    if let Some(names) = parameter.names {
        told["names"] = json!(names);
    }
    told
}

#[cfg(test)]
mod tests {
    use super::super::table;
    use super::*;
    use crate::protocol::Actions;

    #[test]
    fn callers_read_every_action_as_it_is_in_the_table() {
        let actions: Vec<_> = table::ALL.iter().map(|action| describe(action)).collect();
        let told = Actions::told(&json!({ "actions": actions })).unwrap();
        for action in table::ALL {
            let read = told.find(action.name).unwrap();
            assert_eq!((read.access, read.writes), (action.access, action.writes));
            assert_eq!(read.result, action.result);
            assert_eq!(read.needs_in_domain, action.within.map(DomainRole::permission));
            assert_eq!(read.errors.len(), action.errors.len());
            for parameter in action.parameters {
                let read = read.parameter(parameter.name).unwrap();
                assert_eq!((read.kind, read.required), (parameter.kind, parameter.required));
                assert_eq!(read.choices, parameter.choices);
                assert_eq!(read.names.as_deref(), parameter.names);
            }
        }
    }
}

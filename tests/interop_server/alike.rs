//! The stand-in beside an original instance: the same questions, and answers of the same shape.

use crate::stand_in::{StandIn, caller};
use crate::support::process::Process;
use crate::support::python::{Answerer, python};
use serde_json::{Value, json};

/// What the questions share: identifiers that each instance makes for itself.
#[derive(Default)]
struct Made {
    pointer: Value,
    domain: Value,
    connection: Value,
}

/// A question that may need what was made before.
type Question = fn(&Made) -> Value;

const QUESTIONS: [Question; 17] = [
    |_| json!({"action": "get_graph_stats"}),
    |_| json!({"action": "create_pointer", "data_reference": "a shelf in the cellar", "description": "jam", "tags": ["red", "sweet"]}),
    |_| json!({"action": "create_pointer", "data_reference": "a shelf in the cellar"}),
    |_| json!({"action": "create_pointer"}),
    |made| json!({"action": "get_pointer", "pointer_address": made.pointer}),
    |made| json!({"action": "get_pointer_summary", "pointer_address": made.pointer}),
    |_| json!({"action": "get_pointer_summary", "pointer_address": "ptr_000000000000"}),
    |_| json!({"action": "search_pointers", "search_term": "%"}),
    |_| json!({"action": "search_pointers", "search_tags": ["red", "nothing"], "tag_match_mode": "ANY"}),
    |_| json!({"action": "create_domain", "name": "home"}),
    |made| json!({"action": "create_connection", "domain_id": made.domain, "name": "cellar"}),
    |made| json!({"action": "assign_pointer_to_connection", "pointer_address": made.pointer, "connection_id": made.connection}),
    |made| json!({"action": "get_pointers_for_connection", "connection_id": made.connection}),
    |made| json!({"action": "invoke_through_connection", "pointer_address": made.pointer, "connection_id": made.connection}),
    |made| json!({"action": "set_connection_status", "connection_id": made.connection, "status": "disabled"}),
    |made| json!({"action": "invoke_through_connection", "pointer_address": made.pointer, "connection_id": made.connection}),
    |_| json!({"action": "get_admin_overview"}),
];

/// Remembers what a reply made.
fn note(made: &mut Made, reply: &Value) {
    let result = &reply["result"];
    for (place, name, member) in [
        (&mut made.pointer, "pointer", "address"),
        (&mut made.domain, "domain", "id"),
        (&mut made.connection, "connection", "id"),
    ] {
        if result[name][member].is_string() {
            *place = result[name][member].clone();
        }
    }
}

/// Where `ours` lacks a member of `theirs`, or has another type there. What it has beside is welcome.
fn missing(theirs: &Value, ours: &Value, at: &str) -> Vec<String> {
    match (theirs, ours) {
        (Value::Object(theirs), Value::Object(ours)) => theirs
            .iter()
            .flat_map(|(name, value)| {
                let at = format!("{at}.{name}");
                match ours.get(name) {
                    Some(ours) => missing(value, ours, &at),
                    None => vec![at],
                }
            })
            .collect(),
        (Value::Array(theirs), Value::Array(ours)) => theirs
            .iter()
            .zip(ours)
            .flat_map(|(theirs, ours)| missing(theirs, ours, &format!("{at}[]")))
            .chain((theirs.len() != ours.len()).then(|| format!("{at} has another length")))
            .collect(),
        _ if std::mem::discriminant(theirs) == std::mem::discriminant(ours) => Vec::new(),
        _ => vec![format!("{at} is {ours}, not like {theirs}")],
    }
}

/// The HTTP status and the opened reply.
fn ask(client: &mut Answerer, query: &Value) -> (u64, Value) {
    let mut seen = client.ask(query);
    let status = seen["http_status"].as_u64().expect("a status is a number");
    (status, seen["reply"].take())
}

#[test]
fn answers_have_the_shape_of_an_original_instances() {
    let Some(python) = python() else { return };
    let Some(stand_in) = StandIn::start() else { return };
    let mut command = python.script("original_instance.py");
    stand_in.secrets().give_to(&mut command);
    let mut process = Process::start(command);
    let endpoint = process.wait_for("listening on ");

    let base = endpoint.trim_end_matches("/invoke");
    let mut original = caller(python, base, &["my-test-app"], stand_in.secrets());
    let mut ours = stand_in.caller(&["my-test-app"]);
    let (mut made_there, mut made_here) = (Made::default(), Made::default());
    let mut differences = Vec::new();
    for question in QUESTIONS {
        let (status, theirs) = ask(&mut original, &question(&made_there));
        let asked = question(&made_here);
        let (our_status, ours) = ask(&mut ours, &asked);
        note(&mut made_there, &theirs);
        note(&mut made_here, &ours);
        if our_status != status || ours["status"] != theirs["status"] {
            differences.push(format!(
                "{asked}: {our_status} {ours} instead of {status} {theirs}"
            ));
            continue;
        }
        let missing = missing(&theirs["result"], &ours["result"], "result");
        differences.extend(missing.into_iter().map(|what| format!("{asked}: {what}; {ours}")));
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

//! Every action of the table, asked by those who have no business with what it names.

use crate::access_keys::{Place, everything, key, place};
use crate::running::{Running, call, problem_of};
use butterfly_console::instance::actions::{Action, Kind, Parameter, table};
use butterfly_console::protocol::{Access, Code};
use serde_json::{Value, json};

/// What names something that belongs to somebody.
fn names_something(parameter: &&Parameter) -> bool {
    let names = matches!(
        parameter.kind,
        Kind::PointerAddress | Kind::ConnectionId | Kind::DomainId
    );
    parameter.required && names
}

/// A call that would do something if its caller might.
fn parameters(action: &Action, place: &Place) -> Value {
    let needed = action.parameters.iter().filter(|parameter| parameter.required);
    let filled = needed.map(|parameter| {
        let value = match parameter.kind {
            Kind::PointerAddress => json!(place.pointer),
            Kind::ConnectionId => json!(place.connection),
            Kind::DomainId => json!(place.domain),
            Kind::Text => json!(parameter.choices.first().unwrap_or(&"x")),
            Kind::Flag => json!(true),
            Kind::Count | Kind::Number => json!(1),
            Kind::Texts => json!(["x"]),
            Kind::Json => json!({"action": "whoami"}),
        };
        (parameter.name.to_owned(), value)
    });
    Value::Object(filled.collect())
}

#[tokio::test]
async fn no_action_lets_a_stranger_at_what_it_names() {
    let running = Running::start("alpha").await;
    let mine = running.issue("mine", everything()).await;
    let theirs = running.issue("theirs", everything()).await;
    let (here, there) = (place(&mine, "here").await, place(&theirs, "there").await);
    let mut blind = everything();
    blind.pointers.all = false;
    let stranger = running.issue("stranger", blind).await;
    let (_, elsewhere) = key(&theirs, &there.domain, json!("admin_domain")).await;
    let before = running.get("get_admin_overview", json!({})).await;

    let mut asked = 0;
    for action in table::ALL {
        // Asking another domain for something is what this one is for.
        let is_request = action.name == "initiate_federation";
        let names = action
            .parameters
            .iter()
            .any(|parameter| names_something(&parameter));
        if action.access != Access::Granted || !names || is_request {
            continue;
        }
        for caller in [&stranger, &elsewhere] {
            let exchange = call(caller, action.name, parameters(action, &here)).await;
            let (code, problem) = problem_of(&exchange.reply);
            let is_refusal = matches!(code, Code::NotGranted | Code::AccessDenied);
            assert!(is_refusal, "{} for {}: {problem}", action.name, caller.app_id);
        }
        asked += 1;
    }
    assert!(asked > 20, "{asked}");
    assert_eq!(running.get("get_admin_overview", json!({})).await, before);
}

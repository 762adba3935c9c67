//! `create_domain`: what owns connections; it belongs to the app_id that makes it.

use super::{Access, Action, Answer, Call, Code, Kind, Outcome, Parameter, check};
use serde_json::json;

/// The row of the table.
pub static ACTION: Action = Action {
    name: "create_domain",
    help: "Makes a domain, owned by the caller's app_id.",
    access: Access::Granted,
    writes: true,
    destroys: |_| false,
    within: None,
    parameters: &[Parameter::required(
        "name",
        Kind::Text,
        "a name for people, unique here",
    )],
    result: "{message, domain: {id, name, owner_app_id, created_at}}",
    errors: &[Code::AlreadyExists],
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call<'_>) -> Answer {
    let name = check::name("name", call.query.text("name")?)?;
    let domain = call
        .store()
        .create_domain(name, &call.caller.app_id, call.now())
        .await?;
    Ok(Outcome::Success(json!({
        "message": "Domain created successfully.",
        "domain": domain,
    })))
}

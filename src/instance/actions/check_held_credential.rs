//! `check_held_credential {name}` → `{checks: [{kind, result, note | why, remedy}], passed, credential}`, with kinds `reachable`, `tls`,
//! `identity`, `token`, `reply`, `grant` in this order and results `passed` (with `note`), `failed` (with `why` and `remedy`), `skipped`.

use super::parameter::HELD_NAME;
use super::{Access, Action, Answer, Call, Code, Outcome};
use crate::instance::{checking, holding};
use futures::future::BoxFuture;
use serde_json::json;

/// Its row in the table.
pub static ACTION: Action = Action {
    name: "check_held_credential",
    help: "Tries a held credential on its peer: reach, TLS key, identity, token, reply and grant.",
    access: Access::Owner,
    writes: false,
    destroys: |_| false,
    within: None,
    parameters: &[HELD_NAME],
    result: "{passed, checks: [{kind, result: passed|failed|skipped, note?, why?, remedy?}], credential: held}",
    errors: &[Code::CredentialNotFound],
    run,
};

fn run<'a>(call: &'a Call<'a>) -> BoxFuture<'a, Answer> {
    Box::pin(check_held_credential(call))
}

async fn check_held_credential(call: &Call<'_>) -> Answer {
    let name = call.query.text("name")?;
    let holding = holding::find(call.instance, name)?;
    let checks = checking::check(call.instance, &holding, call.context).await;
    let holding = holding::find(call.instance, name)?;
    Ok(Outcome::Success(json!({
        "passed": checking::all_passed(&checks),
        "checks": checks,
        "credential": holding::view(&holding, call.now()),
    })))
}

//! `whoami {}` → `{app_id, credential, profile, grant, instance_id, name}`.

use super::{Access, Action, Answer, Call, Outcome};
use futures::future::BoxFuture;
use serde_json::json;

/// Its row in the table.
pub static ACTION: Action = Action {
    name: "whoami",
    help: "Tells who the caller is on this instance and what the credential allows.",
    access: Access::Anyone,
    writes: false,
    parameters: &[],
    run,
};

fn run<'a>(call: &'a Call<'a>) -> BoxFuture<'a, Answer> {
    Box::pin(whoami(call))
}

async fn whoami(call: &Call<'_>) -> Answer {
    let (caller, settings) = (call.caller, call.instance.settings());
    Ok(Outcome::Success(json!({
        "app_id": caller.app_id,
        "credential": caller.credential,
        "profile": caller.profile,
        "grant": *caller.grant,
        "instance_id": settings.instance_id,
        "name": settings.name,
    })))
}

//! `list_held_credentials {}` → `{credentials: [{name, app_id, profile, kid, endpoint, verified, expires_at, created_at}]}`.

use super::{Access, Action, Answer, Call, Outcome};
use crate::instance::issuing;
use futures::future::BoxFuture;
use serde_json::json;

/// Its row in the table.
pub static ACTION: Action = Action {
    name: "list_held_credentials",
    help: "Lists the credentials that this instance holds for relay, without secrets.",
    access: Access::Owner,
    writes: false,
    parameters: &[],
    run,
};

fn run<'a>(call: &'a Call<'a>) -> BoxFuture<'a, Answer> {
    Box::pin(list_held_credentials(call))
}

async fn list_held_credentials(call: &Call<'_>) -> Answer {
    let credentials: Vec<_> = call
        .instance
        .held()
        .records()
        .iter()
        .map(issuing::held_view)
        .collect();
    Ok(Outcome::Success(json!({ "credentials": credentials })))
}

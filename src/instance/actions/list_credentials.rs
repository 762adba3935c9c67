//! `list_credentials {}` → `{credentials: [{name, app_id, profile, kid, state, verified, grant, expires_at, created_at, last_used,
//! uses, holder, delivery, offer, generation, rotation_due, overlap_until, alarm, verify_first, ended_at}]}`. What was revoked
//! stays in the list for 90 days.

use super::{Access, Action, Answer, Call, Outcome};
use crate::instance::issuing;
use crate::model::Timestamp;
use futures::future::BoxFuture;
use serde_json::json;

/// Its row in the table.
pub static ACTION: Action = Action {
    name: "list_credentials",
    help: "Lists the credentials that this instance issued, without secrets.",
    access: Access::Owner,
    writes: false,
    within: None,
    parameters: &[],
    result: "{credentials: [credential]}",
    errors: &[],
    run,
};

fn run<'a>(call: &'a Call<'a>) -> BoxFuture<'a, Answer> {
    Box::pin(list_credentials(call))
}

async fn list_credentials(call: &Call<'_>) -> Answer {
    let now = Timestamp::now();
    let credentials: Vec<_> = call
        .instance
        .issued()
        .all()
        .iter()
        .map(|credential| issuing::view(credential, now))
        .collect();
    Ok(Outcome::Success(json!({ "credentials": credentials })))
}

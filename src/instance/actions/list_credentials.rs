//! `list_credentials {limit?, offset?}` → `{count, total, credentials: [{name, app_id, profile, kid, state, verified, grant, expires_at, created_at, last_used,
//! uses, holder, delivery, offer, generation, rotation_due, overlap_until, alarm, verify_first, ended_at}]}`. What was revoked
//! stays in the list for 90 days, what ended with its lease until it is revoked.

use super::parameter::{OFFSET, PAGE_OF_LIST};
use super::{Access, Action, Answer, Call, Outcome, page};
use crate::instance::issuing;
use crate::model::Timestamp;
use futures::future::BoxFuture;
use serde_json::{Value, json};

/// Its row in the table.
pub static ACTION: Action = Action {
    name: "list_credentials",
    help: "Lists the credentials that this instance issued, without secrets.",
    access: Access::Owner,
    writes: false,
    destroys: |_| false,
    within: None,
    parameters: &[PAGE_OF_LIST, OFFSET],
    result: "{count, total, credentials: [credential]}",
    errors: &[],
    run,
};

fn run<'a>(call: &'a Call<'a>) -> BoxFuture<'a, Answer> {
    Box::pin(list_credentials(call))
}

async fn list_credentials(call: &Call<'_>) -> Answer {
    let now = Timestamp::now();
    let (page, total) = page::of_list(call, call.instance.issued().all())?;
    let credentials: Vec<Value> = page
        .iter()
        .map(|credential| issuing::view(credential, now))
        .collect();
    let count = credentials.len();
    Ok(Outcome::Success(
        json!({"count": count, "total": total, "credentials": credentials}),
    ))
}

//! `list_held_credentials {limit?, offset?}` → `{count, total, credentials: [{name, app_id, profile, kid, endpoint, instance_id, pins, peer_name, identity, words,
//! grant, state, verified, verify_first, delivery, holder, offer, offer_ends, generation, rotation_due, overlap_until, alarm,
//! ended_at, activation_pending, expires_at, created_at, last_used, uses,
//! peer: {state: closed | open | half_open, failures, cause, retry_at, in_flight}}]}`.

use super::parameter::{OFFSET, PAGE_OF_LIST};
use super::{Access, Action, Answer, Call, Outcome, page};
use crate::instance::holding;
use futures::future::BoxFuture;
use serde_json::{Value, json};

/// Its row in the table.
pub static ACTION: Action = Action {
    name: "list_held_credentials",
    help: "Lists the credentials that this instance holds for relay, without secrets.",
    access: Access::Owner,
    writes: false,
    destroys: |_| false,
    within: None,
    parameters: &[PAGE_OF_LIST, OFFSET],
    result: "{count, total, credentials: [held]}",
    errors: &[],
    run,
};

fn run<'a>(call: &'a Call<'a>) -> BoxFuture<'a, Answer> {
    Box::pin(list_held_credentials(call))
}

async fn list_held_credentials(call: &Call<'_>) -> Answer {
    let (page, total) = page::of_list(call, call.instance.held().all())?;
    let credentials: Vec<Value> = page
        .iter()
        .map(|holding| holding::view(holding, call.now()))
        .collect();
    let count = credentials.len();
    Ok(Outcome::Success(
        json!({"count": count, "total": total, "credentials": credentials}),
    ))
}

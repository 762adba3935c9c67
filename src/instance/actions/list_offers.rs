//! `list_offers {}` → `{offers: [{id, label, credentials, words, state, created_at, expires_at}]}`.

use super::{Access, Action, Answer, Call, Outcome};
use futures::future::BoxFuture;
use serde_json::json;

/// Its row in the table.
pub static ACTION: Action = Action {
    name: "list_offers",
    help: "Lists the offers made and not withdrawn.",
    access: Access::Owner,
    writes: false,
    parameters: &[],
    run,
};

fn run<'a>(call: &'a Call<'a>) -> BoxFuture<'a, Answer> {
    Box::pin(list_offers(call))
}

async fn list_offers(call: &Call<'_>) -> Answer {
    let offers = call.instance.store().offers().await?;
    Ok(Outcome::Success(json!({ "offers": offers })))
}

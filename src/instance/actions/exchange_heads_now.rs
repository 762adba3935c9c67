//! `exchange_heads_now {accept?}` → `{peers: [{peer, credential, error, head, went_back, yours, yours_holds}]}`: asks
//! every peer that can be asked, at once. With `accept`, what each shows now counts, whatever it had shown before; of
//! those that cannot be asked, or only call, what they show next.

use super::{Access, Action, Answer, Call, Kind, Outcome, Parameter};
use crate::instance::witness;
use futures::future::BoxFuture;
use serde_json::json;

/// Its row in the table.
pub static ACTION: Action = Action {
    name: "exchange_heads_now",
    help: "Exchanges the ends of audit trails with every peer that this instance has a credential for.",
    access: Access::Owner,
    writes: true,
    destroys: |_| false,
    within: None,
    parameters: &[Parameter::optional(
        "accept",
        Kind::Flag,
        "true to forget that a trail went back, once that is explained",
    )],
    result: "{peers: [{peer, credential, error, head, went_back, yours, yours_holds}]}",
    errors: &[],
    run,
};

fn run<'a>(call: &'a Call<'a>) -> BoxFuture<'a, Answer> {
    Box::pin(exchange_heads_now(call))
}

async fn exchange_heads_now(call: &Call<'_>) -> Answer {
    let accept = call.query.optional("accept")?.unwrap_or(false);
    let peers = witness::exchange_with_all(call.instance, accept).await;
    Ok(Outcome::Success(json!({ "peers": peers })))
}

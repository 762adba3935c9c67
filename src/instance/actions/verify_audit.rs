//! `verify_audit {}` → `{valid, records, head, first_bad}`.

use super::{Access, Action, Answer, Call, Outcome};
use futures::future::BoxFuture;
use serde_json::json;

/// Its row in the table.
pub static ACTION: Action = Action {
    name: "verify_audit",
    help: "Walks the whole audit trail and tells the first record that does not fit, if any.",
    access: Access::Owner,
    writes: false,
    parameters: &[],
    run,
};

fn run<'a>(call: &'a Call<'a>) -> BoxFuture<'a, Answer> {
    Box::pin(verify_audit(call))
}

async fn verify_audit(call: &Call<'_>) -> Answer {
    let verdict = call.instance.audit().verify().await?;
    Ok(Outcome::Success(json!({
        "valid": verdict.first_bad.is_none(),
        "records": verdict.records,
        "head": verdict.head,
        "first_bad": verdict.first_bad,
    })))
}

//! `clear_audit_log {}` → `{cleared: {sequence, hash}}`: begins a new segment of the audit trail; `cleared` is where
//! the old one ended. Numbers and chain go on, and the first record of the new segment names the old end.

use super::{Access, Action, Answer, Call, Outcome};
use crate::instance::trail::Deed;
use futures::future::BoxFuture;
use serde_json::json;

/// Its row in the table.
pub static ACTION: Action = Action {
    name: "clear_audit_log",
    help: "Removes every record of the audit trail; the clearing itself and the old end stay on record.",
    access: Access::Owner,
    writes: true,
    destroys: |_| true,
    within: None,
    parameters: &[],
    result: "{cleared: {sequence, hash}}",
    errors: &[],
    run,
};

fn run<'a>(call: &'a Call<'a>) -> BoxFuture<'a, Answer> {
    Box::pin(clear_audit_log(call))
}

async fn clear_audit_log(call: &Call<'_>) -> Answer {
    let deed = Deed {
        caller: call.caller,
        jti: None,
        query: call.query,
    };
    let old = call.instance.trail().clear(&deed, call.now()).await?;
    Ok(Outcome::Success(json!({ "cleared": old })))
}

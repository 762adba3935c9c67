//! `get_audit {limit?, before?}` → `{records: […], next}`: newest first; `next` is the `before` of the page after, or null.

use super::{Access, Action, Answer, Call, Kind, Outcome, Parameter};
use futures::future::BoxFuture;
use serde_json::json;

/// Its row in the table.
pub static ACTION: Action = Action {
    name: "get_audit",
    help: "Shows the audit trail, newest first.",
    access: Access::Owner,
    writes: false,
    within: None,
    parameters: &[
        Parameter::optional(
            "limit",
            Kind::Count,
            "how many at most; 100 if absent, 1000 at most",
        ),
        Parameter::optional(
            "before",
            Kind::Count,
            "only records older than this sequence number",
        ),
    ],
    result: "{records: [{sequence, at, app_id, kid, jti, action, subject, outcome, reason, hash}], next}",
    errors: &[],
    run,
};

fn run<'a>(call: &'a Call<'a>) -> BoxFuture<'a, Answer> {
    Box::pin(get_audit(call))
}

/// Most records in one reply.
const MOST: u64 = 1000;

async fn get_audit(call: &Call<'_>) -> Answer {
    let limit = call.query.optional_count("limit")?.unwrap_or(100).clamp(1, MOST);
    let before = call.query.optional_count("before")?;
    let limit = usize::try_from(limit).unwrap_or(1000);
    let records = call.instance.audit().recent(before, limit).await?;
    let oldest = records.last().map(|record| record.sequence);
    let next = oldest.filter(|sequence| records.len() == limit && *sequence > 1);
    Ok(Outcome::Success(json!({ "records": records, "next": next })))
}

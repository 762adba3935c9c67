//! `get_audit {limit?, before?, filter?}` → `{records: […], next, filter?}`: newest first; `next` is the `before` of the
//! page after, or null. Moments of a filter are in UTC. A page of a filter may be short, or empty, and not the last.

use super::{Access, Action, Answer, Call, Kind, Outcome, Parameter, page};
use crate::model::Timestamp;
use crate::store::{AUDIT_FIELDS, AuditFilter};
use futures::future::BoxFuture;
use jiff::tz::TimeZone;
use serde_json::json;

/// Its row in the table.
pub static ACTION: Action = Action {
    name: "get_audit",
    help: "Shows the audit trail, newest first.",
    access: Access::Owner,
    writes: false,
    destroys: |_| false,
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
        Parameter::optional(
            "filter",
            Kind::Text,
            "only records that it leaves: words, who:, action:, about:, outcome:, why:, key:, token:, since:, before:, !term",
        ),
    ],
    result: "{records: [{sequence, at, app_id, kid, jti, action, subject, outcome, reason, hash}], next, filter?}",
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
    let filter = page::filter(call, AUDIT_FIELDS)?;
    let ready = AuditFilter::new(&filter, Timestamp::now(), &TimeZone::UTC);
    let found = call.instance.audit().recent(before, limit, ready).await?;
    let mut result = json!({ "records": found.records, "next": found.next });
    if !filter.is_empty() {
        result["filter"] = json!(filter.to_string());
    }
    Ok(Outcome::Success(result))
}

//! `exchange_audit_heads {peer?, sequence?, hash?, known?: {sequence, hash}}` →
//! `{head: {sequence, hash}, known_holds: bool|null, yours: {sequence, hash}|null}`: the caller shows the end of its
//! audit trail and is shown ours. `known` is what it kept of ours: whether that still holds (null: the trail was
//! cleared since). `yours` is what was kept of the caller's before this call.

use super::{Access, Action, Answer, Call, DomainRole, Kind, Outcome, Parameter};
use crate::instance::witness;
use crate::protocol::{Code, Problem, QueryError};
use crate::store::AuditHead;
use futures::future::BoxFuture;
use serde_json::json;

/// Its row in the table.
pub static ACTION: Action = Action {
    name: "exchange_audit_heads",
    help: "Shows the end of this instance's audit trail, and keeps the end of the caller's.",
    access: Access::Anyone,
    writes: false,
    destroys: |_| false,
    within: Some(DomainRole::Reader),
    parameters: &[
        Parameter::optional("peer", Kind::Text, "the caller's instance id, for the record"),
        Parameter::optional("sequence", Kind::Count, "the last record of the caller's trail"),
        Parameter::optional("hash", Kind::Text, "its hash, 64 hexadecimal digits"),
        Parameter::optional(
            "known",
            Kind::Json,
            "what the caller kept of this trail: {sequence, hash}",
        ),
    ],
    result: "{head: {sequence, hash}, known_holds, yours: {sequence, hash}|null}",
    errors: &[Code::InvalidCircuit],
    run,
};

fn run<'a>(call: &'a Call<'a>) -> BoxFuture<'a, Answer> {
    Box::pin(exchange(call))
}

async fn exchange(call: &Call<'_>) -> Answer {
    if call.depth > 0 {
        // Whoever wrote the circuit would speak for whoever invokes it.
        return Err(Problem::new(
            Code::InvalidCircuit,
            "a circuit cannot exchange audit heads",
        ));
    }
    let shown = shown(call)?;
    let known: Option<AuditHead> = call.query.optional("known")?;
    let trail = call.instance.audit();
    let head = trail.head().await?;
    let known_holds = match known {
        Some(known) => trail.holds(known).await?,
        None => None,
    };
    if known_holds == Some(false) {
        witness::hear_contradiction(call.instance, call.caller).await?;
    }
    let yours = witness::hear(call.instance, call.caller, shown.as_ref(), &head).await?;
    Ok(Outcome::Success(
        json!({ "head": head, "known_holds": known_holds, "yours": yours }),
    ))
}

/// The caller's head, if it has a trail.
fn shown(call: &Call<'_>) -> Result<Option<AuditHead>, Problem> {
    let Some(sequence) = call.query.optional_count("sequence")? else {
        return Ok(None);
    };
    let hash = call.query.text("hash")?.to_owned();
    if !witness::is_hash(&hash) {
        let reason = "must have 64 hexadecimal digits".to_owned();
        return Err(QueryError::Invalid { name: "hash", reason }.into());
    }
    Ok(Some(AuditHead { sequence, hash }))
}

//! `verify_audit {heads?: [{sequence, hash}]}` → `{valid, records, head, head_sequence, first_bad, line, held, peers}`:
//! walks the whole trail. `first_bad` is the number of the first record that does not fit or is missing, `line` what is
//! found there now. `held` says of each of `heads`, in their order, whether it is part of the trail (null: the trail was
//! cleared since). `peers` are the heads that were exchanged: `[{peer, side, head, seen_at, holds}]`.

use super::{Access, Action, Answer, Call, Kind, Outcome, Parameter};
use crate::protocol::{Problem, QueryError};
use crate::store::{AuditHead, HeadSide};
use futures::future::BoxFuture;
use serde_json::{Value, json};

/// Heads that one call may ask about.
const MOST: usize = 100;

/// Its row in the table.
pub static ACTION: Action = Action {
    name: "verify_audit",
    help: "Walks the whole audit trail and tells the first record that does not fit, if any.",
    access: Access::Owner,
    writes: false,
    destroys: |_| false,
    within: None,
    parameters: &[Parameter::optional(
        "heads",
        Kind::Json,
        "ends of this trail that were kept elsewhere: [{sequence, hash}]",
    )],
    result: "{valid, records, head, head_sequence, first_bad, line, held, peers: [{peer, side, head, seen_at, holds}]}",
    errors: &[],
    run,
};

fn run<'a>(call: &'a Call<'a>) -> BoxFuture<'a, Answer> {
    Box::pin(verify_audit(call))
}

async fn verify_audit(call: &Call<'_>) -> Answer {
    let heads: Vec<AuditHead> = call.query.optional("heads")?.unwrap_or_default();
    if heads.len() > MOST {
        let reason = format!("more than {MOST}");
        return Err(QueryError::Invalid {
            name: "heads",
            reason,
        }
        .into());
    }
    let verdict = call.instance.audit().verify().await?;
    let mut held = Vec::with_capacity(heads.len());
    for head in heads {
        held.push(call.instance.audit().holds(head).await?);
    }
    Ok(Outcome::Success(json!({
        "valid": verdict.first_bad.is_none(),
        "records": verdict.records,
        "head": verdict.head.hash,
        "head_sequence": verdict.head.sequence,
        "first_bad": verdict.first_bad,
        "line": verdict.line,
        "held": held,
        "peers": peers(call).await?,
    })))
}

async fn peers(call: &Call<'_>) -> Result<Vec<Value>, Problem> {
    let mut peers = Vec::new();
    for kept in call.store().heads().await? {
        let holds = match kept.side {
            HeadSide::Ours => call.instance.audit().holds(kept.head.clone()).await?,
            HeadSide::Theirs => None,
        };
        let mut shown = json!(kept);
        shown["holds"] = json!(holds);
        peers.push(shown);
    }
    Ok(peers)
}

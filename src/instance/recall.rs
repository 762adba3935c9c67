//! What replay protection has to know again: tokens of a time that it has not seen, or has forgotten.

use super::issued::Issued;
use super::replay::{Gap, OF_LEGACY, Replay};
use crate::model::Timestamp;
use crate::store::{AuditLog, StoreError};

/// What is known of tokens from before a restart, and from before the clock went back, is in the audit trail.
pub(super) async fn recall_tokens(
    replay: &Replay,
    issued: &Issued,
    audit: &dyn AuditLog,
    gap: Gap,
) -> Result<(), StoreError> {
    let moment = |seconds: i64| Timestamp::from_micros(0).plus_seconds(seconds);
    // To the end of its last second.
    let found = audit
        .tokens(moment(gap.from), moment(gap.until.saturating_add(1)))
        .await?;
    let known = found.seen.into_iter().filter_map(|(kid, jti, at)| {
        let number = match kid {
            Some(kid) => issued.by_kid(&kid)?.credential.standing.number,
            None => OF_LEGACY,
        };
        Some((number, jti, at.as_seconds()))
    });
    replay.recall(gap, known, found.is_all);
    Ok(())
}

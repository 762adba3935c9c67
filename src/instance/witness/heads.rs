//! The heads that are kept: one of each trail that was shown to us, and one of ours for each peer that was shown it.

use crate::instance::Instance;
use crate::model::Timestamp;
use crate::store::{AuditHead, HeadSide, SharedHead, StoreError};

/// The key under which a caller's head is kept. It cannot choose it: whom it says that it is, it may make up.
pub(super) fn caller_key(credential: &str) -> String {
    format!("credential:{credential}")
}

/// The head that is kept of a peer.
pub(super) async fn kept(
    instance: &Instance,
    peer: &str,
    side: HeadSide,
) -> Result<Option<AuditHead>, StoreError> {
    let heads = instance.store().heads().await?;
    let found = heads
        .into_iter()
        .find(|kept| kept.peer == peer && kept.side == side);
    Ok(found.map(|kept| kept.head))
}

/// Keeps a head from now on.
pub(super) async fn keep(
    instance: &Instance,
    peer: &str,
    side: HeadSide,
    head: &AuditHead,
) -> Result<(), StoreError> {
    let head = SharedHead {
        peer: peer.to_owned(),
        side,
        head: head.clone(),
        seen_at: Timestamp::now(),
    };
    instance.store().put_head(head).await
}

/// Whether a head can follow one that was shown before.
pub(super) fn follows(before: Option<&AuditHead>, shown: &AuditHead) -> bool {
    before.is_none_or(|before| shown.sequence > before.sequence || shown == before)
}

//! Calls to a peer under a held credential, and what each says of the credential: that it is in use, or that the peer
//! shows another TLS key.

use super::Instance;
use super::held::Holding;
use super::holding::{happened, notice_tls};
use crate::client::{Client, ClientError, Exchange, FailedExchange};
use crate::handshake::Event;
use crate::model::{CredentialState, Timestamp};
use crate::protocol::{CallContext, Query};
use std::sync::atomic::{AtomicBool, Ordering};

/// What an attempt to call a peer came to.
pub(super) type Attempted = Result<Exchange, Box<FailedExchange>>;
/// What is told of attempts: whether the peer may know of the one that was given up in the middle, and how each ended.
pub(super) type Noted<'a> = (&'a AtomicBool, &'a (dyn Fn(&Attempted) + Send + Sync));

/// Calls the peer, and notes what that says of the credential.
pub(super) async fn ask(
    instance: &Instance,
    holding: &Holding,
    query: &Query,
    context: &CallContext,
) -> Result<Exchange, ClientError> {
    let noted: Noted<'_> = (&AtomicBool::new(false), &|_| {});
    let client = instance.own_client();
    let attempted = attempt((instance, &client), holding, query, context, noted).await;
    attempted.map_err(|failed| failed.error)
}

/// A message on its way under a credential. That it was sent is a use, also where nobody waits for the answer any more.
struct OnItsWay<'a> {
    holding: &'a Holding,
    sent: &'a AtomicBool,
}

impl Drop for OnItsWay<'_> {
    fn drop(&mut self) {
        if self.sent.load(Ordering::Relaxed) {
            self.holding.note_use(Timestamp::now());
        }
    }
}

/// The same by a client of the caller's choice; `noted` is told how far it came and how it ended.
pub(super) async fn attempt(
    (instance, client): (&Instance, &Client),
    holding: &Holding,
    query: &Query,
    context: &CallContext,
    (sent, note): Noted<'_>,
) -> Attempted {
    sent.store(false, Ordering::Relaxed);
    let on_its_way = OnItsWay { holding, sent };
    let attempted = client
        .attempt_telling(&holding.credential, query, context, sent)
        .await;
    let is_sent = attempted.as_ref().map_or_else(|failed| failed.is_sent, |_| true);
    sent.store(is_sent, Ordering::Relaxed);
    drop(on_its_way);
    note(&attempted);
    match &attempted {
        Ok(_) => note_first_use(instance, holding).await,
        Err(failed) => notice_tls(instance, holding, &failed.error).await,
    }
    attempted
}

/// A credential that was answered is in use, unless it opens nothing but the handshake.
async fn note_first_use(instance: &Instance, holding: &Holding) {
    use CredentialState::{Activated, Opened, Verified};
    let life = &holding.life;
    if !life.opens_everything() || !matches!(life.state_at(Timestamp::now()), Opened | Verified | Activated) {
        return;
    }
    if let Err(problem) = happened(instance, &holding.record.name, Event::Used).await {
        tracing::warn!(credential = %holding.record.name, %problem.message, "the first use of a held credential was not noted");
    }
}

/// A call that this instance makes for itself: it goes no further than the peer.
pub(super) fn own_context(instance: &Instance, context: &CallContext) -> CallContext {
    CallContext {
        hop: 0,
        path: vec![instance.id().clone()],
        deadline_ms: context.deadline_ms,
        traceparent: context.traceparent.clone(),
        trace: false,
    }
}

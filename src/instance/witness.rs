//! Heads of audit trails, exchanged with peers: what the end of our trail was is known elsewhere, and the ends of
//! theirs are known here. Whoever cuts or rewrites a trail afterwards is contradicted by another machine.
//!
//! A head that was shown is never replaced by an earlier one, nor one that turned out not to hold: it is evidence,
//! until a person has explained it.

mod heads;
mod heeding;
pub(super) mod order;

use super::Instance;
use super::caller::Caller;
use super::held::Holding;
use super::{holding, issuing};
use crate::handshake::{AlarmKind, Event};
use crate::model::{CredentialState, Profile, Timestamp};
use crate::protocol::{CallContext, Query};
use crate::store::{AuditHead, HeadSide, StoreError};
use futures::StreamExt;
use heads::{caller_key, follows, keep, kept};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// What happens to the credential of a peer whose trail lost records that it had shown.
const WENT_BACK: Event = Event::Alarmed(AlarmKind::AuditWentBack);
/// The action with which heads are exchanged.
pub(super) const EXCHANGE: &str = "exchange_audit_heads";
/// The stable word for a peer whose trail lost records that it had shown.
const PEER_WENT_BACK: &str = "peer_audit_went_back";
/// The stable word for our own trail, which lost records that a peer has seen.
const WE_WENT_BACK: &str = "own_audit_went_back";

/// How often heads are exchanged.
const USUAL: Duration = Duration::from_secs(3600);
/// How soon it is tried again when a peer could not be asked; doubled each time.
const FIRST_RETRY: Duration = Duration::from_secs(5);
/// Seconds that a peer may take.
const PATIENCE: i64 = 10;
/// Peers asked at one time.
const AT_ONCE: usize = 8;

/// What an exchange with one peer came to.
#[derive(Debug, Clone, Serialize)]
pub(super) struct PeerReport {
    /// The peer.
    pub peer: String,
    /// The credential with which it was asked.
    pub credential: String,
    /// Why it could not be asked.
    pub error: Option<String>,
    /// The end of its trail now.
    pub head: Option<AuditHead>,
    /// Whether it went back behind what it had shown.
    pub went_back: bool,
    /// What it had kept of our trail.
    pub yours: Option<AuditHead>,
    /// Whether that is still in our trail; none if it kept nothing, or the trail was cleared since.
    pub yours_holds: Option<bool>,
}

/// What a peer answers.
#[derive(Deserialize)]
struct Shown {
    head: AuditHead,
    known_holds: Option<bool>,
    yours: Option<AuditHead>,
}

/// Keeps what a caller shows of its trail, and that it was shown ours.
pub(super) async fn hear(
    instance: &Instance,
    caller: &Caller,
    shown: Option<&AuditHead>,
    own: &AuditHead,
) -> Result<Option<AuditHead>, StoreError> {
    let key = caller_key(&caller.credential);
    let _alone = instance.witness().hearing.lock().await;
    let before = kept(instance, &key, HeadSide::Theirs).await?;
    if let Some(shown) = shown {
        if follows(before.as_ref(), shown) {
            keep(instance, &key, HeadSide::Theirs, shown).await?;
            instance.witness().forget_alarm(&key, PEER_WENT_BACK);
        } else {
            alarm(instance, Some(caller), &key, PEER_WENT_BACK).await?;
            alarm_issued(instance, &caller.credential).await;
        }
    }
    keep_ours(instance, Some(caller), &key, own).await?;
    Ok(before)
}

/// A caller kept a head of ours that is not in our trail.
pub(super) async fn hear_contradiction(instance: &Instance, caller: &Caller) -> Result<(), StoreError> {
    let key = caller_key(&caller.credential);
    alarm(instance, Some(caller), &key, WE_WENT_BACK).await
}

/// Notes what a peer was shown of ours, unless what it was shown before is not in our trail any more.
async fn keep_ours(
    instance: &Instance,
    caller: Option<&Caller>,
    peer: &str,
    own: &AuditHead,
) -> Result<(), StoreError> {
    let before = kept(instance, peer, HeadSide::Ours).await?;
    if let Some(before) = before
        && instance.audit().holds(before).await? == Some(false)
    {
        return alarm(instance, caller, peer, WE_WENT_BACK).await;
    }
    keep(instance, peer, HeadSide::Ours, own).await
}

/// Exchanges heads until the instance stops: at once, then every hour, and whenever there is somebody new.
pub(super) async fn keep_exchanging(instance: Arc<Instance>, stop: CancellationToken) {
    let mut retry = FIRST_RETRY;
    loop {
        let reports = tokio::select! {
            reports = exchange_with_all(&instance, false) => reports,
            () = stop.cancelled() => return,
        };
        let wait = if reports.iter().any(|report| report.error.is_some()) {
            let wait = retry;
            retry = (retry * 2).min(USUAL);
            wait
        } else {
            retry = FIRST_RETRY;
            USUAL
        };
        instance.witness().rounds.send_modify(|rounds| *rounds += 1);
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = instance.witness().wanted.notified() => {}
            () = stop.cancelled() => return,
        }
    }
}

/// Exchanges heads with every peer for which a native credential in use is held. With `accept`, what a peer shows
/// now counts, whatever it had shown before; of peers that are not asked, what they show next.
pub(super) async fn exchange_with_all(instance: &Arc<Instance>, accept: bool) -> Vec<PeerReport> {
    let _alone = instance.witness().round.lock().await;
    if accept {
        heeding::heed_alarms(instance).await;
    }
    let asked = peers(instance).into_iter().map(|(peer, holding)| async move {
        let mut report = PeerReport {
            peer,
            credential: holding.record.name.clone(),
            error: None,
            head: None,
            went_back: false,
            yours: None,
            yours_holds: None,
        };
        if let Err(error) = exchange_with(instance, &holding, accept, &mut report).await {
            tracing::debug!(peer = report.peer, error, "audit heads were not exchanged");
            report.error = Some(error);
        }
        report
    });
    let mut reports: Vec<_> = futures::stream::iter(asked)
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    reports.sort_by(|left, right| left.peer.cmp(&right.peer));
    reports
}

/// One credential for each peer, by the peer's id.
fn peers(instance: &Instance) -> BTreeMap<String, Arc<Holding>> {
    let now = Timestamp::now();
    let mut peers = BTreeMap::new();
    for holding in instance.held().all() {
        if holding.record.profile == Profile::Native
            && is_in_use(&holding, now)
            && let Some(peer) = holding.credential.instance_id()
        {
            peers.entry(peer.to_string()).or_insert(holding);
        }
    }
    peers
}

/// Whether the handshake is over: before that, the peer must hear of us from people only.
fn is_in_use(holding: &Holding, now: Timestamp) -> bool {
    use CredentialState::{Activated, Active, Rotating};
    let is_over = matches!(holding.life.state_at(now), Activated | Active | Rotating);
    is_over && holding::refusal(holding, now).is_none()
}

async fn exchange_with(
    instance: &Arc<Instance>,
    holding: &Holding,
    accept: bool,
    report: &mut PeerReport,
) -> Result<(), String> {
    let failed = |error: StoreError| error.to_string();
    let theirs = kept(instance, &report.peer, HeadSide::Theirs)
        .await
        .map_err(failed)?;
    let theirs = theirs.filter(|_| !accept);
    let own = instance.audit().head().await.map_err(failed)?;
    let shown = ask(instance, holding, &own, theirs.as_ref()).await?;

    report.head = Some(shown.head.clone());
    report.went_back = shown.known_holds == Some(false) || !follows(theirs.as_ref(), &shown.head);
    if let Some(yours) = &shown.yours {
        report.yours_holds = instance.audit().holds(yours.clone()).await.map_err(failed)?;
    }
    report.yours = shown.yours;
    if report.went_back {
        alarm_held(instance, holding).await;
    }
    compare(instance, &own, accept, report).await.map_err(failed)
}

/// Keeps what was shown, or raises the alarm.
async fn compare(
    instance: &Instance,
    own: &AuditHead,
    accept: bool,
    report: &PeerReport,
) -> Result<(), StoreError> {
    let peer = &report.peer;
    match &report.head {
        Some(_) if report.went_back => alarm(instance, None, peer, PEER_WENT_BACK).await?,
        Some(head) => keep(instance, peer, HeadSide::Theirs, head).await?,
        None => {}
    }
    if accept {
        return keep(instance, peer, HeadSide::Ours, own).await;
    }
    if let Some(yours) = report
        .yours
        .as_ref()
        .filter(|_| report.yours_holds == Some(false))
    {
        keep(instance, peer, HeadSide::Ours, yours).await?;
    }
    keep_ours(instance, None, peer, own).await
}

async fn ask(
    instance: &Instance,
    holding: &Holding,
    own: &AuditHead,
    known: Option<&AuditHead>,
) -> Result<Shown, String> {
    let parameters =
        json!({"peer": instance.id(), "sequence": own.sequence, "hash": own.hash, "known": known});
    let query = Query::new(EXCHANGE, parameters);
    let context = CallContext {
        hop: 0,
        path: vec![instance.id().clone()],
        ..CallContext::begin(Timestamp::now(), PATIENCE)
    };
    let credential = &holding.credential;
    let exchange = instance.own_client().invoke(credential, &query, &context).await;
    if let Err(error) = &exchange {
        holding::notice_tls(instance, holding, error).await;
    }
    let reply = exchange.map_err(|error| error.to_string())?.reply;
    if let Some(problem) = reply.problem() {
        return Err(problem.to_string());
    }
    let result = reply.into_result().unwrap_or_default();
    let shown = Shown::deserialize(result).ok();
    shown.filter(|shown| is_hash(&shown.head.hash)).ok_or_else(|| {
        format!(
            "{} answered with something else than the end of its audit trail",
            credential.endpoint
        )
    })
}

/// Whether a text is a hash as trails write it.
pub(super) fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Puts it on record, once for each peer while this process runs.
async fn alarm(
    instance: &Instance,
    caller: Option<&Caller>,
    peer: &str,
    reason: &'static str,
) -> Result<(), StoreError> {
    if !instance.witness().is_new_alarm(peer, reason) {
        return Ok(());
    }
    tracing::error!(instance = %instance.settings().name, peer, reason, "an audit trail lost records that it had shown");
    let trail = instance.trail();
    trail
        .alarm(Timestamp::now(), caller, peer, (EXCHANGE, reason))
        .await
}

/// The alarm on the credential with which such a peer is called, unless there is another one on it.
async fn alarm_held(instance: &Instance, holding: &Holding) {
    if holding.life.alarm().is_some() {
        return;
    }
    let raised = holding::happened(instance, &holding.record.name, WENT_BACK).await;
    if let Err(problem) = raised {
        tracing::error!(credential = holding.record.name, %problem, "an alarm was not stored");
    }
}

/// The alarm on the credential with which such a peer calls, unless there is another one on it.
async fn alarm_issued(instance: &Instance, name: &str) {
    let issued = instance.issued().by_name(name);
    if issued.is_none_or(|credential| credential.life.alarm().is_some()) {
        return;
    }
    if let Err(problem) = issuing::happen(instance, name, WENT_BACK).await {
        tracing::error!(credential = name, %problem, "an alarm was not stored");
    }
}

//! What happens to held credentials: what their actions and the relay share. Whatever takes a right away
//! holds at once, even if storing it fails; whatever gives one is durable first.

use super::Instance;
use super::held::Holding;
use crate::client::ClientError;
use crate::handshake::{AlarmKind, Event, Life, LifeError, Told};
use crate::model::{CredentialState, Timestamp};
use crate::protocol::{Code, HeldCredential, Problem, Reply};
use serde_json::{Value, json};
use std::sync::Arc;

/// What the audit trail calls an alarm about a held credential.
const ALARM: &str = "held_credential_alarm";

/// The held credential of this name.
pub(super) fn find(instance: &Instance, name: &str) -> Result<Arc<Holding>, Problem> {
    instance.held().get(name).ok_or_else(|| {
        Problem::new(
            Code::CredentialNotFound,
            format!("this instance holds no credential {name:?}"),
        )
    })
}

/// Lets something happen to a held credential.
pub(super) async fn happened(instance: &Instance, name: &str, event: Event) -> Result<Arc<Holding>, Problem> {
    let _alone = instance.changing().await;
    happens(instance, &*find(instance, name)?, event).await
}

/// The same; hold [`Instance::changing`] around reading the credential and this.
async fn happens(instance: &Instance, holding: &Holding, event: Event) -> Result<Arc<Holding>, Problem> {
    let takes_away = matches!(event, Event::Alarmed(_) | Event::WordsDiffer);
    let mut life = holding.life.clone();
    life.apply(event, Timestamp::now()).map_err(refused)?;
    let next = holding.at(life);
    if takes_away {
        let next = instance.held().put(next);
        instance.store().put_held(next.record.clone()).await?;
        return Ok(next);
    }
    keep(instance, next).await
}

/// Stores a held credential, then uses it. Hold [`Instance::changing`] around reading the old one and this.
pub(super) async fn keep(instance: &Instance, holding: Holding) -> Result<Arc<Holding>, Problem> {
    instance.store().put_held(holding.record.clone()).await?;
    let is_active = |holding: &Holding| holding.life.state_at(Timestamp::now()) == CredentialState::Active;
    let was_active = instance
        .held()
        .get(&holding.record.name)
        .is_some_and(|old| is_active(&old));
    let holding = instance.held().put(holding);
    if is_active(&holding) && !was_active {
        instance.witness().wake();
    }
    Ok(holding)
}

/// Raises an alarm about a held credential: it holds at once, and is on record and in the log.
pub(super) async fn alarm(instance: &Instance, name: &str, kind: AlarmKind, seen: &str) {
    alarm_where(instance, name, kind, seen, |_| true).await;
}

/// The same, if what is held under that name by now is what it is about.
async fn alarm_where(
    instance: &Instance,
    name: &str,
    kind: AlarmKind,
    seen: &str,
    is_meant: impl Fn(&Holding) -> bool,
) {
    let alone = instance.changing().await;
    let Ok(holding) = find(instance, name) else {
        return;
    };
    if !is_meant(&holding) || holding.life.alarm().is_some_and(|alarm| alarm.kind == kind) {
        return;
    }
    let raised = happens(instance, &holding, Event::Alarmed(kind)).await;
    drop(alone);
    if let Err(problem) = raised {
        tracing::error!(credential = name, %problem.message, "an alarm about a held credential was not stored");
    }
    tracing::error!(
        credential = name,
        alarm = kind.as_str(),
        seen,
        "a held credential is refused from here on: {}",
        kind.advice()
    );
    let noted = instance
        .trail()
        .alarm(Timestamp::now(), None, name, (ALARM, kind.as_str()))
        .await;
    if let Err(error) = noted {
        tracing::error!(%error, credential = name, "an alarm about a held credential is not on record");
    }
}

/// Notices that the peer shows another TLS key than the pinned ones. Where authorities decide there is no
/// key to change, only a certificate that they do not vouch for. What a call learned under other pins than those of now, or
/// of another place, says nothing of these.
pub(super) async fn notice_tls(instance: &Instance, holding: &Holding, error: &ClientError) {
    if let ClientError::Tls { cause, .. } = error
        && !holding.credential.pins.is_empty()
    {
        let called = &holding.credential;
        let is_meant = |held: &Holding| {
            held.credential.pins == called.pins && held.credential.endpoint == called.endpoint
        };
        let name = &holding.record.name;
        alarm_where(instance, name, AlarmKind::TlsKeyChanged, cause, is_meant).await;
    }
}

/// Why no call may be made with it now; none if one may.
pub(super) fn refusal(holding: &Holding, now: Timestamp) -> Option<Problem> {
    let (name, life) = (&holding.record.name, &holding.life);
    if let Some(problem) = standing_alarm(name, life) {
        return Some(problem);
    }
    match life.state_at(now) {
        CredentialState::Expired => {
            return Some(Problem::new(
                Code::NoHeldCredential,
                format!(
                    "the held credential {name:?} ended with its lease or offer; ask the peer's administrator for a new one"
                ),
            ));
        }
        CredentialState::Revoked => {
            return Some(Problem::new(
                Code::NoHeldCredential,
                format!(
                    "the held credential {name:?} is refused for good: its words differed; drop it and ask for a new offer"
                ),
            ));
        }
        _ => {}
    }
    if !life.opens_everything() {
        return Some(Problem::new(
            Code::NotVerified,
            format!(
                "the held credential {name:?} opens nothing before it is activated; compare the seven words with the other administrator, then activate it"
            ),
        ));
    }
    None
}

/// The problem that somebody must look at something first.
pub(super) fn standing_alarm(name: &str, life: &Life) -> Option<Problem> {
    let alarm = life.alarm()?;
    if life.is_frozen() {
        return Some(frozen(name, alarm.kind));
    }
    alarm.kind.is_answered_by_words().then(|| {
        Problem::new(
            Code::NotVerified,
            format!("the held credential {name:?}: {}", alarm.kind.advice()),
        )
        .with("alarm", json!(alarm.kind))
    })
}

/// The problem that two parties have had a credential's secrets.
pub(super) fn frozen(name: &str, kind: AlarmKind) -> Problem {
    Problem::new(
        Code::CredentialFrozen,
        format!("the held credential {name:?}: {}", kind.advice()),
    )
    .with("alarm", json!(kind))
}

/// The problem that something cannot happen in a life.
pub(super) fn refused(error: LifeError) -> Problem {
    Problem::new(error.code(), format!("{error}; {}", error.remedy()))
}

/// Takes to heart what the peer says of the credential in a reply of its own (never a relayed one, which may
/// speak of a credential further on): that it is frozen, that its keys are to be rotated, or that it allows something
/// else by now.
pub(super) async fn heed_reply(instance: &Instance, name: &str, reply: &Reply) {
    if let Some(problem) = reply
        .problem()
        .filter(|problem| problem.code == Code::CredentialFrozen)
    {
        let kind = AlarmKind::of_freezing(&problem);
        alarm(instance, name, kind, &problem.message).await;
        return;
    }
    if let Some(told) = Told::of(reply)
        && let Err(problem) = know(instance, name, told).await
    {
        tracing::warn!(credential = name, %problem.message, "what the peer allows by now cannot be noted");
    }
    let due = reply
        .result()
        .and_then(|result| result.get("credential")?.get("rotation_due")?.as_str())
        .and_then(Timestamp::parse);
    let known = instance
        .held()
        .get(name)
        .and_then(|holding| holding.life.rotation_due());
    if let Some(due) = due
        && known != Some(due)
        && let Err(problem) = happened(instance, name, Event::RotationAsked { due }).await
    {
        tracing::warn!(credential = name, %problem.message, "the peer asks for a rotation that cannot be noted");
    }
}

/// Keeps what a held credential allows by now, where that is news.
async fn know(instance: &Instance, name: &str, told: Told) -> Result<(), Problem> {
    let _alone = instance.changing().await;
    let holding = find(instance, name)?;
    let record = &holding.record;
    let now = Timestamp::now();
    // The issuer may have ended an overlap before its time.
    let is_over = told.ends_overlap(&holding.life, now);
    if !is_over && !told.is_news(record.grant.as_ref(), record.expires_at) {
        return Ok(());
    }
    let mut life = holding.life.clone();
    if is_over {
        life.apply(Event::OverlapEnded, now).map_err(refused)?;
    }
    if let Some(ends) = told.lease_ends {
        life.apply(Event::LeaseChanged { ends }, now).map_err(refused)?;
    }
    keep(instance, holding.at(life).allowing(told.grant)).await?;
    Ok(())
}

/// The same credential under other TLS pins.
pub(super) fn repinned(credential: &HeldCredential, pins: Vec<crate::protocol::Spki>) -> HeldCredential {
    HeldCredential {
        pins,
        ..credential.clone()
    }
}

/// What may be told of a held credential.
pub(super) fn view(holding: &Holding, now: Timestamp) -> Value {
    let (record, life) = (&holding.record, &holding.life);
    let (uses, last_used) = holding.uses();
    json!({
        "name": record.name,
        "app_id": record.app_id,
        "profile": record.profile,
        "kid": record.kid,
        "endpoint": record.endpoint,
        "instance_id": holding.credential.instance_id(),
        "pins": holding.credential.pins,
        "peer_name": holding.peer.name,
        "identity": holding.peer.identity,
        "words": holding.peer.words,
        "grant": record.grant,
        "state": life.state_at(now),
        "verified": life.is_verified(),
        "verify_first": life.verify_first,
        "delivery": life.delivery,
        "holder": life.holder,
        "offer": life.offer,
        "offer_ends": life.offer_ends(),
        "generation": life.generation(),
        "rotation_due": life.rotation_due(),
        "overlap_until": life.overlap(now).map(|overlap| overlap.until),
        "alarm": life.alarm(),
        "ended_at": life.ended_at(),
        "activation_pending": record.sealed_pending.is_some(),
        "expires_at": record.expires_at,
        "created_at": record.created_at,
        "last_used": last_used,
        "uses": uses,
        "peer": holding.gate.view(now),
    })
}

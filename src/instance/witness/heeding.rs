//! A person has explained why trails went back: the alarms go, and with them what would raise them again.

use super::heads::caller_key;
use crate::handshake::{AlarmKind, Event, Life};
use crate::instance::{Instance, holding, issuing};
use crate::model::InstanceId;
use crate::protocol::Problem;
use crate::store::{HeadSide, StoreError};

/// Takes the alarms away, and the heads that do not hold. What is shown next counts, as if nothing had been shown before.
pub(super) async fn heed_alarms(instance: &Instance) {
    let witness = instance.witness();
    let _alone = witness.hearing.lock().await;
    witness.forget_alarms();
    if let Err(error) = forget_own(instance).await {
        tracing::error!(%error, "ends of the own audit trail that do not hold any more stay");
    }
    for holding in instance.held().all() {
        let name = &holding.record.name;
        if is_meant(&holding.life)
            && let Err(problem) = heed_held(instance, name, holding.credential.instance_id()).await
        {
            tracing::error!(credential = name, %problem, "an alarm stays");
        }
    }
    for credential in instance.issued().all() {
        let name = &credential.record.name;
        if is_meant(&credential.life)
            && let Err(problem) = heed_issued(instance, name).await
        {
            tracing::error!(credential = name, %problem, "an alarm stays");
        }
    }
}

fn is_meant(life: &Life) -> bool {
    life.alarm()
        .is_some_and(|alarm| alarm.kind == AlarmKind::AuditWentBack)
}

/// The head goes first: an alarm that stays can be heeded again, a head that stays would raise it again.
async fn heed_held(instance: &Instance, name: &str, peer: Option<&InstanceId>) -> Result<(), Problem> {
    if let Some(peer) = peer {
        instance
            .store()
            .remove_head(peer.as_str(), HeadSide::Theirs)
            .await?;
    }
    holding::happened(instance, name, Event::AlarmHeeded).await?;
    Ok(())
}

/// The same for a credential that a peer calls with.
async fn heed_issued(instance: &Instance, name: &str) -> Result<(), Problem> {
    instance
        .store()
        .remove_head(&caller_key(name), HeadSide::Theirs)
        .await?;
    issuing::happen(instance, name, Event::AlarmHeeded).await?;
    Ok(())
}

/// Whoever was shown an end of our trail that is not in it any more is shown the present one next time.
async fn forget_own(instance: &Instance) -> Result<(), StoreError> {
    let heads = instance.store().heads().await?;
    for kept in heads.into_iter().filter(|kept| kept.side == HeadSide::Ours) {
        if instance.audit().holds(kept.head).await? == Some(false) {
            instance.store().remove_head(&kept.peer, HeadSide::Ours).await?;
        }
    }
    Ok(())
}

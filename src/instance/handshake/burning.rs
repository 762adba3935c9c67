//! What becomes of codes whose claim the end of the instance has interrupted.

use super::{CLAIM, offers};
use crate::handshake::AlarmKind;
use crate::instance::{Instance, InstanceError};
use crate::model::Timestamp;
use crate::store::{AuditOutcome, OfferRecord};

/// Codes that were claimed when the instance stopped are burnt: nobody gets a second guess. Their offers' people are told.
pub(in crate::instance) async fn burn_interrupted(
    instance: &Instance,
    interrupted: Vec<OfferRecord>,
) -> Result<(), InstanceError> {
    for offer in interrupted {
        offers::alarm(instance, &offer, AlarmKind::WrongCode).await;
        let id = offer.id.clone();
        instance
            .store()
            .put_offer(OfferRecord { code: None, ..offer })
            .await?;
        instance
            .trail()
            .step(
                Timestamp::now(),
                CLAIM,
                Some(&id),
                AuditOutcome::Failed,
                Some("claim_interrupted"),
            )
            .await?;
    }
    Ok(())
}

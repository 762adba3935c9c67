//! `POST /handshake/confirm`: whoever claimed a code proves to know it, and gets the bundle.

use super::claim::live;
use super::desk::{Codes, Done, Step};
use super::{CONFIRM, Refusal, offers};
use crate::handshake::{AlarmKind, Confirmation, Event, Handover};
use crate::instance::Instance;
use crate::model::Timestamp;
use crate::store::AuditOutcome;
use std::net::IpAddr;

/// Hands the bundle over for the right proof, and again for the same one. A wrong one burns the code.
pub(super) async fn confirm(
    instance: &Instance,
    peer: IpAddr,
    confirmation: Confirmation,
) -> Result<Handover, Refusal> {
    let mut codes = instance.desk().alone_with(peer).await?;
    let confirmed = confirm_alone(instance, &mut codes, confirmation).await;
    instance.desk().count(peer, &confirmed);
    confirmed
}

async fn confirm_alone(
    instance: &Instance,
    codes: &mut Codes,
    confirmation: Confirmation,
) -> Result<Handover, Refusal> {
    let now = Timestamp::now();
    let slot = live(codes, &confirmation.nameplate, now)?;
    let offer = slot.offer.clone();
    let unknown = |reason| Refusal::Unknown {
        offer: Some(offer.clone()),
        reason,
    };
    match &slot.step {
        Step::Waits => Err(unknown("not_claimed")),
        Step::Contested => Err(Refusal::Contested { offer }),
        Step::HandedOver(done) if done.proof == confirmation.proof => {
            let handover = done.handover.clone();
            on_record(instance, &offer, now).await?;
            Ok(handover)
        }
        Step::HandedOver(_) => Err(unknown("other_proof")),
        Step::Claimed(open) => match open.claimed.hand_over(&confirmation, &open.bundle) {
            Ok(handover) => deliver(instance, codes, confirmation, handover, now).await,
            Err(_) => burn(instance, codes, &confirmation.nameplate).await,
        },
    }
}

/// What is durable first: that the bundle went out.
async fn deliver(
    instance: &Instance,
    codes: &mut Codes,
    confirmation: Confirmation,
    handover: Handover,
    now: Timestamp,
) -> Result<Handover, Refusal> {
    let slot = live(codes, &confirmation.nameplate, now)?;
    let id = slot.offer.clone();
    let delivered = offers::change(instance, &id, |record| {
        record.code = None;
        if record.state == "offered" {
            "delivered".clone_into(&mut record.state);
        }
    });
    let Some(offer) = delivered.await? else {
        codes.remove(&confirmation.nameplate);
        return Err(Refusal::Unknown {
            offer: Some(id),
            reason: "offer_over",
        });
    };
    offers::tell(instance, &offer, &Event::Delivered).await?;
    on_record(instance, &id, now).await?;
    let step = std::mem::replace(&mut slot.step, Step::Contested);
    if let Step::Claimed(open) = step {
        slot.step = Step::HandedOver(Box::new(Done {
            claim: open.claim,
            answer: open.answer,
            proof: confirmation.proof,
            handover: handover.clone(),
        }));
    }
    Ok(handover)
}

/// A wrong guess: the code is worth nothing any more, and the offering side's people are told.
async fn burn(instance: &Instance, codes: &mut Codes, nameplate: &str) -> Result<Handover, Refusal> {
    let Some(slot) = codes.remove(nameplate) else {
        return Err(Refusal::Unknown {
            offer: None,
            reason: "code_unknown",
        });
    };
    let offer = offers::change(instance, &slot.offer, |record| record.code = None).await?;
    if let Some(offer) = offer {
        offers::alarm(instance, &offer, AlarmKind::WrongCode).await;
    }
    Err(Refusal::Wrong { offer: slot.offer })
}

async fn on_record(instance: &Instance, offer: &str, now: Timestamp) -> Result<(), Refusal> {
    let trail = instance.trail();
    Ok(trail
        .step(now, CONFIRM, Some(offer), AuditOutcome::Done, None)
        .await?)
}

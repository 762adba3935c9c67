//! `POST /handshake/claim`: somebody says to know a code.

use super::desk::{Codes, Open, Slot, Step};
use super::{CLAIM, Refusal, offers};
use crate::handshake::{AlarmKind, Claim, ClaimAnswer, Claimed};
use crate::instance::Instance;
use crate::model::Timestamp;
use crate::store::{AuditOutcome, CodeRecord};
use std::net::IpAddr;

/// Answers a claim: the first one of a code, and that one again. Any other freezes what the code was for.
pub(super) async fn claim(instance: &Instance, peer: IpAddr, claim: Claim) -> Result<ClaimAnswer, Refusal> {
    let mut codes = instance.desk().alone_with(peer).await?;
    let claimed = claim_alone(instance, &mut codes, claim).await;
    instance.desk().count(peer, &claimed);
    claimed
}

async fn claim_alone(instance: &Instance, codes: &mut Codes, claim: Claim) -> Result<ClaimAnswer, Refusal> {
    let now = Timestamp::now();
    let slot = live(codes, &claim.nameplate, now)?;
    let offer = slot.offer.clone();
    let (first, answer) = match &slot.step {
        Step::Waits => return first_claim(instance, codes, claim, now).await,
        Step::Contested => return Err(Refusal::Contested { offer }),
        Step::Claimed(open) => (&open.claim, &open.answer),
        Step::HandedOver(done) => (&done.claim, &done.answer),
    };
    if *first == claim {
        let answer = answer.clone();
        on_record(instance, &offer, now).await?;
        return Ok(answer);
    }
    slot.step = Step::Contested;
    contest(instance, &offer).await?;
    Err(Refusal::Contested { offer })
}

/// The code of this nameplate, as long as it is of use.
pub(super) fn live<'a>(
    codes: &'a mut Codes,
    nameplate: &str,
    now: Timestamp,
) -> Result<&'a mut Slot, Refusal> {
    match codes.get_mut(nameplate) {
        None => Err(Refusal::Unknown {
            offer: None,
            reason: "code_unknown",
        }),
        Some(slot) if slot.ends <= now => Err(Refusal::Unknown {
            offer: Some(slot.offer.clone()),
            reason: "code_expired",
        }),
        Some(slot) => Ok(slot),
    }
}

async fn first_claim(
    instance: &Instance,
    codes: &mut Codes,
    claim: Claim,
    now: Timestamp,
) -> Result<ClaimAnswer, Refusal> {
    let slot = live(codes, &claim.nameplate, now)?;
    let offer = slot.offer.clone();
    let gone = |reason| Refusal::Unknown {
        offer: Some(offer.clone()),
        reason,
    };
    let waiting = offers::find(instance, &offer)
        .await?
        .filter(|record| record.state == "offered")
        .and_then(|record| record.code)
        .filter(|code| code.nameplate == claim.nameplate);
    let Some(CodeRecord {
        sealed: Some(sealed), ..
    }) = waiting
    else {
        codes.remove(&claim.nameplate);
        return Err(gone("offer_over"));
    };
    let (code, bundle) = offers::open(instance, &offer, &sealed)?;
    // What is not even a message is no guess.
    let (claimed, answer) =
        Claimed::answer(&code, instance.id(), &claim).map_err(|_| gone("claim_garbled"))?;
    let burnt = offers::change(instance, &offer, |record| {
        if let Some(code) = &mut record.code {
            code.sealed = None;
        }
    });
    if burnt.await?.is_none() {
        codes.remove(&claim.nameplate);
        return Err(gone("offer_over"));
    }
    slot.step = Step::Claimed(Box::new(Open {
        claim,
        answer: answer.clone(),
        claimed,
        bundle,
    }));
    on_record(instance, &offer, now).await?;
    Ok(answer)
}

async fn on_record(instance: &Instance, offer: &str, now: Timestamp) -> Result<(), Refusal> {
    let trail = instance.trail();
    Ok(trail
        .step(now, CLAIM, Some(offer), AuditOutcome::Done, None)
        .await?)
}

/// Two parties have had a code: nobody can tell which of them was meant.
async fn contest(instance: &Instance, id: &str) -> Result<(), Refusal> {
    let offer = offers::change(instance, id, |record| record.code = None).await?;
    if let Some(offer) = offer {
        offers::alarm(instance, &offer, AlarmKind::ClaimedTwice).await;
    }
    Ok(())
}

//! Letting a bundle wait under a code.

use super::desk::{Slot, Step};
use super::offers;
use crate::handshake::{AlarmKind, Bundle, CODE_SECONDS, Event, OneTimeCode};
use crate::instance::issued::Credential;
use crate::instance::{Instance, issuing};
use crate::model::{Delivery, Timestamp};
use crate::protocol::{Code, Problem};
use crate::store::{CodeRecord, OfferRecord};
use std::sync::Arc;

/// Puts a code on the desk, in place of an earlier one of the same offer.
pub(in crate::instance) async fn publish(
    instance: &Instance,
    id: &str,
    code: &OneTimeCode,
    bundle: &Bundle,
) -> Result<(OfferRecord, CodeRecord), Problem> {
    let now = Timestamp::now();
    let mut codes = instance.desk().alone().await;
    let _alone = instance.changing().await;
    let offer = offers::find(instance, id)
        .await?
        .ok_or_else(|| Problem::new(Code::OfferNotFound, format!("this instance has no offer {id:?}")))?;
    check(instance, &offer, bundle, now)?;
    codes.retain(|_, slot| slot.ends > now && !(slot.offer == offer.id && matches!(slot.step, Step::Waits)));
    if codes.contains_key(code.nameplate()) {
        return Err(Problem::new(
            Code::AlreadyExists,
            format!(
                "another code with the number {} is in use; draw a new code",
                code.nameplate()
            ),
        ));
    }
    release_nameplate(instance, code.nameplate(), &offer.id).await?;
    let ends = now.plus_seconds(CODE_SECONDS).min(offer.expires_at);
    let waiting = offers::seal(instance, &offer.id, code, &bundle.expose_json(), ends);
    let offer = OfferRecord {
        code: Some(waiting.clone()),
        ..offer
    };
    instance.store().put_offer(offer.clone()).await?;
    codes.insert(waiting.nameplate.clone(), Slot::waiting(&offer.id, ends));
    heed(instance, &offer).await?;
    Ok((offer, waiting))
}

/// Whether the offer can be handed over under a code, and this is its bundle.
fn check(instance: &Instance, offer: &OfferRecord, bundle: &Bundle, now: Timestamp) -> Result<(), Problem> {
    let refused = |code, why: &str| Err(Problem::new(code, format!("the offer {}: {why}", offer.id)));
    if offer.delivery != Delivery::Code {
        return refused(
            Code::WrongStep,
            "it travels otherwise than by code; make a new offer with \"delivery\": \"code\"",
        );
    }
    let is_frozen = |name: &String| {
        let credential = instance.issued().by_name(name);
        credential.is_some_and(|credential| credential.life.is_frozen())
    };
    if offer.credentials.iter().any(is_frozen) {
        return refused(
            Code::CredentialFrozen,
            "it was claimed or activated by two parties; revoke its credentials and make a new offer over another channel",
        );
    }
    if offer.state != "offered" {
        return refused(
            Code::WrongStep,
            "it is over or was delivered already; make a new offer",
        );
    }
    if offer.expires_at <= now {
        return refused(Code::WrongStep, "it has expired; make a new offer");
    }
    let mut names: Vec<&str> = bundle
        .credentials
        .iter()
        .map(|credential| credential.name.as_str())
        .collect();
    let mut offered: Vec<&str> = offer.credentials.iter().map(String::as_str).collect();
    names.sort_unstable();
    offered.sort_unstable();
    if bundle.id != offer.id || names != offered || bundle.instance.id.as_ref() != Some(instance.id()) {
        return refused(Code::InvalidParameter, "'bundle' is not this offer's");
    }
    Ok(())
}

/// Whoever makes a new code has seen that the last one was burnt.
async fn heed(instance: &Instance, offer: &OfferRecord) -> Result<(), Problem> {
    for name in &offer.credentials {
        let is_told = |credential: Arc<Credential>| {
            let alarm = credential.life.alarm();
            alarm.is_some_and(|alarm| alarm.kind == AlarmKind::WrongCode)
        };
        if instance.issued().by_name(name).is_some_and(is_told) {
            issuing::happen_alone(instance, name, Event::AlarmHeeded).await?;
        }
    }
    Ok(())
}

/// Numbers are few: one whose code is over may be used again. The store keeps each once.
async fn release_nameplate(instance: &Instance, nameplate: &str, but: &str) -> Result<(), Problem> {
    for other in instance.store().offers().await? {
        let has_it = other
            .code
            .as_ref()
            .is_some_and(|code| code.nameplate == nameplate);
        if has_it && other.id != but {
            let freed = OfferRecord { code: None, ..other };
            instance.store().put_offer(freed).await?;
        }
    }
    Ok(())
}

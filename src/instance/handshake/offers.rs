//! The offers behind codes: found, changed, and their credentials told of what happened.

use crate::handshake::{AlarmKind, Event, OneTimeCode};
use crate::instance::{Instance, issuing};
use crate::model::Timestamp;
use crate::protocol::{Code, Problem};
use crate::seal::row;
use crate::store::{CodeRecord, OfferRecord, StoreError};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

/// What is sealed while a code waits.
#[derive(Serialize, Deserialize)]
struct Waiting {
    code: String,
    bundle: String,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.code.zeroize();
        self.bundle.zeroize();
    }
}

/// The offer of this id, unless it was withdrawn.
pub(super) async fn find(instance: &Instance, id: &str) -> Result<Option<OfferRecord>, StoreError> {
    let offers = instance.store().offers().await?;
    Ok(offers.into_iter().find(|offer| offer.id == id))
}

/// Changes the offer of this id as it is stored now; none if it is not there any more.
pub(super) async fn change(
    instance: &Instance,
    id: &str,
    change: impl FnOnce(&mut OfferRecord),
) -> Result<Option<OfferRecord>, StoreError> {
    let _alone = instance.changing().await;
    let Some(mut offer) = find(instance, id).await? else {
        return Ok(None);
    };
    change(&mut offer);
    instance.store().put_offer(offer.clone()).await?;
    Ok(Some(offer))
}

/// Tells each credential of an offer what happened. One that has ended has nothing to hear.
pub(super) async fn tell(instance: &Instance, offer: &OfferRecord, event: &Event) -> Result<(), Problem> {
    for name in &offer.credentials {
        match issuing::happen(instance, name, event.clone()).await {
            Err(problem) if !matches!(problem.code, Code::WrongStep | Code::CredentialNotFound) => {
                return Err(problem);
            }
            _ => {}
        }
    }
    Ok(())
}

/// Raises an alarm on each credential of an offer, loudly.
pub(super) async fn alarm(instance: &Instance, offer: &OfferRecord, kind: AlarmKind) {
    tracing::error!(offer = %offer.id, alarm = kind.as_str(), "a one-time code: {}", kind.advice());
    if let Err(problem) = tell(instance, offer, &Event::Alarmed(kind)).await {
        tracing::error!(offer = %offer.id, %problem.message, "an alarm about an offer was not stored");
    }
}

/// A code and the bundle behind it, as they wait in the store.
pub(super) fn seal(
    instance: &Instance,
    offer: &str,
    code: &OneTimeCode,
    bundle: &[u8],
    ends: Timestamp,
) -> CodeRecord {
    let waiting = Waiting {
        code: code.expose_text().as_str().to_owned(),
        bundle: String::from_utf8_lossy(bundle).into_owned(),
    };
    let json = Zeroizing::new(serde_json::to_vec(&waiting).expect("a map with string keys"));
    CodeRecord {
        nameplate: code.nameplate().to_owned(),
        sealed: Some(row::seal(instance.key(), &identity(offer), &json)),
        ends,
    }
}

/// The code and the bundle behind it.
pub(super) fn open(
    instance: &Instance,
    offer: &str,
    sealed: &[u8],
) -> Result<(OneTimeCode, Zeroizing<Vec<u8>>), Problem> {
    let damaged = || {
        Problem::new(
            Code::StorageFailed,
            format!("the code of offer {offer} in the store is damaged"),
        )
    };
    let json = row::open(instance.key(), &identity(offer), sealed).map_err(|_| damaged())?;
    let waiting: Waiting = serde_json::from_slice(&json).map_err(|_| damaged())?;
    let code = OneTimeCode::parse(&waiting.code).map_err(|_| damaged())?;
    Ok((code, Zeroizing::new(waiting.bundle.clone().into_bytes())))
}

/// What a sealed code is bound to: it opens in the place of no other.
fn identity(offer: &str) -> Vec<u8> {
    format!("offer-code:{offer}").into_bytes()
}

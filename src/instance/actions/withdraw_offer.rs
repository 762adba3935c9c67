//! `withdraw_offer {id}` → `{offer}`: its credentials are revoked at once, but for those that are in use and whose
//! words were compared here: they end with `revoke_credential`.

use super::{Access, Action, Answer, Call, Kind, Outcome, Parameter, list_offers};
use crate::handshake::{Event, Life};
use crate::instance::issuing;
use crate::protocol::{Code, Problem};
use crate::store::OfferRecord;
use futures::future::BoxFuture;
use serde_json::json;

/// Its row in the table.
pub static ACTION: Action = Action {
    name: "withdraw_offer",
    help: "Withdraws an offer and revokes its credentials, but for those that were activated and whose words were compared here.",
    access: Access::Owner,
    writes: true,
    destroys: |_| true,
    within: None,
    parameters: &[Parameter::required("id", Kind::Text, "which offer")],
    result: "{offer: offer}",
    errors: &[Code::OfferNotFound, Code::WrongStep],
    run,
};

fn run<'a>(call: &'a Call<'a>) -> BoxFuture<'a, Answer> {
    Box::pin(withdraw_offer(call))
}

async fn withdraw_offer(call: &Call<'_>) -> Answer {
    let _alone = call.instance.changing().await;
    let offer = find(call, call.query.text("id")?).await?;
    let is_settled = |life: &Life| life.generation() > 0 && life.is_verified();
    let revoke = |life: &Life| (!is_settled(life)).then_some(Event::Revoke);
    let offer = end(call, offer, "withdrawn", revoke).await?;
    let view = list_offers::view(call.instance, &offer, call.now());
    Ok(Outcome::Success(json!({ "offer": view })))
}

/// Ends an offer: lets what `event` says happen to its credentials that are not over, and forgets its code. Hold
/// [`crate::instance::Instance::changing`] around it.
pub(super) async fn end(
    call: &Call<'_>,
    offer: OfferRecord,
    state: &str,
    event: impl Fn(&Life) -> Option<Event>,
) -> Result<OfferRecord, Problem> {
    for credential in list_offers::credentials(call.instance, &offer) {
        if let Some(event) = event(&credential.life).filter(|_| !credential.life.has_ended()) {
            issuing::happen_alone(call.instance, &credential.record.name, event).await?;
        }
    }
    let offer = OfferRecord {
        state: state.to_owned(),
        code: None,
        ..offer
    };
    call.store().put_offer(offer.clone()).await?;
    Ok(offer)
}

/// The offer of this id.
pub(super) async fn find(call: &Call<'_>, id: &str) -> Result<OfferRecord, Problem> {
    let offers = call.instance.store().offers().await?;
    offers
        .into_iter()
        .find(|offer| offer.id == id)
        .ok_or_else(|| Problem::new(Code::OfferNotFound, format!("this instance has no offer {id:?}")))
}

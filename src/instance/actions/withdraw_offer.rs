//! `withdraw_offer {id}` → `{offer}`: its credentials are revoked at once.

use super::{Access, Action, Answer, Call, Kind, Outcome, Parameter};
use crate::instance::issuing;
use crate::model::CredentialState;
use crate::protocol::{Code, Problem};
use crate::store::OfferRecord;
use futures::future::BoxFuture;
use serde_json::json;

/// Its row in the table.
pub static ACTION: Action = Action {
    name: "withdraw_offer",
    help: "Withdraws an offer and revokes its credentials.",
    access: Access::Owner,
    writes: true,
    parameters: &[Parameter::required("id", Kind::Text, "which offer")],
    run,
};

fn run<'a>(call: &'a Call<'a>) -> BoxFuture<'a, Answer> {
    Box::pin(withdraw_offer(call))
}

async fn withdraw_offer(call: &Call<'_>) -> Answer {
    let id = call.query.text("id")?;
    let offer = find(call, id).await?;
    for name in &offer.credentials {
        issuing::change_state(call.instance, name, CredentialState::Revoked).await?;
    }
    let offer = OfferRecord {
        state: "withdrawn".to_owned(),
        ..offer
    };
    call.instance.store().put_offer(offer.clone()).await?;
    Ok(Outcome::Success(json!({ "offer": offer })))
}

/// The offer of this id.
pub(super) async fn find(call: &Call<'_>, id: &str) -> Result<OfferRecord, Problem> {
    let offers = call.instance.store().offers().await?;
    offers
        .into_iter()
        .find(|offer| offer.id == id)
        .ok_or_else(|| Problem::new(Code::OfferNotFound, format!("this instance has no offer {id:?}")))
}

//! `list_offers {}` → `{offers: [{id, label, credentials, words, state, created_at, expires_at}]}`.

use super::{Access, Action, Answer, Call, Outcome};
use crate::instance::Instance;
use crate::model::{CredentialState, Timestamp};
use crate::store::OfferRecord;
use futures::future::BoxFuture;
use serde_json::json;

/// Its row in the table.
pub static ACTION: Action = Action {
    name: "list_offers",
    help: "Lists the offers made and not withdrawn.",
    access: Access::Owner,
    writes: false,
    parameters: &[],
    run,
};

fn run<'a>(call: &'a Call<'a>) -> BoxFuture<'a, Answer> {
    Box::pin(list_offers(call))
}

async fn list_offers(call: &Call<'_>) -> Answer {
    let now = Timestamp::now();
    let mut offers = call.instance.store().offers().await?;
    for offer in &mut offers {
        offer.state = state(call.instance, offer, now).as_str().to_owned();
    }
    Ok(Outcome::Success(json!({ "offers": offers })))
}

/// What became of an offer: `active` once somebody called with a credential of it, `expired` if nobody did in time,
/// `revoked` when nothing of it is left.
fn state(instance: &Instance, offer: &OfferRecord, now: Timestamp) -> CredentialState {
    let credentials = offer.credentials.iter();
    let states: Vec<_> = credentials
        .filter_map(|name| instance.issued().by_name(name))
        .map(|credential| credential.record_at(now).state)
        .collect();
    [
        CredentialState::Active,
        CredentialState::Offered,
        CredentialState::Suspended,
        CredentialState::Expired,
    ]
    .into_iter()
    .find(|state| states.contains(state))
    .unwrap_or(CredentialState::Revoked)
}

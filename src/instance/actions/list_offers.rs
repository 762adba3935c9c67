//! `list_offers {limit?, offset?}` → `{count, total, offers: [{id, label, credentials, words, state, created_at, expires_at, delivery, verified, verify_first,
//! alarm, code_ends, code_claimed}]}`.

use super::parameter::{OFFSET, PAGE_OF_LIST};
use super::{Access, Action, Answer, Call, Outcome, page};
use crate::instance::Instance;
use crate::instance::issued::Credential;
use crate::model::{CredentialState, Timestamp};
use crate::store::OfferRecord;
use futures::future::BoxFuture;
use serde_json::{Value, json};
use std::sync::Arc;

/// Its row in the table.
pub static ACTION: Action = Action {
    name: "list_offers",
    help: "Lists the offers made and not withdrawn, as they stand now.",
    access: Access::Owner,
    writes: false,
    destroys: |_| false,
    within: None,
    parameters: &[PAGE_OF_LIST, OFFSET],
    result: "{count, total, offers: [offer]}",
    errors: &[],
    run,
};

fn run<'a>(call: &'a Call<'a>) -> BoxFuture<'a, Answer> {
    Box::pin(list_offers(call))
}

async fn list_offers(call: &Call<'_>) -> Answer {
    let now = Timestamp::now();
    let (page, total) = page::of_list(call, call.store().offers().await?)?;
    let offers: Vec<Value> = page.iter().map(|offer| view(call.instance, offer, now)).collect();
    Ok(Outcome::Success(
        json!({"count": offers.len(), "total": total, "offers": offers}),
    ))
}

/// What may be told of an offer.
pub(super) fn view(instance: &Instance, offer: &OfferRecord, now: Timestamp) -> Value {
    let credentials = credentials(instance, offer);
    let mut lives = credentials.iter().map(|credential| &credential.life);
    let code = offer.code.as_ref();
    let mut view = json!(offer);
    view["state"] = state(offer, &credentials, now).into();
    view["verified"] = is_verified(&credentials).into();
    view["verify_first"] = lives.clone().any(|life| life.verify_first).into();
    view["alarm"] = json!(lives.find_map(|life| life.alarm()));
    view["code_ends"] = json!(code.map(|code| code.ends));
    view["code_claimed"] = json!(code.map(|code| code.sealed.is_none()));
    view
}

/// Whether people compared the words: of those that stand, where any does, because what was not taken is revoked.
fn is_verified(credentials: &[Arc<Credential>]) -> bool {
    let standing = credentials.iter().any(|credential| !credential.life.has_ended());
    let mut counted = credentials
        .iter()
        .filter(|credential| !standing || !credential.life.has_ended());
    !credentials.is_empty() && counted.all(|credential| credential.life.is_verified())
}

/// The credentials of an offer that are still known.
pub(super) fn credentials(instance: &Instance, offer: &OfferRecord) -> Vec<Arc<Credential>> {
    let names = offer.credentials.iter();
    names.filter_map(|name| instance.issued().by_name(name)).collect()
}

/// Where an offer stands: with the least advanced of its credentials that are not over; suspended if one of them is.
fn state(offer: &OfferRecord, credentials: &[Arc<Credential>], now: Timestamp) -> &'static str {
    if offer.state == "withdrawn" {
        return "withdrawn";
    }
    if offer.state == "refused" {
        return "refused";
    }
    let states: Vec<_> = credentials
        .iter()
        .map(|credential| credential.life.state_at(now))
        .collect();
    let worst_first = std::iter::once(CredentialState::Suspended)
        .chain(CredentialState::ALL.into_iter().filter(|state| state.is_usable()))
        .chain([CredentialState::Expired]);
    worst_first
        .into_iter()
        .find(|state| states.contains(state))
        .unwrap_or(CredentialState::Revoked)
        .as_str()
}

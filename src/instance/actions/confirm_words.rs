//! `confirm_words {id, match}` → `{offer, credentials}`: what the people of this side say of the seven words of an offer.
//! Where they match, its credentials are verified; where they differ, somebody is in between: they are revoked.

use super::withdraw_offer::{end, find};
use super::{Access, Action, Answer, Call, Kind, Outcome, Parameter, list_offers};
use crate::handshake::{AlarmKind, Event};
use crate::instance::issuing;
use crate::model::Delivery;
use crate::protocol::{Code, Problem};
use crate::store::OfferRecord;
use futures::future::BoxFuture;
use serde_json::json;

/// Its row in the table.
pub static ACTION: Action = Action {
    name: "confirm_words",
    help: "Says whether the seven words of an offer are the same on both sides.",
    access: Access::Owner,
    writes: true,
    destroys: |_| false,
    within: None,
    parameters: &[
        Parameter::required("id", Kind::Text, "which offer"),
        Parameter::required(
            "match",
            Kind::Flag,
            "true if they match; false revokes the credentials of the offer",
        ),
    ],
    result: "{offer: offer, credentials: [credential]}",
    errors: &[Code::OfferNotFound, Code::WrongStep],
    run,
};

fn run<'a>(call: &'a Call<'a>) -> BoxFuture<'a, Answer> {
    Box::pin(confirm_words(call))
}

async fn confirm_words(call: &Call<'_>) -> Answer {
    let is_match: bool = call.query.required("match")?;
    let _alone = call.instance.changing().await;
    let offer = find(call, call.query.text("id")?).await?;
    let offer = if is_match {
        confirm(call, offer).await?
    } else {
        end(call, offer, "refused", |_| Some(Event::WordsDiffer)).await?
    };
    let now = call.now();
    let credentials: Vec<_> = list_offers::credentials(call.instance, &offer)
        .iter()
        .map(|credential| issuing::view(credential, now))
        .collect();
    Ok(Outcome::Success(json!({
        "offer": list_offers::view(call.instance, &offer, now),
        "credentials": credentials,
    })))
}

/// What nobody has taken yet has no words on the other side: whoever confirms them compared nothing, and a code would
/// be spoilt by it. Only a code tells that it was taken; of a file nobody here knows whether it was opened.
fn was_taken(offer: &OfferRecord) -> Result<(), Problem> {
    if offer.delivery == Delivery::Plain {
        return Err(Problem::new(
            Code::WrongStep,
            format!(
                "{} was handed over as plain values, which have no words to compare",
                offer.id
            ),
        ));
    }
    if offer.delivery != Delivery::Code || offer.state != "offered" {
        return Ok(());
    }
    Err(Problem::new(
        Code::WrongStep,
        format!(
            "nobody has taken the code of the offer {} yet, so the other side has no words to compare; \
             wait until its code was typed in there",
            offer.id
        ),
    ))
}

async fn confirm(call: &Call<'_>, offer: OfferRecord) -> Result<OfferRecord, Problem> {
    was_taken(&offer)?;
    let now = call.now();
    let standing: Vec<_> = list_offers::credentials(call.instance, &offer)
        .into_iter()
        .filter(|credential| credential.life.state_at(now).is_usable())
        .collect();
    if standing.is_empty() {
        return Err(Problem::new(
            Code::WrongStep,
            format!(
                "the offer {} is over: none of its credentials stands any more; make a new offer",
                offer.id
            ),
        ));
    }
    for credential in standing {
        let name = &credential.record.name;
        let now_verified = issuing::happen_alone(call.instance, name, Event::WordsMatch).await?;
        // Whoever guessed at the code did not get what these people have.
        if now_verified
            .life
            .alarm()
            .is_some_and(|alarm| alarm.kind == AlarmKind::WrongCode)
        {
            issuing::happen_alone(call.instance, name, Event::AlarmHeeded).await?;
        }
    }
    let offer = OfferRecord {
        state: "verified".to_owned(),
        ..offer
    };
    call.store().put_offer(offer.clone()).await?;
    Ok(offer)
}

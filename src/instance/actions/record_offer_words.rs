//! `record_offer_words {id, words}` → `{offer}`: the words that the offering side shows, so that another console shows the same.

use super::withdraw_offer::find;
use super::{Access, Action, Answer, Call, Kind, Outcome, Parameter, list_offers};
use crate::protocol::{Code, Problem};
use crate::store::OfferRecord;
use futures::future::BoxFuture;
use serde_json::json;

/// Its row in the table.
pub static ACTION: Action = Action {
    name: "record_offer_words",
    help: "Keeps the seven words of an offer with it.",
    access: Access::Owner,
    writes: true,
    destroys: |_| false,
    within: None,
    parameters: &[
        Parameter::required("id", Kind::Text, "which offer"),
        Parameter::required("words", Kind::Texts, "the seven words"),
    ],
    result: "{offer: offer}",
    errors: &[Code::OfferNotFound],
    run,
};

fn run<'a>(call: &'a Call<'a>) -> BoxFuture<'a, Answer> {
    Box::pin(record_offer_words(call))
}

async fn record_offer_words(call: &Call<'_>) -> Answer {
    let words: Vec<String> = call.query.required("words")?;
    let is_word =
        |word: &String| (1..=16).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_lowercase());
    if words.len() != 7 || !words.iter().all(is_word) {
        return Err(Problem::new(
            Code::InvalidParameter,
            "'words' are seven, in lower-case letters",
        ));
    }
    let _alone = call.instance.changing().await;
    let offer = OfferRecord {
        words,
        ..find(call, call.query.text("id")?).await?
    };
    call.instance.store().put_offer(offer.clone()).await?;
    let view = list_offers::view(call.instance, &offer, call.now());
    Ok(Outcome::Success(json!({ "offer": view })))
}

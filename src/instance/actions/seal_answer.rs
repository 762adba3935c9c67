//! `seal_answer {id, request, bundle}` → `{armoured}`: the bundle of an offer, sealed to whoever made the request and
//! signed by this instance. Nothing is kept of it.

use super::withdraw_offer::find;
use super::{Access, Action, Answer, Call, Kind, Outcome, Parameter};
use crate::handshake::{Bundle, Request};
use crate::model::Timestamp;
use crate::protocol::{Code, Problem, Query};
use futures::future::BoxFuture;
use serde_json::json;

/// Its row in the table.
pub static ACTION: Action = Action {
    name: "seal_answer",
    help: "Seals the bundle of an offer to whoever asked for it, signed by this instance.",
    access: Access::Owner,
    writes: true,
    destroys: |_| false,
    within: None,
    parameters: &[
        Parameter::required("id", Kind::Text, "which offer"),
        Parameter::required("request", Kind::Text, "the request that it answers, as it came"),
        Parameter::required("bundle", Kind::Json, "the bundle"),
    ],
    result: "{armoured}",
    errors: &[Code::OfferNotFound, Code::RequestRefused],
    run,
};

fn run<'a>(call: &'a Call<'a>) -> BoxFuture<'a, Answer> {
    Box::pin(seal_answer(call))
}

async fn seal_answer(call: &Call<'_>) -> Answer {
    let offer = find(call, call.query.text("id")?).await?;
    let request = Request::parse(call.query.text("request")?, Timestamp::now())
        .map_err(|error| Problem::new(Code::RequestRefused, error.to_string()))?;
    let bundle = read_bundle(call.query)?;
    if bundle.id != offer.id || bundle.instance.id.as_ref() != Some(call.instance.id()) {
        return Err(refused("it is not of this offer"));
    }
    let armoured = bundle
        .seal_to_request(&request, &call.instance.identity())
        .map_err(|error| Problem::new(error.code(), error.to_string()))?;
    Ok(Outcome::Success(json!({ "armoured": armoured })))
}

/// What serde says of a bundle that it cannot read may quote its secrets.
fn read_bundle(query: &Query) -> Result<Bundle, Problem> {
    let value = query.get("bundle").ok_or_else(|| query.missing("bundle"))?;
    serde_json::from_value(value.clone()).map_err(|_| refused("it is not a bundle"))
}

fn refused(reason: &str) -> Problem {
    Problem::new(
        Code::InvalidParameter,
        format!("'bundle' is not acceptable: {reason}"),
    )
}

//! `publish_code {id, code, bundle}` → `{offer, nameplate, code_ends}`: lets a bundle wait under a one-time code, for 15 minutes.

use super::{Access, Action, Answer, Call, Kind, Outcome, Parameter, check, list_offers};
use crate::handshake::{Bundle, OneTimeCode};
use crate::instance::handshake;
use crate::protocol::{Problem, Query};
use futures::future::BoxFuture;
use serde::Deserialize;
use serde_json::json;
use zeroize::Zeroizing;

/// Its row in the table.
pub static ACTION: Action = Action {
    name: "publish_code",
    help: "Lets an offer's bundle be claimed under a one-time code; replaces an earlier code of the offer.",
    access: Access::Owner,
    writes: true,
    destroys: |_| false,
    within: None,
    parameters: &[
        Parameter::required("id", Kind::Text, "which offer"),
        Parameter::required("code", Kind::Text, "a nameplate and three words").secret(),
        Parameter::required("bundle", Kind::Json, "the offer's bundle in plain"),
    ],
    result: "{offer: offer, nameplate, code_ends}",
    errors: &[
        crate::protocol::Code::OfferNotFound,
        crate::protocol::Code::WrongStep,
    ],
    run,
};

fn run<'a>(call: &'a Call<'a>) -> BoxFuture<'a, Answer> {
    Box::pin(publish_code(call))
}

async fn publish_code(call: &Call<'_>) -> Answer {
    let query = call.query;
    let id = query.text("id")?;
    let code =
        OneTimeCode::parse(query.text("code")?).map_err(|error| check::invalid("code", error.to_string()))?;
    let bundle = bundle(query)?;
    let (offer, waiting) = handshake::publish(call.instance, id, &code, &bundle).await?;
    Ok(Outcome::Success(json!({
        "offer": list_offers::view(call.instance, &offer, call.now()),
        "nameplate": waiting.nameplate,
        "code_ends": waiting.ends,
    })))
}

/// Serde's own message may quote what it read, and that is secret.
fn bundle(query: &Query) -> Result<Bundle, Problem> {
    let value = query.get("bundle").ok_or_else(|| query.missing("bundle"))?;
    let json = Zeroizing::new(value.to_string());
    let mut reader = serde_json::Deserializer::from_slice(json.as_bytes());
    Bundle::deserialize(&mut reader).map_err(|_| check::invalid("bundle", "not what a bundle holds"))
}

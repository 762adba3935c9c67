//! `verify_held_credential {name, match, pins?, identity?}` → `{credential}`: what people on this side said when they compared the words.

use super::parameter::HELD_NAME;
use super::{Access, Action, Answer, Call, Code, Kind, Outcome, Parameter};
use crate::handshake::{AlarmKind, Event};
use crate::instance::held::{Holding, Peer};
use crate::instance::holding;
use crate::protocol::{Problem, Spki};
use crate::seal::IdentityKey;
use futures::future::BoxFuture;
use serde_json::json;
use std::sync::Arc;

/// Its row in the table.
pub static ACTION: Action = Action {
    name: "verify_held_credential",
    help: "Records whether the words of a held credential match; settles that its peer shows another TLS key or identity.",
    access: Access::Owner,
    writes: true,
    destroys: |_| false,
    within: None,
    parameters: &[
        HELD_NAME,
        Parameter::required(
            "match",
            Kind::Flag,
            "true if people compared the words and they match; false refuses the credential for good",
        ),
        Parameter::optional(
            "pins",
            Kind::Texts,
            "the TLS keys to accept from now on, as compared with the other administrator",
        ),
        Parameter::optional(
            "identity",
            Kind::Text,
            "the key with which the other instance signs from now on, as compared",
        ),
    ],
    result: "{credential: held}",
    errors: &[Code::CredentialNotFound, Code::WrongStep],
    run,
};

fn run<'a>(call: &'a Call<'a>) -> BoxFuture<'a, Answer> {
    Box::pin(verify_held_credential(call))
}

async fn verify_held_credential(call: &Call<'_>) -> Answer {
    let name = call.query.text("name")?;
    let words_match: bool = call.query.required("match")?;
    let instance = call.instance;
    let holding = holding::find(instance, name)?;
    if holding.life.is_frozen()
        && let Some(problem) = holding::standing_alarm(name, &holding.life)
    {
        return Err(problem);
    }
    if !words_match {
        let holding = holding::happened(instance, name, Event::WordsDiffer).await?;
        tracing::error!(
            credential = name,
            "a held credential is refused for good: {}",
            AlarmKind::WordsDiffer.advice()
        );
        return Ok(Outcome::Success(
            json!({ "credential": holding::view(&holding, call.now()) }),
        ));
    }
    let holding = matched(call, name).await?;
    Ok(Outcome::Success(
        json!({ "credential": holding::view(&holding, call.now()) }),
    ))
}

async fn matched(call: &Call<'_>, name: &str) -> Result<Arc<Holding>, Problem> {
    let pins: Option<Vec<Spki>> = call.query.optional("pins")?;
    let identity: Option<IdentityKey> = call.query.optional("identity")?;
    let instance = call.instance;
    let _alone = instance.changing().await;
    let holding = holding::find(instance, name)?;
    let mut life = holding.life.clone();
    life.apply(Event::WordsMatch, call.now())
        .map_err(holding::refused)?;
    let mut next = holding.at(life);
    if let Some(pins) = pins {
        let repinned = holding::repinned(&holding.credential, pins);
        next = next.with(instance.key(), repinned);
    }
    if identity.is_some() {
        next = next.known_as(Peer {
            identity,
            ..holding.peer.clone()
        });
    }
    holding::keep(instance, next).await
}

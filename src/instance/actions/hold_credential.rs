//! `hold_credential {name, form, verified?, lease_ends?, grant?, identity?, offer?, offer_ends?, delivery?, verify_first?, words?, peer_name?}`
//! → `{credential}`: installs a credential of another instance for relay, or replaces it.

use super::parameter::LEASE_ENDS;
use super::{Access, Action, Answer, Call, Kind, Outcome, Parameter, check};
use crate::handshake::{Beginning, Event, Life};
use crate::instance::held::{Holding, Peer};
use crate::instance::{holding, issuing};
use crate::model::{Delivery, Grant, Holder, Timestamp};
use crate::protocol::{Code, CredentialForm, HeldCredential, Problem, Query};
use futures::future::BoxFuture;
use serde_json::json;
use zeroize::Zeroizing;

/// Its row in the table.
pub static ACTION: Action = Action {
    name: "hold_credential",
    help: "Installs a credential with which this instance calls another one (relay).",
    access: Access::Owner,
    writes: true,
    destroys: |_| false,
    within: None,
    parameters: &[
        Parameter::required("name", Kind::Text, "what to call it here"),
        Parameter::required(
            "form",
            Kind::Json,
            "the credential in plain: {endpoint, app_id, kid, root, instance_id} or {endpoint, app_id, jwt_secret_key, encryption_key, access_key?}; and pins?",
        ),
        Parameter::optional("verified", Kind::Flag, "whether people compared the words"),
        LEASE_ENDS,
        Parameter::optional("grant", Kind::Json, "what it allows, as the bundle said"),
        Parameter::optional(
            "identity",
            Kind::Text,
            "the key with which the other instance signs",
        ),
        Parameter::optional("offer", Kind::Text, "the offer that it came in"),
        Parameter::optional("offer_ends", Kind::Text, "when that offer ends"),
        Parameter::optional(
            "delivery",
            Kind::Text,
            "how it came: code, request, passphrase or plain; without it no keys can be mixed in",
        )
        .among(&["code", "request", "passphrase", "plain"]),
        Parameter::optional(
            "verify_first",
            Kind::Flag,
            "whether it opens nothing before it is activated",
        ),
        Parameter::optional("words", Kind::Texts, "the seven words that people compare"),
        Parameter::optional("peer_name", Kind::Text, "what the other instance is called"),
    ],
    result: "{credential: held}",
    errors: &[],
    run,
};

fn run<'a>(call: &'a Call<'a>) -> BoxFuture<'a, Answer> {
    Box::pin(hold_credential(call))
}

async fn hold_credential(call: &Call<'_>) -> Answer {
    let (query, now) = (call.query, call.now());
    let name = issuing::checked_name(query.text("name")?.to_owned())?;
    let credential = read_form(query)?;
    let life = life(query, now)?;
    let peer = peer(query)?;
    let grant: Option<Grant> = query.optional("grant")?;
    let mut holding = Holding::new(call.instance.key(), name, credential, life, peer);
    holding.record.grant = grant;
    let _alone = call.instance.changing().await;
    let holding = holding::keep(call.instance, holding).await?;
    Ok(Outcome::Success(
        json!({ "credential": holding::view(&holding, now) }),
    ))
}

/// Read by the form's own reader: its errors never quote a secret.
fn read_form(query: &Query) -> Result<HeldCredential, Problem> {
    let value = query.get("form").ok_or_else(|| query.missing("form"))?;
    let json = Zeroizing::new(value.to_string());
    CredentialForm::from_json(json.as_bytes())
        .and_then(CredentialForm::into_held)
        .map_err(|error| {
            Problem::new(
                Code::InvalidParameter,
                format!("'form' is not acceptable: {error}"),
            )
        })
}

fn life(query: &Query, now: Timestamp) -> Result<Life, Problem> {
    let delivery: Option<Delivery> = query.optional("delivery")?;
    let beginning = Beginning {
        delivery,
        holder: Some(Holder::Instance),
        offer: query.optional_text("offer")?.map(str::to_owned),
        verify_first: query.optional("verify_first")?.unwrap_or(false),
        offer_ends: query.optional("offer_ends")?,
        lease_ends: query.optional("lease_ends")?,
    };
    // What nobody handed over is put in by hand, and in use from the start.
    let mut life = match delivery {
        Some(_) => Life::opened(beginning),
        None => Life::in_use(beginning),
    };
    if life.verify_first && !life.can_be_activated() {
        return Err(check::invalid(
            "verify_first",
            "what came as plain values, or without saying how, is never activated and would open nothing",
        ));
    }
    if query.optional("verified")?.unwrap_or(false) {
        life.apply(Event::WordsMatch, now).map_err(holding::refused)?;
    }
    Ok(life)
}

fn peer(query: &Query) -> Result<Peer, Problem> {
    let words = query.optional_texts("words")?.unwrap_or_default();
    let is_word = |word: &String| word.len() <= 16 && word.bytes().all(|byte| byte.is_ascii_lowercase());
    if !(words.is_empty() || words.len() == 7) || !words.iter().all(is_word) {
        return Err(check::invalid("words", "they are seven, in lower-case letters"));
    }
    let name = query.optional_text("peer_name")?;
    Ok(Peer {
        name: name
            .map(|name| check::name("peer_name", name))
            .transpose()?
            .map(str::to_owned),
        identity: query.optional("identity")?,
        words,
    })
}

//! Mixing fresh keys into a held credential: activation, and every rotation after it.
//!
//! The fresh secret is durable before the peer is asked, and asking again asks with the same key, so that a
//! lost reply, a crash or an impatient administrator loses nothing. The new keys are durable before they are used.

use super::Instance;
use super::asking;
use super::held::Holding;
use super::holding::{self, find, keep};
use crate::client::ClientError;
use crate::handshake::{Agreement, AlarmKind, Event, Exchange, RenewalError, renew};
use crate::model::{CredentialState, KeyId, Profile, Timestamp};
use crate::protocol::{CallContext, Code, HeldCredential, Problem, Query, Reply};
use crate::seal::{AgreementKey, AgreementSecret};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;
use zeroize::Zeroizing;

/// How long the old key is answered after a rotation where nobody says otherwise, in seconds.
pub(super) const OVERLAP: u32 = 86_400;
/// The longest that may be asked for.
pub(super) const LONGEST_OVERLAP: u32 = 30 * 86_400;
/// How often the same is asked: a repeated key is answered the same, so that a lost reply may be asked for again.
const TRIES: usize = 2;

/// What mixing came to.
pub(super) struct Renewed {
    /// The credential as it is now.
    pub holding: Arc<Holding>,
    /// Something that the administrator should know of.
    pub warning: Option<String>,
}

/// What the peer answers to `activate_credential`.
#[derive(Deserialize)]
struct Agreed {
    kid: KeyId,
    key: AgreementKey,
    generation: u32,
    #[serde(default)]
    overlap_until: Option<Timestamp>,
}

/// Mixes keys in for the first time. One that is activated already is only called with, where that has not happened yet.
pub(super) async fn activate(
    instance: &Instance,
    name: &str,
    context: &CallContext,
) -> Result<Renewed, Problem> {
    let found = ready(instance, name)?;
    let _turn = found.lasting.turn.lock().await;
    let holding = ready(instance, name)?;
    if holding.life.generation() > 0 {
        return first_call(instance, holding, context).await;
    }
    if holding.life.verify_first && !holding.life.is_verified() {
        return Err(Problem::new(
            Code::NotVerified,
            format!("nobody on this side has said that the words of {name:?} match; compare them with the other administrator first"),
        )
        .with("waiting_for", json!("holder")));
    }
    refuse_impostor(instance, &holding, context).await?;
    let mixed = mix(instance, holding, None, context).await?;
    first_call(instance, mixed, context).await
}

/// Mixes keys into a credential that was activated before. The old key is answered for a while.
pub(super) async fn rotate(
    instance: &Instance,
    name: &str,
    overlap_seconds: u32,
    context: &CallContext,
) -> Result<Renewed, Problem> {
    let found = ready(instance, name)?;
    let _turn = found.lasting.turn.lock().await;
    let holding = ready(instance, name)?;
    if holding.life.generation() == 0 {
        return Err(Problem::new(
            Code::WrongStep,
            format!("the held credential {name:?} was never activated; activate it instead of rotating it"),
        ));
    }
    let mixed = mix(instance, holding, Some(overlap_seconds), context).await?;
    first_call(instance, mixed, context).await
}

/// What took the place of a credential that the peer refused: what is here under its name by now, once a rotation that
/// is under way is over; or the one that comes of finishing a rotation whose answer was lost, for which the same key again
/// gets the same answer. None where the refused one is the latest.
pub(super) async fn successor(
    instance: &Instance,
    refused: &Holding,
    context: &CallContext,
) -> Option<Arc<Holding>> {
    let name = &refused.record.name;
    let _turn = refused.lasting.turn.lock().await;
    let holding = instance.held().get(name)?;
    if holding.record.kid != refused.record.kid {
        return Some(holding);
    }
    if !holding.is_between_keys() {
        return None;
    }
    let holding = ready(instance, name).ok()?;
    match mix(instance, holding, Some(0), context).await {
        Ok(mixed) => {
            tracing::info!(credential = %name, "a rotation whose answer was lost is finished");
            Some(mixed)
        }
        Err(problem) => {
            tracing::warn!(credential = %name, %problem.message, "a rotation that was begun could not be finished");
            None
        }
    }
}

/// The credential, if keys can be mixed into it.
fn ready(instance: &Instance, name: &str) -> Result<Arc<Holding>, Problem> {
    let holding = find(instance, name)?;
    if let Some(problem) = holding::standing_alarm(name, &holding.life) {
        return Err(problem);
    }
    if holding.record.profile != Profile::Native || !holding.life.can_be_activated() {
        return Err(Problem::new(
            Code::WrongStep,
            format!(
                "the held credential {name:?} came as plain values or is of the legacy profile, which have no activation; its keys change only when its issuer hands over new ones"
            ),
        ));
    }
    let state = holding.life.state_at(Timestamp::now());
    if !state.is_usable() {
        return Err(Problem::new(
            Code::WrongStep,
            format!("the held credential {name:?} is {state}; no keys can be mixed into it"),
        ));
    }
    Ok(holding)
}

/// An instance that signs with another key than it did is not asked for keys.
async fn refuse_impostor(
    instance: &Instance,
    holding: &Holding,
    context: &CallContext,
) -> Result<(), Problem> {
    let Some(known) = &holding.peer.identity else {
        return Ok(());
    };
    let credential = &holding.credential;
    let seen = instance
        .own_client()
        .look(
            &credential.endpoint,
            &credential.pins,
            credential.profile(),
            context.deadline_ms,
        )
        .await;
    match seen {
        Err(error) => {
            holding::notice_tls(instance, holding, &error).await;
            Err(error.into())
        }
        Ok(seen) => match seen.discovery.and_then(|discovery| discovery.identity) {
            Some(shown) if shown != *known => {
                let name = &holding.record.name;
                holding::alarm(instance, name, AlarmKind::IdentityChanged, shown.as_str()).await;
                Err(Problem::new(
                    Code::NotVerified,
                    format!(
                        "the held credential {name:?}: {}",
                        AlarmKind::IdentityChanged.advice()
                    ),
                )
                .with("alarm", json!(AlarmKind::IdentityChanged)))
            }
            _ => Ok(()),
        },
    }
}

/// Asks the peer to mix, and does the same here. Hold the credential's turn around it.
async fn mix(
    instance: &Instance,
    holding: Arc<Holding>,
    overlap_seconds: Option<u32>,
    context: &CallContext,
) -> Result<Arc<Holding>, Problem> {
    let generation = holding.life.generation() + 1;
    let (holding, secret, is_new) = pending(instance, &holding.record.name, generation).await?;
    let mut parameters = json!({"generation": generation, "key": secret.key()});
    if let Some(seconds) = overlap_seconds {
        parameters["overlap_seconds"] = json!(seconds);
    }
    let query = Query::new("activate_credential", parameters);
    let reply = match asked(instance, &holding, &query, context).await {
        Ok(reply) => reply,
        Err((error, tries)) => {
            holding::notice_tls(instance, &holding, &error).await;
            // That was an answer: nobody has this key, and nothing is left to be finished.
            if is_new && tries == 1 && matches!(error, ClientError::Refused { .. }) {
                forget_pending(instance, &holding).await?;
            }
            return Err(error.into());
        }
    };
    let agreed = agreed(instance, &holding, reply).await?;
    let next = derive(&holding, generation, &secret, &agreed)?;
    swap(instance, &holding, next, &secret, agreed).await
}

/// The fresh secret for this generation: the one that the peer was asked with before, if there is one; and whether it is
/// new.
async fn pending(
    instance: &Instance,
    name: &str,
    generation: u32,
) -> Result<(Arc<Holding>, AgreementSecret, bool), Problem> {
    let _alone = instance.changing().await;
    let holding = find(instance, name)?;
    if let Some(secret) = holding
        .pending(instance.key())
        .and_then(|text| read_pending(&text, generation))
    {
        return Ok((holding, secret, false));
    }
    let secret = AgreementSecret::generate();
    let text = Zeroizing::new(format!("{generation} {}", secret.expose_text().as_str()));
    let next = holding
        .at(holding.life.clone())
        .waiting_for(instance.key(), Some(&text));
    Ok((keep(instance, next).await?, secret, true))
}

/// Forgets the fresh secret that the peer was asked with. Hold the credential's turn around it.
async fn forget_pending(instance: &Instance, asked_with: &Holding) -> Result<(), Problem> {
    let _alone = instance.changing().await;
    let holding = find(instance, &asked_with.record.name)?;
    if holding.record.sealed_pending == asked_with.record.sealed_pending {
        let next = holding.at(holding.life.clone()).waiting_for(instance.key(), None);
        keep(instance, next).await?;
    }
    Ok(())
}

fn read_pending(text: &str, generation: u32) -> Option<AgreementSecret> {
    let (of, secret) = text.split_once(' ')?;
    (of.parse() == Ok(generation)).then(|| AgreementSecret::parse(secret))?
}

/// Asks; once more where the reply may have been lost on its way. Where that fails: why, and at which try.
async fn asked(
    instance: &Instance,
    holding: &Holding,
    query: &Query,
    context: &CallContext,
) -> Result<Reply, (ClientError, usize)> {
    let context = asking::own_context(instance, context);
    let mut tries = 1;
    loop {
        match instance
            .own_client()
            .invoke(&holding.credential, query, &context)
            .await
        {
            Ok(exchange) => return Ok(exchange.reply),
            Err(ClientError::Unreachable { sent: true, .. }) if tries < TRIES => tries += 1,
            Err(error) => return Err((error, tries)),
        }
    }
}

/// What the peer agreed to, or why it did not.
async fn agreed(instance: &Instance, holding: &Holding, reply: Reply) -> Result<Agreed, Problem> {
    let name = &holding.record.name;
    if let Some(problem) = reply.problem() {
        return Err(match problem.code {
            Code::CredentialFrozen => {
                let kind = AlarmKind::of_freezing(&problem);
                holding::alarm(instance, name, kind, &problem.message).await;
                holding::frozen(name, kind)
            }
            Code::NotVerified => Problem::new(
                Code::NotVerified,
                format!("{} has not said yet that the words match; nothing is lost: ask again when its administrator has", holding.record.endpoint),
            )
            .with("waiting_for", json!("issuer")),
            Code::UnknownAction => Problem::new(
                Code::WrongStep,
                format!("{} knows no activation: its program is older than this one", holding.record.endpoint),
            ),
            _ => Problem {
                message: format!("{} does not mix keys: {}", holding.record.endpoint, problem.message),
                ..problem
            },
        });
    }
    let result = reply.into_result().unwrap_or_default();
    serde_json::from_value(result).map_err(|_| garbage(holding, "it did not say with which key"))
}

/// The credential under the next keys.
fn derive(
    holding: &Holding,
    generation: u32,
    secret: &AgreementSecret,
    agreed: &Agreed,
) -> Result<HeldCredential, Problem> {
    if generation != agreed.generation {
        return Err(garbage(holding, &RenewalError::OtherKeys.to_string()));
    }
    let agreement = Agreement {
        generation,
        issuer: &agreed.key,
        kid: &agreed.kid,
    };
    renew(&holding.credential, secret, agreement).map_err(|error| garbage(holding, &error.to_string()))
}

/// Puts the new keys in the place of the old ones. Calls in flight go on with what they began with.
async fn swap(
    instance: &Instance,
    asked_with: &Holding,
    next: HeldCredential,
    secret: &AgreementSecret,
    agreed: Agreed,
) -> Result<Arc<Holding>, Problem> {
    let now = Timestamp::now();
    let _alone = instance.changing().await;
    let holding = find(instance, &asked_with.record.name)?;
    if holding.record.kid != asked_with.record.kid {
        return Err(Problem::new(
            Code::WrongStep,
            "the credential was replaced while its keys were mixed; look at it and try again",
        ));
    }
    let old_kid = holding
        .record
        .kid
        .clone()
        .ok_or_else(|| garbage(&holding, "the credential here has no key id"))?;
    let mut life = holding.life.clone();
    let event = Event::Mixed {
        exchange: Exchange {
            theirs: agreed.key,
            ours: secret.key(),
        },
        old_kid,
        overlap_until: agreed.overlap_until.unwrap_or(now),
    };
    life.apply(event, now).map_err(holding::refused)?;
    let next = holding
        .at(life)
        .with(instance.key(), next)
        .waiting_for(instance.key(), None);
    keep(instance, next).await
}

/// The first call under the new keys: it proves them to both sides, which then count the credential as active.
async fn first_call(
    instance: &Instance,
    holding: Arc<Holding>,
    context: &CallContext,
) -> Result<Renewed, Problem> {
    let state = holding.life.state_at(Timestamp::now());
    if !matches!(state, CredentialState::Activated | CredentialState::Rotating) {
        return Ok(Renewed {
            holding,
            warning: None,
        });
    }
    let name = holding.record.name.clone();
    let context = asking::own_context(instance, context);
    let whoami = Query::new("whoami", json!({}));
    let warning = match asking::ask(instance, &holding, &whoami, &context).await {
        Ok(exchange) => {
            holding::heed_reply(instance, &name, &exchange.reply).await;
            let problem = exchange.reply.problem();
            problem.map(|problem| {
                format!(
                    "the peer answers under the new key, but says: {}",
                    problem.message
                )
            })
        }
        Err(error) => Some(format!(
            "the new keys are in place on both sides, but the first call under them failed: {error}; {}",
            error.remedy()
        )),
    };
    Ok(Renewed {
        holding: find(instance, &name)?,
        warning,
    })
}

fn garbage(holding: &Holding, what: &str) -> Problem {
    Problem::new(
        Code::PeerGarbage,
        format!(
            "{} did not mix keys as it should: {what}; nothing was changed here",
            holding.record.endpoint
        ),
    )
}

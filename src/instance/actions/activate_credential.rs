//! `activate_credential {generation, key, overlap_seconds?, alone?}` → `{kid, key, generation, overlap_until}`: the holder's
//! fresh X25519 key mixed into its own credential, ours in return. The same key again gets the same answer, under the older
//! key too, as the first one may have been lost; another key for the same generation freezes the credential, and at
//! activation all that were offered with it. Of an offer that was taken in part only, nothing else stays: see `alone`.

use super::{Access, Action, Answer, Call, DomainRole, Kind, Outcome, Parameter};
use crate::handshake::AlarmKind;
use crate::instance::{issuing, rotating};
use crate::protocol::{Code, Problem};
use crate::seal::AgreementKey;
use futures::future::BoxFuture;
use serde_json::json;

/// Its row in the table.
pub static ACTION: Action = Action {
    name: rotating::ACTIVATE,
    help: "Mixes fresh keys into the caller's own credential: activation, and every later rotation by its holder.",
    access: Access::Anyone,
    // It changes what the caller calls with, nothing of the instance's: a grant without writes has it too.
    writes: false,
    destroys: |_| false,
    within: Some(DomainRole::Reader),
    parameters: &[
        Parameter::required(
            "generation",
            Kind::Count,
            "which generation of keys comes out: 1 to activate, one more at each rotation",
        ),
        Parameter::required("key", Kind::Text, "the holder's fresh X25519 key, base64url"),
        Parameter::optional(
            "overlap_seconds",
            Kind::Count,
            "how long the older key is answered, 86400 unless said otherwise; not at all at activation",
        ),
        Parameter::optional(
            "alone",
            Kind::Flag,
            "true at activation where the holder took no other credential of the offer: those are revoked",
        ),
    ],
    result: "{kid, key, generation, overlap_until}",
    errors: &[Code::WrongStep, Code::NotVerified, Code::CredentialFrozen],
    run,
};

fn run<'a>(call: &'a Call<'a>) -> BoxFuture<'a, Answer> {
    Box::pin(activate_credential(call))
}

async fn activate_credential(call: &Call<'_>) -> Answer {
    let generation: u32 = call.query.required("generation")?;
    let key: AgreementKey = call.query.required("key")?;
    let overlap = rotating::overlap_seconds(call.query)?;
    let is_alone = call.query.optional("alone")?.unwrap_or(false);
    call.record_intent(call.query).await?;
    let caller = call.caller;
    let mixed = rotating::mix(
        call.instance,
        &caller.credential,
        caller.kid.as_ref(),
        generation,
        key,
        overlap,
    )
    .await;
    if let Err(problem) = &mixed
        && problem.code == Code::CredentialFrozen
    {
        raise_alarm(call).await?;
    }
    let mixed = mixed?;
    if is_alone && generation == 1 {
        rotating::revoke_what_nobody_took(call.instance, &caller.credential).await?;
    }
    let (life, now) = (&mixed.credential.life, call.now());
    Ok(Outcome::Success(json!({
        "kid": mixed.credential.record.kid,
        "key": mixed.ours,
        "generation": life.generation(),
        "overlap_until": issuing::overlap_until(life, now),
    })))
}

/// Durable before anybody is told.
async fn raise_alarm(call: &Call<'_>) -> Result<(), Problem> {
    let (caller, trail) = (call.caller, call.instance.trail());
    let what = (rotating::ACTIVATE, AlarmKind::ActivatedTwice.as_str());
    Ok(trail
        .alarm(call.now(), Some(caller), &caller.credential, what)
        .await?)
}

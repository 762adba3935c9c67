//! Other keys for an issued credential: mixed with its holder (activation, and the holder's rotations), or drawn
//! anew by the owner where the values travel in plain.

use super::Instance;
use super::issued::{self, Credential};
use super::issuing;
use crate::handshake::{AlarmKind, Event, Exchange, LifeError, Mix};
use crate::model::{Delivery, KeyId, Profile, Timestamp};
use crate::protocol::{Code, CredentialForm, HeldCredential, HeldKeys, Problem, Query};
use crate::seal::{AgreementError, AgreementKey, AgreementSecret, Mixing, RootKey};
use crate::store::StoreError;
use serde_json::Value;
use std::sync::Arc;

/// The action that mixes keys; the only one that an older key opens after its time.
pub(super) const ACTIVATE: &str = "activate_credential";
/// How long an older key is answered, in seconds, unless something else is asked for; and at most.
const OVERLAP: u64 = 86_400;
const LONGEST_OVERLAP: u64 = 30 * 86_400;

/// What a holder who asks to mix keys is answered.
pub(super) struct Mixed {
    /// The credential as it is now.
    pub credential: Arc<Credential>,
    /// Our half.
    pub ours: AgreementKey,
}

/// What an owner's rotation came to.
pub(super) struct Rotated {
    /// The credential as it is now.
    pub credential: Arc<Credential>,
    /// The new values, where they must be handed over again.
    pub form: Option<CredentialForm>,
}

/// Whether a query under a key that was rotated away asks for an answer again that may have been lost.
pub(super) fn repeats(credential: &Credential, query: Option<&Query>) -> bool {
    let generation = credential.life.generation();
    credential.life.exchange().is_some()
        && query.is_some_and(|query| {
            query.action() == ACTIVATE
                && query.get("generation").and_then(Value::as_u64) == Some(generation.into())
        })
}

/// How many seconds an older key shall be answered.
pub(super) fn overlap_seconds(query: &Query) -> Result<i64, Problem> {
    let seconds = query.optional_count("overlap_seconds")?.unwrap_or(OVERLAP);
    if seconds > LONGEST_OVERLAP {
        return Err(Problem::new(
            Code::InvalidParameter,
            format!("'overlap_seconds' is {LONGEST_OVERLAP} at most: 30 days"),
        ));
    }
    Ok(seconds.cast_signed())
}

/// Whether the holder can have keys mixed into a credential.
pub(super) fn can_mix(credential: &Credential) -> bool {
    credential.record.profile == Profile::Native && credential.life.can_be_activated()
}

/// Mixes the holder's fresh key into a credential. The same key again gets the same answer; another one for the same
/// generation freezes the credential. `under` is the key id that the holder asks with.
pub(super) async fn mix(
    instance: &Instance,
    name: &str,
    under: Option<&KeyId>,
    generation: u32,
    theirs: AgreementKey,
    overlap: i64,
) -> Result<Mixed, Problem> {
    let _alone = instance.changing().await;
    let credential = issuing::issued_credential(instance, name)?;
    if !can_mix(&credential) {
        return Err(no_activation(&credential));
    }
    let now = Timestamp::now();
    let answer = credential.life.mix(generation, &theirs, now);
    match answer.map_err(|error| issuing::refused(name, &error))? {
        Mix::Repeat(ours) => Ok(Mixed { credential, ours }),
        Mix::Conflict => Err(freeze(instance, &credential, generation).await?),
        Mix::Fresh if under != credential.record.kid.as_ref() => Err(Problem::new(
            Code::WrongStep,
            format!(
                "{name}: its keys were rotated; the next ones are mixed under its present key, not under an older one"
            ),
        )),
        // What was in the bundle opens nothing once keys are mixed in.
        Mix::Fresh if generation == 1 => mix_fresh(instance, &credential, theirs, 0).await,
        Mix::Fresh => mix_fresh(instance, &credential, theirs, overlap).await,
    }
}

/// Freezes a credential that two parties have; the problem to tell. Whoever else had its bundle had all that was in it.
async fn freeze(instance: &Instance, credential: &Credential, generation: u32) -> Result<Problem, Problem> {
    let name = &credential.record.name;
    let event = Event::Alarmed(AlarmKind::ActivatedTwice);
    issuing::happen_alone(instance, name, event.clone()).await?;
    if generation == 1 {
        for other in offered_beside(instance, name).await? {
            issuing::happen_alone(instance, &other.record.name, event.clone()).await?;
        }
    }
    Ok(issuing::refused(name, &LifeError::Frozen))
}

/// Revokes what was offered beside a credential and was never activated. Its holder took this one alone, so that nobody
/// who should have the others has them; whoever copied the bundle does.
pub(super) async fn revoke_what_nobody_took(instance: &Instance, name: &str) -> Result<(), Problem> {
    let _alone = instance.changing().await;
    for other in offered_beside(instance, name).await? {
        if other.life.generation() == 0 {
            issuing::happen_alone(instance, &other.record.name, Event::Revoke).await?;
        }
    }
    Ok(())
}

/// The other credentials of the offer that a credential was part of, as far as they have not ended.
async fn offered_beside(instance: &Instance, name: &str) -> Result<Vec<Arc<Credential>>, Problem> {
    let offers = instance.store().offers().await?;
    let of_it = offers
        .into_iter()
        .filter(|offer| offer.credentials.iter().any(|one| one == name));
    let others = of_it.flat_map(|offer| offer.credentials);
    Ok(others
        .filter(|other| other != name)
        .filter_map(|other| instance.issued().by_name(&other))
        .filter(|other| !other.life.has_ended())
        .collect())
}

async fn mix_fresh(
    instance: &Instance,
    credential: &Credential,
    theirs: AgreementKey,
    overlap: i64,
) -> Result<Mixed, Problem> {
    let now = Timestamp::now();
    let before = issued::open_secrets(instance.key(), &credential.record)?;
    let HeldKeys::Native {
        instance_id, root, ..
    } = &before.keys
    else {
        return Err(no_activation(credential));
    };
    let (old_kid, generation) = (kid_of(credential)?, credential.life.generation() + 1);
    let (ours, kid, root) = agree(instance, &old_kid, generation, root, &theirs)?;
    let mut life = credential.life.clone();
    let mixed = Event::Mixed {
        exchange: Exchange {
            theirs,
            ours: ours.clone(),
        },
        old_kid,
        overlap_until: now.plus_seconds(overlap),
    };
    life.apply(mixed, now)
        .map_err(|error| issuing::refused(&credential.record.name, &error))?;
    let mut held = HeldCredential::native(
        before.app_id.clone(),
        before.endpoint.clone(),
        instance_id.clone(),
        kid,
        root,
    );
    held.pins = instance.pins().to_vec();
    let credential = rekey(instance, credential, life, (&before, &held), now).await?;
    Ok(Mixed { credential, ours })
}

fn kid_of(credential: &Credential) -> Result<KeyId, Problem> {
    let kid = credential.record.kid.clone();
    kid.ok_or_else(|| no_activation(credential))
}

/// Our half, and what both sides come to.
fn agree(
    instance: &Instance,
    kid: &KeyId,
    generation: u32,
    root: &RootKey,
    theirs: &AgreementKey,
) -> Result<(AgreementKey, KeyId, RootKey), Problem> {
    loop {
        let secret = AgreementSecret::generate();
        let ours = secret.key();
        let mixing = Mixing {
            kid,
            generation,
            holder: theirs,
            issuer: &ours,
        };
        let (next_kid, next_root) = mixing.mix(root, &secret).map_err(weak)?;
        // A key id that another credential has would take that one's place.
        if instance.issued().by_kid(&next_kid).is_none() {
            return Ok((ours, next_kid, next_root));
        }
    }
}

fn weak(error: AgreementError) -> Problem {
    Problem::new(
        Code::InvalidParameter,
        format!("'key' is not acceptable: {error}"),
    )
}

/// Stores a credential under other keys and makes them known; those of before are answered as its life says.
async fn rekey(
    instance: &Instance,
    credential: &Credential,
    life: crate::handshake::Life,
    (before, after): (&HeldCredential, &HeldCredential),
    now: Timestamp,
) -> Result<Arc<Credential>, Problem> {
    let name = &credential.record.name;
    let next = credential.rekeyed(
        life,
        (
            issued::working_keys(after),
            issued::seal_secrets(instance.key(), name, after),
        ),
        (
            issued::working_keys(before),
            issued::seal_previous(instance.key(), name, before),
        ),
        now,
    );
    issuing::settle(instance, next, now).await
}

/// Rotates a credential for its owner: the holder is asked to mix keys, or, where keys cannot be mixed, fresh secrets
/// are drawn that must be handed over again.
pub(super) async fn rotate(instance: &Instance, name: &str, overlap: i64) -> Result<Rotated, Problem> {
    let _alone = instance.changing().await;
    let credential = issuing::issued_credential(instance, name)?;
    let until = Timestamp::now().plus_seconds(overlap);
    if credential.is_in_memory() {
        return Err(Problem::new(
            Code::WrongStep,
            format!("{name} comes from the environment of this instance; change it there"),
        ));
    }
    if credential.record.access_key.is_some() {
        return Err(Problem::new(
            Code::WrongStep,
            format!(
                "{name} is an access key: make another one with generate_access_key, then revoke this one"
            ),
        ));
    }
    if can_mix(&credential) {
        if overlap == 0 {
            return Err(Problem::new(
                Code::WrongStep,
                format!(
                    "the keys of {name} are mixed by its holder, and the present one is answered until its holder has \
                     done so: it cannot be refused by a rotation"
                ),
            ));
        }
        let asked = Event::RotationAsked { due: until };
        return Ok(Rotated {
            credential: issuing::happen_alone(instance, name, asked).await?,
            form: None,
        });
    }
    let now = Timestamp::now();
    let before = in_use(instance, &credential, now)?;
    let mut life = credential.life.clone();
    let replaced = Event::Replaced {
        old_kid: before.kid().cloned(),
        overlap_until: until,
    };
    life.apply(replaced, now)
        .map_err(|error| issuing::refused(name, &error))?;
    let after = redraw(instance, &before);
    let credential = rekey(instance, &credential, life, (&before, &after), now).await?;
    Ok(Rotated {
        credential,
        form: Some(CredentialForm::of(&after)),
    })
}

/// The secrets that whoever holds a credential has: its own, or those of before where nobody used its own yet. Drawing
/// once more must not shut out who has not got the ones that were drawn last.
fn in_use(
    instance: &Instance,
    credential: &Credential,
    now: Timestamp,
) -> Result<HeldCredential, StoreError> {
    let (key, record) = (instance.key(), &credential.record);
    if credential.life.is_untried()
        && credential.life.overlap(now).is_some()
        && let Some(before) = issued::open_previous(key, record)?
    {
        return Ok(before);
    }
    issued::open_secrets(key, record)
}

/// The same credential with fresh secrets. An access key names its caller rather than proving it, so it stays.
fn redraw(instance: &Instance, before: &HeldCredential) -> HeldCredential {
    let mut after = issued::draw(
        before.app_id.clone(),
        before.profile(),
        before.endpoint.clone(),
        instance.id(),
    );
    if let (HeldKeys::Legacy { access_key: kept, .. }, HeldKeys::Legacy { access_key, .. }) =
        (&before.keys, &mut after.keys)
    {
        access_key.clone_from(kept);
    }
    after.pins = instance.pins().to_vec();
    after
}

/// Ends the overlap: the older key is answered no longer, from this moment on. Refused where none is: whoever asks must
/// not believe that the present key is.
pub(super) async fn finish(instance: &Instance, name: &str) -> Result<Arc<Credential>, Problem> {
    let _alone = instance.changing().await;
    let credential = issuing::issued_credential(instance, name)?;
    if !credential.life.has_older_key(Timestamp::now()) {
        return Err(Problem::new(
            Code::WrongStep,
            format!(
                "{name} has no older key that is answered: there is no overlap to end, and its present key opens as before"
            ),
        ));
    }
    issuing::happen_alone(instance, name, Event::OverlapEnded).await
}

/// The problem that nothing can be mixed into a credential.
fn no_activation(credential: &Credential) -> Problem {
    let name = &credential.record.name;
    let why = match (credential.record.profile, credential.life.delivery) {
        (Profile::Legacy, _) => "it is a legacy credential",
        (_, Some(Delivery::Plain)) => "its values travelled in plain",
        _ => "it was not handed over by a handshake",
    };
    Problem::new(
        Code::WrongStep,
        format!(
            "{name} has no activation: {why}; its administrator gives it fresh values with rotate_credential"
        ),
    )
}

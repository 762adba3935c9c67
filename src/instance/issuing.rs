//! Making credentials, and changing what becomes of them: what the credential actions share.

use super::Instance;
use super::issued::{self, Credential};
use crate::handshake::{Event, Life, LifeError};
use crate::model::{AppId, Grant, Profile, Timestamp};
use crate::protocol::{Code, CredentialForm, Problem, Query};
use crate::store::IssuedRecord;
use serde_json::{Value, json};
use std::sync::Arc;

/// What is asked of a new credential.
pub(super) struct Wanted {
    /// Its name; one is made from the app_id if there is none.
    pub name: Option<String>,
    pub app_id: AppId,
    pub profile: Profile,
    pub grant: Grant,
    /// Where it begins.
    pub life: Life,
}

/// A credential that was made, and what its holder gets.
pub(super) struct Made {
    pub credential: Arc<Credential>,
    pub form: CredentialForm,
    /// Something that the administrator should know of.
    pub warning: Option<String>,
}

/// Makes, stores and installs a credential. Hold [`Instance::changing`] around it.
pub(super) async fn make(instance: &Instance, wanted: Wanted) -> Result<Made, Problem> {
    let warning = near_clash(instance, &wanted.app_id);
    let name = match wanted.name {
        Some(name) => checked_name(name)?,
        None => free_name(instance, wanted.app_id.as_str()),
    };
    let endpoint = instance.settings().endpoint.clone();
    let mut held = issued::draw(
        wanted.app_id.clone(),
        wanted.profile,
        endpoint.clone(),
        instance.id(),
    );
    held.pins = instance.pins().to_vec();
    let now = Timestamp::now();
    let record = IssuedRecord {
        sealed_secrets: issued::seal_secrets(instance.key(), &name, &held),
        name,
        app_id: wanted.app_id,
        profile: wanted.profile,
        kid: held.kid().cloned(),
        endpoint,
        grant: wanted.grant,
        state: wanted.life.state_at(now),
        verified: wanted.life.is_verified(),
        expires_at: wanted.life.lease_ends(),
        created_at: now,
        last_used: None,
        uses: 0,
        life: None,
        sealed_previous: None,
        access_key: None,
    };
    let keys = issued::working_keys(&held);
    let credential = instance.issued().begin(record, wanted.life, keys);
    instance.store().insert_issued(credential.record.clone()).await?;
    Ok(Made {
        credential: instance.issued().put(credential, now),
        form: CredentialForm::of(&held),
        warning,
    })
}

/// Lets something happen to an issued credential. What takes a right away holds from this moment, even if storing
/// it fails; everything else holds once it is durable.
pub(super) async fn happen(
    instance: &Instance,
    name: &str,
    event: Event,
) -> Result<Arc<Credential>, Problem> {
    let _alone = instance.changing().await;
    happen_alone(instance, name, event).await
}

/// The same for whoever holds [`Instance::changing`] already.
pub(super) async fn happen_alone(
    instance: &Instance,
    name: &str,
    event: Event,
) -> Result<Arc<Credential>, Problem> {
    let credential = issued_credential(instance, name)?;
    let now = Timestamp::now();
    let mut life = credential.life.clone();
    life.apply(event, now).map_err(|error| refused(name, &error))?;
    if !life.state_at(now).is_usable() {
        keep_an_owner(instance, &credential)?;
    }
    settle(instance, credential.living(life, now), now).await
}

/// Stores what became of a credential and makes it known. Hold [`Instance::changing`] around it.
pub(super) async fn settle(
    instance: &Instance,
    next: Credential,
    now: Timestamp,
) -> Result<Arc<Credential>, Problem> {
    let record = (!next.is_in_memory()).then(|| next.record.clone());
    if !next.record.state.is_usable() {
        let next = instance.issued().put(next, now);
        if let Some(record) = record {
            instance.store().update_issued(record).await?;
        }
        return Ok(next);
    }
    if let Some(record) = record {
        instance.store().update_issued(record).await?;
    }
    Ok(instance.issued().put(next, now))
}

/// What cannot happen to a credential, as its caller is told.
pub(super) fn refused(name: &str, error: &LifeError) -> Problem {
    if let LifeError::Generation { next, .. } = error {
        return Problem::new(error.code(), format!("'generation' is not acceptable: {error}"))
            .with("next_generation", json!(next));
    }
    Problem::new(error.code(), format!("{name}: {error}; {}", error.remedy()))
}

/// The issued credential of this name.
pub(super) fn issued_credential(instance: &Instance, name: &str) -> Result<Arc<Credential>, Problem> {
    instance.issued().by_name(name).ok_or_else(|| {
        Problem::new(
            Code::CredentialNotFound,
            format!("no credential {name:?} was issued by this instance"),
        )
    })
}

/// An instance without an owner could only be helped by whoever has its folder.
pub(super) fn keep_an_owner(instance: &Instance, credential: &Credential) -> Result<(), Problem> {
    let now = Timestamp::now();
    let is_owner = |candidate: &Credential| {
        let stands = candidate.life.state_at(now).is_usable();
        candidate.record.grant.owner && stands && !candidate.is_in_memory()
    };
    if !is_owner(credential) {
        return Ok(());
    }
    let has_another = instance
        .issued()
        .all()
        .iter()
        .any(|other| other.record.name != credential.record.name && is_owner(other));
    if has_another {
        return Ok(());
    }
    Err(Problem::new(
        Code::AccessDenied,
        format!(
            "{:?} is the only owner credential of this instance; issue another one with \"owner\": true in its grant first",
            credential.record.name
        ),
    ))
}

/// What may be told of an issued credential.
pub(super) fn view(credential: &Credential, now: Timestamp) -> Value {
    let record = credential.record_at(now);
    let life = &credential.life;
    json!({
        "name": record.name,
        "app_id": record.app_id,
        "profile": record.profile,
        "kid": record.kid,
        "state": record.state,
        "verified": life.is_verified(),
        "grant": record.grant,
        "expires_at": record.expires_at,
        "created_at": record.created_at,
        "last_used": record.last_used,
        "uses": record.uses,
        "holder": life.holder,
        "delivery": life.delivery,
        "offer": life.offer,
        "generation": life.generation(),
        "rotation_due": credential.rotation_due(now),
        "overlap_until": overlap_until(life, now),
        "alarm": life.alarm(),
        "verify_first": life.verify_first,
        "ended_at": life.ended_at(),
    })
}

/// Until when an older key is answered, if one is.
pub(super) fn overlap_until(life: &Life, now: Timestamp) -> Option<Timestamp> {
    life.overlap(now).map(|overlap| overlap.until)
}

/// The grant that a query asks for.
pub(super) fn grant(query: &Query) -> Result<Grant, Problem> {
    within_bounds(query.required("grant")?)
}

/// A grant, unless it goes further than any may.
pub(super) fn within_bounds(grant: Grant) -> Result<Grant, Problem> {
    if grant.hops > Grant::MOST_HOPS {
        return Err(Problem::new(
            Code::InvalidParameter,
            format!("'grant' is not acceptable: hops is {} at most", Grant::MOST_HOPS),
        ));
    }
    Ok(grant)
}

/// The end of a lease that a query asks for: in the future.
pub(super) fn lease_ends(query: &Query) -> Result<Option<Timestamp>, Problem> {
    let ends: Option<Timestamp> = query.optional("lease_ends")?;
    if ends.is_some_and(|ends| ends <= Timestamp::now()) {
        return Err(Problem::new(
            Code::InvalidParameter,
            "'lease_ends' is not acceptable: it is in the past",
        ));
    }
    Ok(ends)
}

/// A name that scripts, screens and file systems can all carry: the grammar of app_ids.
pub(super) fn checked_name(name: String) -> Result<String, Problem> {
    match AppId::parse(&name) {
        Ok(_) => Ok(name),
        Err(_) => Err(Problem::new(
            Code::InvalidParameter,
            "'name' is not acceptable: 1 to 64 letters, digits, '.', '_' or '-', starting with a letter or digit",
        )),
    }
}

/// The first of `base`, `base-2`, `base-3`, … that no credential has.
fn free_name(instance: &Instance, base: &str) -> String {
    let is_free = |name: &String| instance.issued().by_name(name).is_none();
    std::iter::once(base.to_owned())
        .chain((2u32..).map(|number| format!("{base}-{number}")))
        .find(is_free)
        .expect("there are more numbers than credentials")
}

/// An app_id that a person could take for another one that is in use.
fn near_clash(instance: &Instance, app_id: &AppId) -> Option<String> {
    let (wanted, looks) = (base(app_id), shape(base(app_id)));
    let is_clash = |other: &AppId| base(other) != wanted && shape(base(other)) == looks;
    let other = instance
        .issued()
        .all()
        .into_iter()
        .map(|credential| credential.record.app_id.clone())
        .find(is_clash)?;
    Some(format!(
        "the app_id {app_id} is easily taken for {other}, which has a credential here"
    ))
}

/// An app_id without what tells the holders of one offer apart.
fn base(app_id: &AppId) -> &str {
    let text = app_id.as_str();
    ["-console", "-instance"]
        .into_iter()
        .find_map(|ending| text.strip_suffix(ending))
        .unwrap_or(text)
}

/// What an app_id looks like at a glance.
fn shape(app_id: &str) -> String {
    let glance = |character: char| match character.to_ascii_lowercase() {
        'o' => '0',
        'i' | 'l' => '1',
        's' => '5',
        '_' | '.' => '-',
        other => other,
    };
    app_id.chars().map(glance).collect()
}

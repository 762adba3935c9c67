//! Making credentials, and changing what becomes of them: what the credential actions share.

use super::Instance;
use super::issued::{self, Credential, Origin};
use crate::model::{AppId, CredentialState, Grant, Profile, Timestamp};
use crate::protocol::{Code, CredentialForm, Problem, Query};
use crate::store::{HeldRecord, IssuedRecord};
use serde_json::{Value, json};
use std::sync::Arc;

/// What is asked of a new credential.
pub(super) struct Wanted {
    /// Its name; one is made from the app_id if there is none.
    pub name: Option<String>,
    pub app_id: AppId,
    pub profile: Profile,
    pub grant: Grant,
    pub lease_ends: Option<Timestamp>,
    /// When the offer ends that it goes into; none if its holder has it at once.
    pub offered_until: Option<Timestamp>,
}

/// A credential that was made, and what its holder gets.
pub(super) struct Made {
    pub record: IssuedRecord,
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
    let (state, origin) = match wanted.offered_until {
        Some(until) => (CredentialState::Offered, Origin::Offered { until }),
        None => (CredentialState::Active, Origin::Stored),
    };
    let endpoint = instance.settings().endpoint.clone();
    let mut credential = issued::draw(
        wanted.app_id.clone(),
        wanted.profile,
        endpoint.clone(),
        instance.id(),
    );
    credential.pins = instance.pins().to_vec();
    let record = IssuedRecord {
        sealed_secrets: issued::seal_secrets(instance.key(), &name, &credential),
        name,
        app_id: wanted.app_id,
        profile: wanted.profile,
        kid: credential.kid().cloned(),
        endpoint,
        grant: wanted.grant,
        state,
        verified: false,
        expires_at: wanted.lease_ends,
        created_at: Timestamp::now(),
        last_used: None,
        uses: 0,
        life: None,
        sealed_previous: None,
    };
    instance.store().insert_issued(record.clone()).await?;
    let keys = issued::working_keys(&credential);
    instance.issued().install(record.clone(), keys, origin);
    Ok(Made {
        record,
        form: CredentialForm::of(&credential),
        warning,
    })
}

/// Moves a credential to another state. What takes a right away holds from this moment, even if storing it fails.
pub(super) async fn change_state(
    instance: &Instance,
    name: &str,
    state: CredentialState,
) -> Result<IssuedRecord, Problem> {
    let _alone = instance.changing().await;
    let credential = issued_credential(instance, name)?;
    if credential.record.state == CredentialState::Revoked && state != CredentialState::Revoked {
        return Err(Problem::new(
            Code::InvalidParameter,
            format!("the credential {name:?} was revoked for good; issue another one"),
        ));
    }
    if !state.is_usable() {
        keep_an_owner(instance, &credential)?;
    }
    let record = IssuedRecord {
        state,
        ..credential.record_at(Timestamp::now())
    };
    if !state.is_usable() {
        instance.issued().replace(&credential, record.clone());
    }
    if !credential.is_in_memory() {
        instance.store().update_issued(record.clone()).await?;
    }
    if state.is_usable() {
        instance.issued().replace(&credential, record.clone());
    }
    Ok(record)
}

fn issued_credential(instance: &Instance, name: &str) -> Result<Arc<Credential>, Problem> {
    instance.issued().by_name(name).ok_or_else(|| {
        Problem::new(
            Code::CredentialNotFound,
            format!("no credential {name:?} was issued by this instance"),
        )
    })
}

/// An instance without an owner could only be helped by whoever has its folder.
fn keep_an_owner(instance: &Instance, credential: &Credential) -> Result<(), Problem> {
    let is_owner = |candidate: &Credential| {
        candidate.record.grant.owner && candidate.record.state.is_usable() && !candidate.is_in_memory()
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
pub(super) fn view(record: &IssuedRecord, now: Timestamp) -> Value {
    let has_ended = record.expires_at.is_some_and(|ends| ends <= now);
    let state = match record.state {
        state if state.is_usable() && has_ended => CredentialState::Expired,
        state => state,
    };
    json!({
        "name": record.name,
        "app_id": record.app_id,
        "profile": record.profile,
        "kid": record.kid,
        "state": state,
        "verified": record.verified,
        "grant": record.grant,
        "expires_at": record.expires_at,
        "created_at": record.created_at,
        "last_used": record.last_used,
        "uses": record.uses,
    })
}

/// What may be told of a held credential.
pub(super) fn held_view(record: &HeldRecord) -> Value {
    json!({
        "name": record.name,
        "app_id": record.app_id,
        "profile": record.profile,
        "kid": record.kid,
        "endpoint": record.endpoint,
        "verified": record.verified,
        "expires_at": record.expires_at,
        "created_at": record.created_at,
    })
}

/// The grant that a query asks for.
pub(super) fn grant(query: &Query) -> Result<Grant, Problem> {
    let grant: Grant = query.required("grant")?;
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
    let shape = shape(app_id);
    let other = instance
        .issued()
        .all()
        .into_iter()
        .map(|credential| credential.record.app_id.clone())
        .find(|other| other != app_id && self::shape(other) == shape)?;
    Some(format!(
        "the app_id {app_id} is easily taken for {other}, which has a credential here"
    ))
}

/// What an app_id looks like at a glance.
fn shape(app_id: &AppId) -> String {
    let glance = |character: char| match character.to_ascii_lowercase() {
        'o' => '0',
        'i' | 'l' => '1',
        's' => '5',
        '_' | '.' => '-',
        other => other,
    };
    app_id.as_str().chars().map(glance).collect()
}

//! `change_credential {name, grant?, lease_ends?, if_still?}` → `{credential, changes: [{what, before, now}]}`.
//!
//! Its keys stay, and its holder notices nothing but what is allowed. The next call is let in by what is allowed then;
//! calls that were let in already go on, unless the lease ended.

use super::meanwhile;
use super::parameter::{GRANT_CHANGE, ISSUED_NAME};
use super::{Access, Action, Answer, Call, Code, Kind, Outcome, Parameter, check};
use crate::handshake::{Event, LifeError};
use crate::instance::issued::Credential;
use crate::instance::issuing;
use crate::model::{CredentialState, Grant, GrantDifference, Timestamp};
use crate::protocol::Problem;
use futures::future::BoxFuture;
use serde_json::{Map, Value, json};

/// Its row in the table.
pub static ACTION: Action = Action {
    name: "change_credential",
    help: "Changes what an issued credential allows, or when it ends; its keys stay.",
    access: Access::Owner,
    writes: true,
    destroys: |_| false,
    within: None,
    parameters: &[
        ISSUED_NAME,
        GRANT_CHANGE,
        Parameter::optional(
            "lease_ends",
            Kind::Text,
            "when it ends by itself from now on: ISO 8601 with an offset; null for never",
        ),
        Parameter::optional(
            "if_still",
            Kind::Json,
            "what the caller saw of it, such as {\"grant\": {\"writes\": true}, \"expires_at\": null}: nothing is changed if any of that is otherwise now",
        ),
    ],
    result: "{credential: credential, changes: [{what, before, now}]}",
    errors: &[
        Code::CredentialNotFound,
        Code::ChangedMeanwhile,
        Code::WrongStep,
        Code::AccessDenied,
    ],
    run,
};

/// Those that follow from the permissions of an access key.
const OF_PERMISSIONS: [&str; 4] = ["actions", "pointers", "writes", "domain"];

fn run<'a>(call: &'a Call<'a>) -> BoxFuture<'a, Answer> {
    Box::pin(change_credential(call))
}

async fn change_credential(call: &Call<'_>) -> Answer {
    let query = call.query;
    let name = query.text("name")?;
    let wanted: Option<Map<String, Value>> = query.optional("grant")?;
    let changes_lease = query.get("lease_ends").is_some() || query.is_null("lease_ends");
    let lease_ends = issuing::lease_ends(query)?;
    if wanted.as_ref().is_none_or(Map::is_empty) && !changes_lease {
        return Err(Problem::new(
            Code::MissingParameter,
            "Action 'change_credential' requires something to change: 'grant' or 'lease_ends'.",
        ));
    }
    let _alone = call.instance.changing().await;
    let credential = issuing::issued_credential(call.instance, name)?;
    if !is_still(call, &credential)? {
        return Err(meanwhile::problem(call, "credential", name, None).await);
    }
    let now = Timestamp::now();
    let grant = match &wanted {
        Some(members) => changed(&credential, members)?,
        None => credential.record.grant.clone(),
    };
    let mut life = credential.life.clone();
    if changes_lease {
        let event = Event::LeaseChanged { ends: lease_ends };
        life.apply(event, now)
            .map_err(|error| issuing::refused(name, &error))?;
    }
    require_changeable(call, &credential, now)?;
    let next = credential.granting(grant, life, now);
    let changes = differences(&credential, &next);
    if next.record.grant.strict_replay && !credential.record.grant.strict_replay {
        take_each_call_once(call, &credential, now);
    }
    let credential = match changes.is_empty() {
        true => credential,
        false => issuing::settle(call.instance, next, now).await?,
    };
    Ok(Outcome::Success(json!({
        "credential": issuing::view(&credential, now),
        "changes": changes,
    })))
}

/// From this moment on, and not only once it is stored: what is taken meanwhile would be remembered nowhere.
fn take_each_call_once(call: &Call<'_>, credential: &Credential, now: Timestamp) {
    let grant = Grant {
        strict_replay: true,
        ..credential.record.grant.clone()
    };
    let strict = credential.granting(grant, credential.life.clone(), now);
    call.instance.issued().put(strict, now);
}

/// Whether the credential is what the caller saw of it: what putting that in its place would leave as it is.
fn is_still(call: &Call<'_>, credential: &Credential) -> Result<bool, Problem> {
    let Some(seen) = meanwhile::if_still(call, &["grant", "expires_at"])? else {
        return Ok(true);
    };
    let unreadable = |reason: String| check::invalid("if_still", reason);
    if let Some(grant) = seen.0.get("grant") {
        let members = grant
            .as_object()
            .ok_or_else(|| unreadable("grant is not an object".to_owned()))?;
        let present = &credential.record.grant;
        if merged(present, members).map_err(|error| unreadable(error.to_string()))? != *present {
            return Ok(false);
        }
    }
    let Some(ends) = seen.0.get("expires_at") else {
        return Ok(true);
    };
    let ends: Option<Timestamp> =
        serde_json::from_value(ends.clone()).map_err(|error| unreadable(error.to_string()))?;
    Ok(ends == credential.life.lease_ends())
}

/// What the credential will allow.
fn changed(credential: &Credential, members: &Map<String, Value>) -> Result<Grant, Problem> {
    let present = &credential.record.grant;
    let invalid = |reason: String| check::invalid("grant", reason);
    let grant = merged(present, members).map_err(|error| invalid(error.to_string()))?;
    if grant.owner != present.owner {
        return Err(invalid(
            "whether it is an owner's stays as it was issued; issue another credential".to_owned(),
        ));
    }
    if credential.record.access_key.is_some()
        && let Some(member) = OF_PERMISSIONS
            .iter()
            .find(|member| members.contains_key(**member))
    {
        return Err(invalid(format!(
            "{member} follows from the permissions of an access key: make another one with generate_access_key"
        )));
    }
    issuing::within_bounds(grant)
}

/// A grant with other members in the place of its own.
fn merged(grant: &Grant, members: &Map<String, Value>) -> Result<Grant, serde_json::Error> {
    let mut value = serde_json::to_value(grant)?;
    if let Some(present) = value.as_object_mut() {
        present.extend(members.clone());
    }
    serde_json::from_value(value)
}

/// Lets only those be changed that can be used again some time, and not the last owner.
fn require_changeable(call: &Call<'_>, credential: &Credential, now: Timestamp) -> Result<(), Problem> {
    let name = &credential.record.name;
    if credential.is_in_memory() {
        return Err(Problem::new(
            Code::WrongStep,
            format!("{name} comes from the environment of this instance; change it there"),
        ));
    }
    let state = credential.life.state_at(now);
    if !state.is_usable() && state != CredentialState::Suspended {
        let error = LifeError::Step {
            what: "be changed",
            state,
        };
        return Err(issuing::refused(name, &error));
    }
    // What is taken from the only owner nobody could give back.
    issuing::keep_an_owner(call.instance, credential)
}

/// What is otherwise than it was.
fn differences(before: &Credential, now: &Credential) -> Vec<GrantDifference> {
    let of_grant = GrantDifference::between(&before.record.grant, &now.record.grant);
    let of_lease = GrantDifference::of_lease(before.record.expires_at, now.record.expires_at);
    of_grant.into_iter().chain(of_lease).collect()
}

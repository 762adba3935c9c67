//! `whoami {}` → `{app_id, credential: {name, state, verified, generation, rotation_due, overlap_until, expires_at, verify_first,
//! alarm, grant}, profile, grant, instance_id, name}`. It counts as opening what came in an offer.

use super::{Access, Action, Answer, Call, DomainRole, Outcome};
use crate::instance::issuing;
use futures::future::BoxFuture;
use serde_json::{Value, json};

/// Its row in the table.
pub static ACTION: Action = Action {
    name: "whoami",
    help: "Tells who the caller is on this instance and what the credential allows.",
    access: Access::Anyone,
    writes: false,
    within: Some(DomainRole::Reader),
    parameters: &[],
    result: "{app_id, credential: {name, state, verified, generation, rotation_due, overlap_until, expires_at, verify_first, alarm, grant}, profile, grant, instance_id, name}",
    errors: &[],
    run,
};

fn run<'a>(call: &'a Call<'a>) -> BoxFuture<'a, Answer> {
    Box::pin(whoami(call))
}

async fn whoami(call: &Call<'_>) -> Answer {
    let (caller, settings) = (call.caller, call.instance.settings());
    Ok(Outcome::Success(json!({
        "app_id": caller.app_id,
        "credential": credential(call),
        "profile": caller.profile,
        "grant": *caller.grant,
        "instance_id": settings.instance_id,
        "name": settings.name,
    })))
}

fn credential(call: &Call<'_>) -> Value {
    let (name, now) = (&call.caller.credential, call.now());
    let Some(credential) = call.instance.issued().by_name(name) else {
        return json!({ "name": name });
    };
    let life = &credential.life;
    json!({
        "name": name,
        "state": life.state_at(now),
        "verified": life.is_verified(),
        "generation": life.generation(),
        "rotation_due": credential.rotation_due(now),
        "overlap_until": issuing::overlap_until(life, now),
        "expires_at": life.lease_ends(),
        "verify_first": life.verify_first,
        "alarm": life.alarm(),
        "grant": credential.record.grant,
    })
}

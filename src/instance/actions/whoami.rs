//! `whoami {}` → `{app_id, credential: {name, state, verified, generation, rotation_due, overlap_until, expires_at, verify_first,
//! alarm, grant}, profile, grant, instance_id, name}`. It counts as opening what came in an offer.

use super::{Access, Action, Answer, Call, DomainRole, Outcome};
use crate::handshake::Alarm;
use crate::instance::{issued, issuing};
use crate::model::{AppId, CredentialState, Grant, InstanceId, InstanceName, Profile, Timestamp};
use crate::protocol::Rendered;
use futures::future::BoxFuture;
use serde::Serialize;

/// Its row in the table.
pub static ACTION: Action = Action {
    name: "whoami",
    help: "Tells who the caller is on this instance and what the credential allows.",
    access: Access::Anyone,
    writes: false,
    destroys: |_| false,
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
    let credential = call.instance.issued().by_name(&caller.credential);
    Ok(Outcome::Rendered(Rendered::of(&Caller {
        app_id: &caller.app_id,
        credential: Credential {
            name: &caller.credential,
            state: credential.as_deref().map(|issued| State::of(issued, call.now())),
        },
        profile: caller.profile,
        grant: &caller.grant,
        instance_id: &settings.instance_id,
        name: &settings.name,
    })))
}

#[derive(Serialize)]
struct Caller<'a> {
    app_id: &'a AppId,
    credential: Credential<'a>,
    profile: Profile,
    grant: &'a Grant,
    instance_id: &'a InstanceId,
    name: &'a InstanceName,
}

/// Only the name of one that is not kept: the owner in process, say.
#[derive(Serialize)]
struct Credential<'a> {
    name: &'a str,
    #[serde(flatten)]
    state: Option<State<'a>>,
}

#[derive(Serialize)]
struct State<'a> {
    state: CredentialState,
    verified: bool,
    generation: u32,
    rotation_due: Option<Timestamp>,
    overlap_until: Option<Timestamp>,
    expires_at: Option<Timestamp>,
    verify_first: bool,
    alarm: Option<&'a Alarm>,
    grant: &'a Grant,
}

impl<'a> State<'a> {
    fn of(issued: &'a issued::Credential, now: Timestamp) -> Self {
        let life = &issued.life;
        Self {
            state: life.state_at(now),
            verified: life.is_verified(),
            generation: life.generation(),
            rotation_due: issued.rotation_due(now),
            overlap_until: issuing::overlap_until(life, now),
            expires_at: life.lease_ends(),
            verify_first: life.verify_first,
            alarm: life.alarm(),
            grant: &issued.record.grant,
        }
    }
}

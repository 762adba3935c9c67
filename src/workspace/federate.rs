//! Making a federated pointer.

use super::gateway::connection_to;
use super::held_there::{HeldThere, held_credentials};
use super::session::Session;
use super::{Failure, FederateRequest, Workspace, held};
use crate::model::{
    CIRCUIT_PREFIX, ConnectionId, Endpoint, Federated, NewPointer, Pointer, Profile, Route, Timestamp,
};
use crate::protocol::{Code, HeldCredential, Query, seal_body};
use serde_json::json;

/// Whom a federated pointer leads to.
struct Peer {
    name: String,
    endpoint: Endpoint,
    profile: Profile,
    /// What this console calls the peer with, if it can.
    credential: Option<HeldCredential>,
}

impl Workspace {
    /// Makes a pointer on an instance that leads to a peer, on the chosen route, with what the route needs:
    /// a federated connection, the query sealed for the peer (circuit), a held credential (relay).
    pub async fn federate(&self, request: FederateRequest) -> Result<Pointer, Failure> {
        let peer = self.peer(&request.via).await?;
        let mut session = self.session(request.instance.as_str()).await?;
        let made = self.federate_in(&mut session, &request, &peer).await;
        session.close().await;
        made
    }

    async fn federate_in(
        &self,
        session: &mut Session<'_>,
        request: &FederateRequest,
        peer: &Peer,
    ) -> Result<Pointer, Failure> {
        if self.is_original(session).await? {
            return Err(super::pointers::not_there(
                session,
                "federated pointers of this kind",
            ));
        }
        let held = self.held_there(session, request, peer).await?;
        if request.route == Route::Relay && held.is_none() {
            return Err(missing_there(request, peer));
        }
        let profile = match (&held, request.route) {
            (Some(held), Route::Relay) => held.profile,
            _ => peer.profile,
        };
        let credential = match request.route {
            Route::Relay => None,
            Route::Endpoint | Route::Circuit => Some(
                peer.credential
                    .as_ref()
                    .ok_or_else(|| missing_here(request, peer))?,
            ),
        };
        let connection_id =
            connection_to(session, &peer.name, held.as_ref().map(|held| held.name.as_str())).await?;
        let federated = Federated {
            route: request.route,
            connection_id: connection_id.clone(),
            endpoint: peer.endpoint.clone(),
            profile,
            kid: credential.and_then(|credential| credential.kid().cloned()),
            query: request.query.to_value(),
        };
        let new = NewPointer {
            data_reference: reference(request, &federated, credential),
            description: request
                .description
                .clone()
                .unwrap_or_else(|| description(request, &peer.name)),
            tags: request.tags.clone(),
            connection_id: Some(connection_id),
            credential_pointer_address: None,
            federated: Some(federated),
            author: None,
        };
        let parameters = serde_json::to_value(&new).expect("a pointer has only string keys");
        self.change_in(session, &Query::new("create_pointer", parameters))
            .await
    }

    /// What the instance itself holds for the peer. Only its owner may look, and only relay needs to know.
    async fn held_there(
        &self,
        session: &mut Session<'_>,
        request: &FederateRequest,
        peer: &Peer,
    ) -> Result<Option<HeldThere>, Failure> {
        match held_credentials(session).await {
            // After a second handshake there are several: the newest one that works is meant, and one whose words nobody
            // compared is no better than those before it.
            Ok(held) => Ok(held
                .into_iter()
                .filter(|held| held.endpoint == peer.endpoint)
                .max_by_key(|held| (held.opens_something(), held.is_vouched_for(), held.created_at))),
            Err(failure) if request.route == Route::Relay => Err(failure),
            Err(_) => Ok(None),
        }
    }

    /// Whom a name stands for: a held credential, a remote, or a local instance.
    async fn peer(&self, via: &str) -> Result<Peer, Failure> {
        let wanted = via.to_owned();
        let entry = self.in_vault(move |vault| vault.held_by_name(&wanted)).await?;
        if let Some(entry) = entry {
            let name = entry.instance.clone();
            let credential = held::usable(entry)?;
            return Ok(Peer {
                name,
                endpoint: credential.endpoint.clone(),
                profile: credential.profile(),
                credential: Some(credential),
            });
        }
        let record = self.record(via).await?;
        let peers = self.peers().await?;
        let credential = peers.of_instance(&record).cloned();
        Ok(Peer {
            name: record.name.to_string(),
            profile: credential
                .as_ref()
                .map_or(record.profile, HeldCredential::profile),
            endpoint: record.endpoint,
            credential,
        })
    }
}

/// What the pointer refers to, by route (DESIGN section 3.5).
fn reference(
    request: &FederateRequest,
    federated: &Federated,
    credential: Option<&HeldCredential>,
) -> String {
    match (request.route, credential) {
        (Route::Circuit, Some(credential)) => circuit_reference(federated, credential, &request.query),
        (Route::Relay, _) => relay_reference(&federated.connection_id, &request.query),
        (Route::Endpoint | Route::Circuit, _) => federated.endpoint.to_string(),
    }
}

/// The query, sealed for the peer already.
pub(super) fn circuit_reference(federated: &Federated, credential: &HeldCredential, query: &Query) -> String {
    let step = json!({
        "action": "federated_invoke",
        "endpoint": federated.endpoint,
        "kid": federated.kid,
        "profile": federated.profile,
        "sealed": seal_body(credential, query, Timestamp::now()),
    });
    format!("{CIRCUIT_PREFIX}{step}")
}

fn relay_reference(connection_id: &ConnectionId, query: &Query) -> String {
    let step = json!([{"action": "relay", "connection_id": connection_id, "query": query.to_value()}]);
    format!("{CIRCUIT_PREFIX}{step}")
}

fn description(request: &FederateRequest, peer: &str) -> String {
    let action = request.query.action();
    match request
        .query
        .get("pointer_address")
        .and_then(|value| value.as_str())
    {
        Some(address) => format!("{action} of {address} on {peer}, by {}", request.route),
        None => format!("{action} on {peer}, by {}", request.route),
    }
}

fn missing_here(request: &FederateRequest, peer: &Peer) -> Failure {
    Failure::new(
        Code::NoHeldCredential,
        format!(
            "route {} needs a credential for {} held by this console, and there is none",
            request.route, peer.name
        ),
        "accept a bundle that has one for the console, or take route relay",
    )
    .on(request.instance.as_str())
}

fn missing_there(request: &FederateRequest, peer: &Peer) -> Failure {
    let instance = &request.instance;
    let remedy = match peer.profile {
        Profile::Native => format!(
            "accept a bundle with `butterfly handshake accept --instance {instance}`, or take route endpoint"
        ),
        // Original instances make no offers; their values are all there is to have.
        Profile::Legacy => format!(
            "take route endpoint or circuit; or have {instance} hold its values too, with the action hold_credential: \
             `butterfly invoke {instance} -`"
        ),
    };
    Failure::new(
        Code::NoHeldCredential,
        format!(
            "route relay needs a credential for {} held by the instance itself, and there is none",
            peer.name
        ),
        remedy,
    )
    .on(request.instance.as_str())
}

//! The domain and connections through which an instance of ours reaches its peers.

use super::Failure;
use super::pointers::connections;
use super::session::Session;
use crate::handshake::Alarm;
use crate::model::{
    AppId, Connection, ConnectionId, CredentialState, Delivery, Domain, DomainId, Endpoint, Grant, KeyId,
    Profile, Timestamp,
};
use crate::protocol::Query;
use serde::Deserialize;
use serde_json::json;

/// The domain that owns federated connections.
const DOMAIN: &str = "federation";

/// A credential that an instance holds for relay, as it lists it.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct HeldThere {
    pub(super) name: String,
    pub(super) app_id: AppId,
    pub(super) endpoint: Endpoint,
    pub(super) profile: Profile,
    #[serde(default)]
    pub(super) kid: Option<KeyId>,
    #[serde(default)]
    pub(super) verified: bool,
    #[serde(default)]
    pub(super) expires_at: Option<Timestamp>,
    #[serde(default)]
    pub(super) state: Option<CredentialState>,
    #[serde(default)]
    pub(super) offer: Option<String>,
    #[serde(default)]
    pub(super) delivery: Option<Delivery>,
    #[serde(default)]
    pub(super) verify_first: bool,
    #[serde(default)]
    pub(super) generation: u32,
    #[serde(default)]
    pub(super) rotation_due: Option<Timestamp>,
    #[serde(default)]
    pub(super) overlap_until: Option<Timestamp>,
    #[serde(default)]
    pub(super) alarm: Option<Alarm>,
    #[serde(default)]
    pub(super) grant: Option<Grant>,
    #[serde(default)]
    pub(super) created_at: Option<Timestamp>,
    #[serde(default)]
    pub(super) ended_at: Option<Timestamp>,
    #[serde(default)]
    pub(super) last_used: Option<Timestamp>,
    #[serde(default)]
    pub(super) uses: Option<u64>,
    #[serde(default)]
    pub(super) peer: Option<PeerThere>,
}

/// How the way to its peer stands.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct PeerThere {
    failures: u32,
    #[serde(default)]
    retry_at: Option<Timestamp>,
}

impl PeerThere {
    /// What its administrator should know, if relays are refused for now.
    pub(super) fn attention(&self) -> Option<String> {
        let retry_at = self.retry_at?;
        Some(format!(
            "the peer could not be reached {} times in a row; relays are refused until {retry_at:.19}",
            self.failures
        ))
    }
}

impl HeldThere {
    /// Whether a relay through it can be expected to work.
    pub(super) fn opens_something(&self) -> bool {
        self.alarm.is_none()
            && self.state.is_none_or(CredentialState::is_usable)
            && !(self.verify_first && self.generation == 0)
    }
}

/// What the instance holds for relay.
pub(super) async fn held_credentials(session: &mut Session<'_>) -> Result<Vec<HeldThere>, Failure> {
    #[derive(Deserialize)]
    struct Listed {
        credentials: Vec<HeldThere>,
    }
    let query = Query::new("list_held_credentials", json!({}));
    let result = session.result(&query).await?;
    let listed: Listed = serde_json::from_value(result).map_err(|_| session.unexpected(query.action()))?;
    Ok(listed.credentials)
}

/// The connection to a peer: the one that is there, or a new one. With `held`, it is a federated one.
pub(super) async fn connection_to(
    session: &mut Session<'_>,
    peer: &str,
    held: Option<&str>,
) -> Result<ConnectionId, Failure> {
    let known = connections(session).await?;
    let found = known.into_iter().find(|connection| match held {
        Some(held) => connection.held_credential.as_deref() == Some(held),
        None => connection.held_credential.is_none() && connection.name == peer,
    });
    if let Some(connection) = found {
        return Ok(connection.id);
    }
    let domain = domain(session).await?;
    let mut query = Query::new(
        "create_connection",
        json!({"domain_id": domain, "name": peer, "description": format!("Gateway to {peer}")}),
    );
    if let Some(held) = held {
        query = query.with("held_credential", json!(held));
    }
    #[derive(Deserialize)]
    struct Made {
        connection: Connection,
    }
    let result = session.result(&query).await?;
    let made: Made = serde_json::from_value(result).map_err(|_| session.unexpected(query.action()))?;
    Ok(made.connection.id)
}

async fn domain(session: &mut Session<'_>) -> Result<DomainId, Failure> {
    #[derive(Deserialize)]
    struct Listed {
        domains: Vec<Domain>,
    }
    #[derive(Deserialize)]
    struct Made {
        domain: Domain,
    }
    let list = Query::new("list_domains", json!({}));
    let result = session.result(&list).await?;
    let listed: Listed = serde_json::from_value(result).map_err(|_| session.unexpected(list.action()))?;
    if let Some(domain) = listed.domains.into_iter().find(|domain| domain.name == DOMAIN) {
        return Ok(domain.id);
    }
    let create = Query::new("create_domain", json!({"name": DOMAIN}));
    let result = session.result(&create).await?;
    let made: Made = serde_json::from_value(result).map_err(|_| session.unexpected(create.action()))?;
    Ok(made.domain.id)
}

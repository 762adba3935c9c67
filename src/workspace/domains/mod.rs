//! Domains of any instance, and what they own: connections, access keys, and federations with other domains of the same
//! instance. What is changed about them is a [`DomainChange`].

mod change;
mod whole_list;

pub use change::DomainChange;

use super::held_there::held_credentials;
use super::original_rows::mend_domain;
use super::owners::Owners;
use super::session::Session;
use super::{Failure, Workspace};
use crate::model::{
    AppId, ConnectionId, ConnectionStatus, CredentialState, DomainId, DomainPermission, Federation, Timestamp,
};
use crate::protocol::{Code, ExitClass, Query};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::HashSet;
use whole_list::{Next, PAGE, WholeList};

/// A domain, as it is listed. Original instances tell less of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DomainRow {
    /// Its identifier.
    pub id: DomainId,
    /// A name for people.
    pub name: String,
    /// Who owns it.
    #[serde(default)]
    pub owner_app_id: Option<AppId>,
    /// When it was made.
    #[serde(default)]
    pub created_at: Option<Timestamp>,
}

/// A connection, as it is listed. Original instances tell less of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConnectionRow {
    /// Its identifier.
    pub id: ConnectionId,
    /// The domain that owns it.
    pub domain_id: DomainId,
    /// A name for people.
    pub name: String,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// Whether calls go through.
    pub status: ConnectionStatus,
    /// The name of the held credential that relay calls use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_credential: Option<String>,
    /// When it was made.
    #[serde(default)]
    pub created_at: Option<Timestamp>,
}

/// An access key, without its secret.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AccessKeyRow {
    /// Its id: `key-` and 12 digits.
    pub id: String,
    /// The domain that it opens.
    pub domain_id: DomainId,
    /// What may be done with it.
    pub permissions: Vec<DomainPermission>,
    /// How it stands.
    pub state: CredentialState,
    /// When it was made.
    #[serde(default)]
    pub created_at: Option<Timestamp>,
    /// When it ends by itself.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
    /// When it was used last.
    #[serde(default)]
    pub last_used: Option<Timestamp>,
    /// How often it was used.
    #[serde(default)]
    pub uses: Option<u64>,
}

/// A domain with what it owns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DomainDetail {
    /// The domain.
    #[serde(flatten)]
    pub domain: DomainRow,
    /// Its connections.
    #[serde(default)]
    pub connections: Vec<ConnectionRow>,
    /// Its access keys.
    #[serde(default)]
    pub access_keys: Vec<AccessKeyRow>,
}

/// All domains of an instance that may be seen, with their connections and federations.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DomainTree {
    /// The domains.
    pub domains: Vec<DomainRow>,
    /// The connections of all of them.
    pub connections: Vec<ConnectionRow>,
    /// The federations among them.
    pub federations: Vec<Federation>,
    /// The names of the credentials with which the instance can relay; none where they may not be seen.
    pub held: Vec<String>,
    /// Why federations could not be listed, if so: whoever only reads may not see them.
    pub hidden: Option<Failure>,
}

impl Workspace {
    /// The domains of an instance.
    pub async fn domains(&self, instance: &str) -> Result<Vec<DomainRow>, Failure> {
        let mut session = self.session(instance).await?;
        let found = domains(&mut session).await;
        session.close().await;
        found
    }

    /// The connections of an instance, or of one of its domains.
    pub async fn connections_of(
        &self,
        instance: &str,
        domain: Option<&DomainId>,
    ) -> Result<Vec<ConnectionRow>, Failure> {
        let mut session = self.session(instance).await?;
        let found = connections(&mut session, domain).await;
        session.close().await;
        found
    }

    /// The federations of the domains that we administer, or of one of them.
    pub async fn domain_federations(
        &self,
        instance: &str,
        domain: Option<&DomainId>,
    ) -> Result<Vec<Federation>, Failure> {
        let mut session = self.session(instance).await?;
        let found = federations(&mut session, domain).await;
        session.close().await;
        found
    }

    /// A domain with its connections and access keys.
    pub async fn domain(&self, instance: &str, domain: &DomainId) -> Result<DomainDetail, Failure> {
        let mut session = self.session(instance).await?;
        let found = detail(&mut session, domain).await;
        session.close().await;
        found
    }

    /// All domains of an instance with what they own; only access keys are asked for by themselves.
    pub async fn domain_tree(&self, instance: &str) -> Result<DomainTree, Failure> {
        let mut session = self.session(instance).await?;
        let tree = tree(&mut session).await;
        session.close().await;
        tree
    }

    /// The access keys of these domains; of one that may not be looked into, why.
    pub async fn access_keys(
        &self,
        instance: &str,
        of: &[DomainId],
    ) -> Result<Vec<(DomainId, Result<Vec<AccessKeyRow>, Failure>)>, Failure> {
        let mut session = self.session(instance).await?;
        let mut found = Vec::new();
        for domain in of {
            let keys = detail(&mut session, domain)
                .await
                .map(|detail| detail.access_keys);
            found.push((domain.clone(), keys));
        }
        session.close().await;
        Ok(found)
    }

    /// How many pointers these connections have; none where that cannot be told. Those that could not be counted just now
    /// are left out.
    pub async fn count_pointers(
        &self,
        instance: &str,
        of: &[ConnectionId],
    ) -> Result<Vec<(ConnectionId, Option<u64>)>, Failure> {
        let mut session = self.session(instance).await?;
        // Original instances would send every pointer only to have it counted.
        let is_original = self.is_original(&mut session).await.unwrap_or(true);
        let mut counts = Vec::new();
        for connection in of {
            let total = match is_original {
                true => Ok(None),
                false => count(&mut session, connection).await,
            };
            match total {
                Ok(total) => counts.push((connection.clone(), total)),
                Err(failure) => tracing::debug!(%failure, "the pointers of {connection} are not counted"),
            }
        }
        session.close().await;
        Ok(counts)
    }
}

async fn tree(session: &mut Session<'_>) -> Result<DomainTree, Failure> {
    let (domains, connections) = owned(session).await?;
    let mut tree = DomainTree {
        domains,
        connections,
        ..DomainTree::default()
    };
    match federations(session, None).await {
        Ok(found) => {
            tree.federations = found;
            let held = held_credentials(session).await.unwrap_or_default();
            tree.held = held.into_iter().map(|held| held.name).collect();
        }
        // Whoever may not see those may not see credentials, and asking would only be one more refusal on record.
        Err(failure) => tree.hidden = Some(failure),
    }
    // Whoever may see a connection need not be told of its domain.
    let mut known: HashSet<DomainId> = tree.domains.iter().map(|domain| domain.id.clone()).collect();
    for connection in &tree.connections {
        if known.insert(connection.domain_id.clone()) {
            tree.domains.push(DomainRow {
                id: connection.domain_id.clone(),
                name: connection.domain_id.to_string(),
                owner_app_id: None,
                created_at: None,
            });
        }
    }
    Ok(tree)
}

/// What all connections are called, and whose they are.
pub(super) async fn owners(session: &mut Session<'_>) -> Result<Owners, Failure> {
    let (domains, connections) = owned(session).await?;
    Ok(Owners::of(
        domains.into_iter().map(|domain| (domain.id, domain.name)),
        connections
            .into_iter()
            .map(|connection| (connection.id, connection.name, connection.domain_id)),
    ))
}

/// All domains and their connections. An original instance tells both in one reply.
async fn owned(session: &mut Session<'_>) -> Result<(Vec<DomainRow>, Vec<ConnectionRow>), Failure> {
    match all(session, "list_domains", "domains", json!({})).await {
        Err(failure) if is_unknown(&failure) => {
            let details = overview(session, failure).await?.domains.into_iter();
            let (domains, connections): (Vec<_>, Vec<_>) =
                details.map(|detail| (detail.domain, detail.connections)).unzip();
            Ok((domains, connections.concat()))
        }
        asked => Ok((asked?, connections(session, None).await?)),
    }
}

async fn domains(session: &mut Session<'_>) -> Result<Vec<DomainRow>, Failure> {
    let asked = all(session, "list_domains", "domains", json!({})).await;
    match asked {
        Err(failure) if is_unknown(&failure) => {
            let overview = overview(session, failure).await?;
            Ok(overview.domains.into_iter().map(|detail| detail.domain).collect())
        }
        asked => asked,
    }
}

async fn connections(
    session: &mut Session<'_>,
    domain: Option<&DomainId>,
) -> Result<Vec<ConnectionRow>, Failure> {
    let parameters = json!({"domain_id": domain});
    let asked = all(session, "list_connections", "connections", parameters).await;
    let mut found: Vec<ConnectionRow> = match asked {
        Err(failure) if is_unknown(&failure) => {
            let overview = overview(session, failure).await?;
            let within = overview.domains.into_iter();
            within.flat_map(|detail| detail.connections).collect()
        }
        asked => asked?,
    };
    found.retain(|connection| domain.is_none_or(|domain| connection.domain_id == *domain));
    Ok(found)
}

async fn federations(
    session: &mut Session<'_>,
    domain: Option<&DomainId>,
) -> Result<Vec<Federation>, Failure> {
    let parameters = json!({"domain_id": domain});
    all(session, "get_federation_status", "federations", parameters).await
}

async fn detail(session: &mut Session<'_>, domain: &DomainId) -> Result<DomainDetail, Failure> {
    let query = Query::new("get_domain_details", json!({"domain_id": domain}));
    let mut result = session.result(&query).await?;
    if session.is_legacy() {
        mend_domain(&mut result);
    }
    serde_json::from_value(result).map_err(|_| session.unexpected(query.action()))
}

async fn count(session: &mut Session<'_>, connection: &ConnectionId) -> Result<Option<u64>, Failure> {
    let parameters = json!({"connection_id": connection, "limit": 1});
    let query = Query::new("get_pointers_for_connection", parameters);
    match session.result(&query).await {
        Ok(result) => Ok(result.get("total").and_then(Value::as_u64)),
        // One that was removed meanwhile has none to count, and who may not count them once may not the next time.
        Err(failure) if failure.code == Code::ConnectionNotFound => Ok(None),
        Err(failure) if failure.exit_class() == ExitClass::Refused => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// What an original instance tells of its domains.
#[derive(Deserialize)]
struct Overview {
    domains: Vec<DomainDetail>,
}

/// Original instances do not know the lists, but have them in their overview. What else fails stays as it is.
async fn overview(session: &mut Session<'_>, failure: Failure) -> Result<Overview, Failure> {
    if !session.is_legacy() {
        return Err(failure);
    }
    let query = Query::new("get_admin_overview", json!({}));
    let mut result = session.result(&query).await?;
    let domains = result.get_mut("domains").and_then(Value::as_array_mut);
    for domain in domains.into_iter().flatten() {
        mend_domain(domain);
    }
    serde_json::from_value(result).map_err(|_| session.unexpected(query.action()))
}

/// Errors of original instances have no code, which reads as `peer_failed`.
fn is_unknown(failure: &Failure) -> bool {
    matches!(failure.code, Code::UnknownAction | Code::PeerFailed)
}

/// A whole list, page by page: one reply never holds more than a page of it.
async fn all<T: DeserializeOwned>(
    session: &mut Session<'_>,
    action: &str,
    list: &str,
    parameters: Value,
) -> Result<Vec<T>, Failure> {
    let mut found = WholeList::new();
    let mut query = Query::new(action, parameters).with("limit", json!(PAGE));
    loop {
        let result = session.result(&query).await?;
        match found.take(result, list) {
            Next::From(row) => query = query.with("offset", json!(row)),
            Next::End => return Ok(found.into_rows()),
            Next::Unexpected => return Err(session.unexpected(action)),
            Next::Endless => return Err(endless(session, list)),
        }
    }
}

fn endless(session: &Session<'_>, list: &str) -> Failure {
    Failure::new(
        Code::PeerGarbage,
        format!("its list of {list} has no end"),
        "ask whoever runs the instance what is wrong with it",
    )
    .on(session.record.name.as_str())
}

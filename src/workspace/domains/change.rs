//! What can be changed about domains, their connections, access keys and federations: each is one action of the instance,
//! and stands in the invoke log like any other, without the keys.

use super::super::session::unexpected;
use super::super::{Failure, InvokeOptions, Workspace};
use super::ConnectionRow;
use crate::model::{ConnectionId, ConnectionStatus, DomainId, DomainPermission, FederationId, Profile};
use crate::protocol::Query;
use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

/// Something to change. May hold the secret of a key: it is never shown.
pub enum DomainChange {
    /// Make a domain; we own it.
    MakeDomain(String),
    /// Give a domain another name; where this is said, only if it is still called so.
    Rename(DomainId, String, Option<String>),
    /// Remove a domain that nothing needs any more.
    RemoveDomain(DomainId),
    /// Make a connection.
    MakeConnection {
        /// In which domain.
        domain: DomainId,
        /// Its name.
        name: String,
        /// What it is for.
        description: String,
        /// The credential that the instance holds to relay with, for one that leads to a peer.
        held_credential: Option<String>,
    },
    /// Change what a connection is called, or what it is for; what is not given stays.
    EditConnection {
        /// Which.
        connection: ConnectionId,
        /// Its new name.
        name: Option<String>,
        /// What it is for.
        description: Option<String>,
        /// Only if each of these members of it still is so.
        if_still: Option<Map<String, Value>>,
    },
    /// Open or close a connection.
    SetStatus(ConnectionId, ConnectionStatus),
    /// Remove a connection that nothing needs any more.
    RemoveConnection(ConnectionId),
    /// Make an access key of a domain.
    MakeKey(DomainId, Vec<DomainPermission>),
    /// Refuse an access key for good: by its id, or by itself.
    RevokeKey(Zeroizing<String>),
    /// Ask another domain to let the people of ours work in it.
    Federate {
        /// The domain that is asked.
        target: DomainId,
        /// The domain that asks; none where we have just one.
        from: Option<DomainId>,
        /// What is asked for.
        permissions: Vec<DomainPermission>,
    },
    /// Accept a request of another domain, with its key.
    Accept(Zeroizing<String>),
    /// End a federation, or withdraw the request for it.
    EndFederation(FederationId),
}

impl ConnectionRow {
    /// What a change of its name or description depends on: that both still are what they are here.
    pub fn as_seen(&self) -> Map<String, Value> {
        let members = [("name", &self.name), ("description", &self.description)];
        let members = members.map(|(member, seen)| (member.to_owned(), json!(seen)));
        members.into_iter().collect()
    }
}

impl DomainChange {
    fn query(&self) -> Query {
        match self {
            Self::MakeDomain(name) => Query::new("create_domain", json!({"name": name})),
            Self::Rename(domain, name, seen) => {
                let query = Query::new("update_domain", json!({"domain_id": domain, "name": name}));
                match seen {
                    Some(seen) => query.with("if_still", json!({"name": seen})),
                    None => query,
                }
            }
            Self::RemoveDomain(domain) => Query::new("delete_domain", json!({"domain_id": domain})),
            Self::MakeConnection {
                domain,
                name,
                description,
                held_credential,
            } => {
                let mut parameters = json!({"domain_id": domain, "name": name, "description": description});
                if let Some(held) = held_credential {
                    parameters["held_credential"] = json!(held);
                }
                Query::new("create_connection", parameters)
            }
            Self::EditConnection {
                connection,
                name,
                description,
                if_still,
            } => {
                let parameters =
                    json!({"connection_id": connection, "name": name, "description": description});
                let query = Query::new("update_connection", parameters);
                match if_still {
                    Some(seen) => query.with("if_still", json!(seen)),
                    None => query,
                }
            }
            Self::SetStatus(connection, status) => Query::new(
                "set_connection_status",
                json!({"connection_id": connection, "status": status}),
            ),
            Self::RemoveConnection(connection) => {
                Query::new("delete_connection", json!({"connection_id": connection}))
            }
            Self::MakeKey(domain, permissions) => Query::new(
                "generate_access_key",
                json!({"domain_id": domain, "permissions": permissions}),
            ),
            Self::RevokeKey(key) => Query::new("revoke_access_key", json!({"key_to_revoke": **key})),
            Self::Federate {
                target,
                from,
                permissions,
            } => Query::new(
                "initiate_federation",
                json!({"target_domain_id": target, "domain_id": from, "permissions": permissions}),
            ),
            Self::Accept(key) => Query::new("accept_federation", json!({"request_key": **key})),
            Self::EndFederation(federation) => {
                Query::new("revoke_federation", json!({"federation_id": federation}))
            }
        }
    }

    /// What the reply tells of what was made: without it nobody knows whether it was.
    const fn makes(&self) -> Option<&'static str> {
        match self {
            Self::MakeDomain(_) => Some("domain"),
            Self::MakeConnection { .. } => Some("connection"),
            _ => None,
        }
    }

    /// What is being done, for a status line.
    pub fn doing(&self) -> &'static str {
        match self {
            Self::MakeDomain(_) => "making a domain",
            Self::Rename(..) => "renaming a domain",
            Self::RemoveDomain(_) => "removing a domain",
            Self::MakeConnection { .. } => "making a connection",
            Self::EditConnection { .. } => "changing a connection",
            Self::SetStatus(..) => "opening or closing a connection",
            Self::RemoveConnection(_) => "removing a connection",
            Self::MakeKey(..) => "making an access key",
            Self::RevokeKey(_) => "revoking an access key",
            Self::Federate { .. } => "asking for a federation",
            Self::Accept(_) => "accepting a federation",
            Self::EndFederation(_) => "ending a federation",
        }
    }
}

impl Workspace {
    /// Changes something about the domains of an instance. Gives what the action does: a fresh key is in it, this once.
    pub async fn change_domains(&self, instance: &str, change: &DomainChange) -> Result<Value, Failure> {
        let mut query = change.query();
        if matches!(change, DomainChange::MakeDomain(_)) {
            query = self.with_owner(instance, query).await?;
        }
        let invoked = self.invoke(instance, &query, InvokeOptions::default()).await?;
        if let Some(problem) = invoked.reply.problem() {
            return Err(Failure::from_problem(&problem, instance));
        }
        let result = invoked.reply.into_result().unwrap_or_default();
        let is_told = |made: &str| result.get(made).is_some_and(|made| made["id"].is_string());
        if change.makes().is_some_and(|made| !is_told(made)) {
            return Err(unexpected(query.action(), instance));
        }
        Ok(result)
    }

    /// Original instances are told whose a new domain is; ours know, and pass over it.
    async fn with_owner(&self, instance: &str, query: Query) -> Result<Query, Failure> {
        let record = self.record(instance).await?;
        let credential = self.credential_of(&record).await?;
        Ok(match credential.profile() {
            Profile::Legacy => query.with("owner_app_id", json!(credential.app_id)),
            Profile::Native => query,
        })
    }
}

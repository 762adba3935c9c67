//! What the connections of an instance are called, and whose they are: for lists of pointers that are filtered here,
//! because the instance cannot.

use super::{ConnectionRow, DomainRow, connections, domains};
use crate::model::filter::Filter;
use crate::model::{ConnectionId, DomainId, KnownConnection, PointerTest, pointer_test};
use crate::workspace::Failure;
use crate::workspace::session::Session;
use std::collections::HashMap;

/// Connections with their names and domains.
#[derive(Default)]
pub(in crate::workspace) struct Owners {
    connections: HashMap<ConnectionId, (String, DomainId)>,
    domains: HashMap<DomainId, String>,
}

impl Owners {
    /// Whether a filter asks for any of it.
    pub(in crate::workspace) fn are_asked_for(filter: &Filter) -> bool {
        filter.terms.iter().any(|term| {
            matches!(
                pointer_test(&term.test),
                Some(PointerTest::Connection(_) | PointerTest::Domain(_))
            )
        })
    }

    /// All that the instance tells.
    pub(in crate::workspace) async fn ask(session: &mut Session<'_>) -> Result<Self, Failure> {
        let connections = connections(session, None).await?;
        let domains = domains(session).await?;
        Ok(Self::of(connections, domains))
    }

    fn of(connections: Vec<ConnectionRow>, domains: Vec<DomainRow>) -> Self {
        let connections = connections.into_iter();
        let domains = domains.into_iter();
        Self {
            connections: connections
                .map(|connection| (connection.id, (connection.name, connection.domain_id)))
                .collect(),
            domains: domains.map(|domain| (domain.id, domain.name)).collect(),
        }
    }

    /// What is known of a connection. A domain that may not be seen goes by its id.
    pub(in crate::workspace) fn known(&self, id: &ConnectionId) -> KnownConnection<'_> {
        let Some((name, domain)) = self.connections.get(id) else {
            return KnownConnection::default();
        };
        let called = self.domains.get(domain).map_or(domain.as_str(), String::as_str);
        KnownConnection {
            name: Some(name),
            domain: Some((domain, called)),
        }
    }
}

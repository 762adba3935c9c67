//! What the connections of an instance are called, and whose they are: for lists of pointers that are filtered here,
//! because the instance cannot.

use crate::model::filter::Filter;
use crate::model::{ConnectionId, DomainId, KnownConnection, PointerTest, pointer_test};
use std::collections::HashMap;

/// Connections with their names and domains.
#[derive(Default)]
pub(super) struct Owners {
    connections: HashMap<ConnectionId, (String, DomainId)>,
    domains: HashMap<DomainId, String>,
}

impl Owners {
    /// Whether a filter asks for any of it.
    pub(super) fn are_asked_for(filter: &Filter) -> bool {
        Self::are_needed(filter) || has(filter, |test| matches!(test, PointerTest::Connection(_)))
    }

    /// Whether nothing can be told without it: connections can be found by their ids alone.
    pub(super) fn are_needed(filter: &Filter) -> bool {
        has(filter, |test| matches!(test, PointerTest::Domain(_)))
    }

    /// From domains and their names, and connections with their names and domains.
    pub(super) fn of(
        domains: impl Iterator<Item = (DomainId, String)>,
        connections: impl Iterator<Item = (ConnectionId, String, DomainId)>,
    ) -> Self {
        Self {
            connections: connections
                .map(|(id, name, domain)| (id, (name, domain)))
                .collect(),
            domains: domains.collect(),
        }
    }

    /// What is known of a connection. A domain that may not be seen goes by its id.
    pub(super) fn known(&self, id: &ConnectionId) -> KnownConnection<'_> {
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

fn has(filter: &Filter, wanted: impl Fn(PointerTest<'_>) -> bool) -> bool {
    let mut tests = filter.terms.iter().filter_map(|term| pointer_test(&term.test));
    tests.any(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::POINTER_FIELDS;

    #[test]
    fn connections_can_be_found_by_their_ids_and_domains_cannot() {
        for (text, asked_for, needed) in [
            ("dust #air conn:none", false, false),
            ("conn:conn_000000000001", true, false),
            ("!conn:door", true, false),
            ("conn:door domain:shelves", true, true),
            ("!domain:shelves", true, true),
        ] {
            let filter = Filter::parse(text, POINTER_FIELDS).unwrap();
            assert_eq!(Owners::are_asked_for(&filter), asked_for, "{text}");
            assert_eq!(Owners::are_needed(&filter), needed, "{text}");
        }
    }
}

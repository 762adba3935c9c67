//! Made-up domains: alpha has four with something of everything, beta none, gamma many; archive lets only read.

use super::errand::{Errand, News};
use crate::model::{
    AppId, ConnectionId, ConnectionStatus, CredentialState, DomainId, DomainPermission, Federation,
    FederationId, FederationStatus,
};
use crate::protocol::Code;
use crate::tui::fake::common::{failure, now};
use crate::workspace::{AccessKeyRow, ConnectionRow, DomainRow, DomainTree, Failure};

/// The usual answer.
pub fn answer(errand: Errand) -> News {
    match errand {
        Errand::Tree(instance) => {
            let tree = match instance.as_str() {
                "beta" => Ok(DomainTree::default()),
                "gamma" => Ok(many(2_000)),
                "museum" => Err(failure()),
                "archive" => Ok(DomainTree {
                    federations: Vec::new(),
                    hidden: Some(refused()),
                    ..tree()
                }),
                _ => Ok(tree()),
            };
            News::Tree(instance, tree)
        }
        Errand::Keys(instance, domains) => {
            let may_look = instance.as_str() != "archive";
            let keys = domains.iter().map(|domain| {
                let keys = may_look.then(|| keys(domain)).ok_or_else(refused);
                (domain.clone(), keys)
            });
            let keys = keys.collect();
            News::Keys(instance, domains, Ok(keys))
        }
        Errand::Count(instance, connections) => {
            let counts = connections.iter().map(|connection| {
                let total = match connection.as_str().chars().next_back() {
                    Some('0') => 0,
                    Some('1') => 1,
                    _ => 12_480,
                };
                (connection.clone(), Some(total))
            });
            let counts = counts.collect();
            News::Counted(instance, connections, counts)
        }
    }
}

fn refused() -> Failure {
    Failure::new(
        Code::AccessDenied,
        "only who administers the domain may see that",
        "ask its owner",
    )
}

pub fn domain_id(number: u64) -> DomainId {
    DomainId::parse(&format!("dom_{number:012x}")).unwrap()
}

fn domain(number: u64, name: &str) -> DomainRow {
    DomainRow {
        id: domain_id(number),
        name: name.into(),
        owner_app_id: AppId::parse("owner").ok(),
        created_at: Some(now().plus_seconds(-86_400)),
    }
}

fn connection(number: u64, of: u64, name: &str, about: &str) -> ConnectionRow {
    ConnectionRow {
        id: ConnectionId::parse(&format!("conn_{number:012x}")).unwrap(),
        domain_id: domain_id(of),
        name: name.into(),
        description: about.into(),
        status: ConnectionStatus::Active,
        held_credential: None,
        created_at: Some(now().plus_seconds(-3_600)),
    }
}

fn federation(number: u64, from: u64, to: u64, status: FederationStatus) -> Federation {
    Federation {
        id: FederationId::parse(&format!("fed_{number:012x}")).unwrap(),
        source_domain_id: domain_id(from),
        target_domain_id: domain_id(to),
        status,
        permissions: [DomainPermission::ReadPointers, DomainPermission::ReadWrite].into(),
        created_at: now().plus_seconds(-7_200),
        accepted_at: (status == FederationStatus::Accepted).then(|| now().plus_seconds(-7_000)),
    }
}

/// Four domains.
pub fn tree() -> DomainTree {
    DomainTree {
        domains: vec![
            domain(1, "open data"),
            domain(2, "harbour"),
            domain(3, "federation"),
            domain(4, "nothing yet"),
        ],
        connections: vec![
            connection(0x10, 1, "air", "Hourly means of the stations in the valley"),
            connection(0x11, 1, "tides", "Tide tables, by day"),
            ConnectionRow {
                status: ConnectionStatus::Disabled,
                ..connection(0x22, 2, "cranes", "Loads and wind at the cranes")
            },
            ConnectionRow {
                held_credential: Some("beta".into()),
                ..connection(0x33, 3, "to beta", "Gateway to beta")
            },
        ],
        federations: vec![
            federation(1, 2, 1, FederationStatus::Accepted),
            federation(2, 1, 3, FederationStatus::Pending),
        ],
        held: vec!["beta".into(), "museum".into()],
        hidden: None,
    }
}

/// So many domains, with a connection each.
pub fn many(count: u64) -> DomainTree {
    DomainTree {
        domains: (0..count)
            .map(|number| domain(number, &format!("station {number:04}")))
            .collect(),
        connections: (0..count)
            .map(|number| connection(number, number, "means", "Hourly means"))
            .collect(),
        ..DomainTree::default()
    }
}

/// The first domain has two keys.
fn keys(of: &DomainId) -> Vec<AccessKeyRow> {
    if *of != domain_id(1) {
        return Vec::new();
    }
    let key = |id: &str, state, permissions: &[DomainPermission]| AccessKeyRow {
        id: id.into(),
        domain_id: of.clone(),
        permissions: permissions.to_vec(),
        state,
        created_at: Some(now().plus_seconds(-86_400)),
        expires_at: None,
        last_used: None,
        uses: Some(0),
    };
    vec![
        AccessKeyRow {
            last_used: Some(now().plus_seconds(-300)),
            uses: Some(1_204),
            ..key(
                "key-0a1b2c3d4e5f",
                CredentialState::Active,
                &[DomainPermission::ReadPointers],
            )
        },
        key(
            "key-5f4e3d2c1b0a",
            CredentialState::Suspended,
            &DomainPermission::ALL,
        ),
    ]
}

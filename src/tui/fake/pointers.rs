//! Made-up pointers: lists of any length, details and neighbours.

use super::common::{name, now};
use crate::model::{
    Connection, ConnectionId, ConnectionStatus, DomainId, Endpoint, Federated, Pointer, PointerAddress,
    Profile, Route,
};
use crate::store::{PointerPage, PointerQuery, Start as From};
use crate::tui::paths::FileName;
use crate::tui::pointer;
use crate::workspace::{HangingOn, Neighbor, NeighborPage, PointerDetail, PointerList, Taken};
use serde_json::json;

pub fn address(number: u64) -> PointerAddress {
    PointerAddress::parse(&format!("ptr_{number:012x}")).unwrap()
}

pub fn pointer(number: u64) -> Pointer {
    let connection = ConnectionId::parse("conn_0123456789ab").unwrap();
    let route = match number % 10 {
        1 => Some(Route::Endpoint),
        2 => Some(Route::Circuit),
        3 => Some(Route::Relay),
        _ => None,
    };
    Pointer {
        address: address(number),
        description: format!("Fine dust, hourly means of station {number}"),
        data_reference: format!("https://data.example/air/{number}.csv"),
        tags: vec!["dataset".into(), "air".into()],
        connection_id: Some(connection.clone()),
        x: 1.0,
        y: 2.0,
        z: 3.0,
        created_at: now().plus_seconds(-3_600),
        last_modified: now().plus_seconds(-60),
        credential_pointer_address: None,
        federated: route.map(|route| Federated {
            route,
            connection_id: connection,
            endpoint: Endpoint::parse("http://127.0.0.1:5002").unwrap(),
            profile: Profile::Native,
            kid: None,
            query: json!({"action": "get_pointer_summary", "pointer_address": address(7)}),
        }),
    }
}

/// What an instance lists: alpha a million, beta forty, the others nothing.
pub fn list(of: &str, query: &PointerQuery) -> PointerList {
    let mut page = match of {
        "alpha" => pointers(query),
        "beta" => PointerPage {
            total: Some(40),
            pointers: (0..40).map(pointer).collect(),
            next: None,
        },
        _ => PointerPage {
            total: Some(0),
            pointers: Vec::new(),
            next: None,
        },
    };
    if of == "beta" {
        for (number, pointer) in (0i64..).zip(&mut page.pointers) {
            pointer.created_at = now().plus_seconds(number * 10 - 3_650);
        }
    }
    PointerList { page, remark: None }
}

/// A million rows; a word leaves three, a tag none.
pub fn pointers(query: &PointerQuery) -> PointerPage {
    let text = query.filter.to_string();
    let total: u64 = match text.as_str() {
        "" => 1_000_000,
        text if text.contains('#') => 0,
        _ => 3,
    };
    let first = match query.start {
        From::Offset(offset) => offset,
        _ => 0,
    };
    let end = (first + query.limit.unwrap_or(total)).min(total);
    PointerPage {
        total: Some(total),
        pointers: (first..end).map(pointer).collect(),
        next: (end < total).then(|| end.to_string()),
    }
}

/// Three stored neighbours, and a third of a million by coordinates.
pub fn neighbours(errand: pointer::Errand) -> pointer::News {
    match errand {
        pointer::Errand::Neighbors {
            instance,
            address: of,
            computed,
            offset,
            limit,
        } => {
            let total = if computed { 334_120 } else { 3 };
            let end = (offset + limit).min(total);
            let rows = (offset..end).map(|number| Neighbor {
                address: address(number + if computed { 100 } else { 9 }),
                relationship: if computed {
                    "gyroid_related"
                } else {
                    "derived_from"
                }
                .into(),
                weight: if computed { number as f64 / 10_000.0 } else { 0.8 },
                computed,
                description: Some(format!("Fine dust, hourly means of station {}", number + 9)),
            });
            pointer::News::Neighbors {
                instance,
                address: of,
                computed,
                offset,
                outcome: Ok(NeighborPage {
                    neighbors: rows.collect(),
                    total: Some(total),
                    more: end < total,
                }),
            }
        }
        pointer::Errand::Tags(instance) => {
            let tags = [("air", 120), ("airport", 3), ("dataset", 80), ("water", 7)];
            pointer::News::Tags(instance, tags.map(|(tag, count)| (tag.to_owned(), count)).into())
        }
        pointer::Errand::Taken(instance, reference) => {
            let taken = reference.ends_with("/air/7.csv").then(|| Taken::of(&pointer(7)));
            pointer::News::Taken(instance, reference, taken)
        }
        pointer::Errand::Connections(instance, address, there) => {
            pointer::News::Connections(instance, address, there, Ok(connections()))
        }
        pointer::Errand::MarkedConnections(instance) => {
            pointer::News::MarkedConnections(instance, Ok(connections()))
        }
        pointer::Errand::CredentialPointers(instance, address, there) => {
            let header = |number, description: &str| Pointer {
                description: description.to_owned(),
                tags: vec!["keys".to_owned()],
                data_reference: "sealed_header::AbCdEf".to_owned(),
                ..self::pointer(number)
            };
            let found = vec![header(21, "Login at data.example"), header(22, "")];
            pointer::News::CredentialPointers(instance, address, there, Ok(found))
        }
        pointer::Errand::Hanging(_, address) => pointer::News::Hanging(
            address,
            Ok(HangingOn {
                relationships: 3,
                circuits: vec![Taken::of(&pointer(6))],
                fetched_with: Vec::new(),
                complete: true,
            }),
        ),
        pointer::Errand::HangingOnMarked(_) => pointer::News::HangingOnMarked(Ok(HangingOn {
            relationships: 9,
            circuits: vec![Taken::of(&pointer(6))],
            fetched_with: Vec::new(),
            complete: true,
        })),
        pointer::Errand::Describe(instance, addresses) => {
            let told = addresses
                .into_iter()
                .map(|address| (address.clone(), format!("What {address} is")));
            pointer::News::Described(instance, told.collect())
        }
    }
}

/// An open connection and one that is disabled.
fn connections() -> Vec<Connection> {
    let open = detail().connection.unwrap();
    let closed = Connection {
        id: ConnectionId::parse("conn_0123456789ac").unwrap(),
        name: "archive".into(),
        status: ConnectionStatus::Disabled,
        held_credential: None,
        ..open.clone()
    };
    vec![open, closed]
}

pub fn detail() -> PointerDetail {
    let connection = Connection {
        id: ConnectionId::parse("conn_0123456789ab").unwrap(),
        domain_id: DomainId::parse("dom_0123456789ab").unwrap(),
        name: "to beta".into(),
        description: "Gateway to beta".into(),
        status: ConnectionStatus::Active,
        held_credential: Some("beta".into()),
        created_at: now(),
    };
    PointerDetail {
        pointer: pointer(3),
        neighbors: vec![crate::store::Relationship {
            address: address(9),
            relationship: "derived_from".into(),
            weight: 0.8,
        }],
        relays: vec![connection.clone()],
        connection: Some(connection),
        leads_to: Some(name("beta")),
        credential: Some("beta/alpha-federation".into()),
    }
}

/// The pointer at an address of [`address`], with what is around it.
pub fn detail_of(at: &PointerAddress) -> PointerDetail {
    let number = u64::from_str_radix(at.as_str().trim_start_matches("ptr_"), 16).unwrap_or(0);
    let pointer = pointer(number);
    let leads = pointer.federated.is_some();
    PointerDetail {
        leads_to: leads.then(|| name("beta")),
        credential: leads.then(|| "beta/alpha-federation".into()),
        pointer,
        ..detail()
    }
}

/// What there is in any folder.
pub fn files() -> Vec<FileName> {
    let names = ["air.csv", "air.jsonl", "alpha.txt", "archive/"];
    let files = names.map(|name| FileName {
        name: name.trim_end_matches('/').to_owned(),
        is_folder: name.ends_with('/'),
    });
    files.into()
}

//! What is near among the pointers of a scope: what is near at all, without those that the scope does not cover.

use super::*;
use crate::model::{ConnectionId, Pointer, PointerAddress, PointerScope};
use crate::store::{Nearness, Relationship, Store};
use std::sync::Arc;

/// Sixty pointers: every twelfth bears `few`, every second `many`, every third is in a connection.
async fn sixty(store: &SqliteStore) -> (Vec<Pointer>, ConnectionId) {
    let domain = store.create_domain("d", &app(), NOW).await.unwrap();
    let gate = store
        .create_connection(&domain.id, "g", "", None, NOW)
        .await
        .unwrap()
        .id;
    let mut made = Vec::new();
    for row in 0..60 {
        let mut tags = Vec::new();
        tags.extend((row % 12 == 0).then_some("few"));
        tags.extend((row % 2 == 0).then_some("many"));
        let mut wanted = new(&format!("row {row}"), "", &tags);
        wanted.connection_id = (row % 3 == 0).then(|| gate.clone());
        made.push(store.create_pointer(wanted, NOW).await.unwrap());
    }
    (made, gate)
}

fn bearing(tags: &[&str]) -> PointerScope {
    PointerScope {
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        ..PointerScope::default()
    }
}

/// Scopes that name nothing, few and many, and such as are kept below others.
fn scopes(made: &[Pointer], gate: &ConnectionId) -> Vec<PointerScope> {
    let below = |scope: PointerScope, above: &PointerScope| PointerScope {
        below: Some(Arc::new(above.clone())),
        ..scope
    };
    let all = PointerScope {
        all: true,
        ..PointerScope::default()
    };
    let (few, many) = (bearing(&["few"]), bearing(&["many"]));
    let mut named = bearing(&["few"]);
    named.addresses.insert(made[7].address.clone());
    let mut lent = PointerScope::default();
    lent.of_domains.insert(gate.clone());
    let mut assigned = PointerScope::default();
    assigned.connections.insert(gate.clone());
    vec![
        PointerScope::default(),
        bearing(&["of nobody"]),
        bearing(&["few", "many"]),
        below(lent.clone(), &many),
        below(many.clone(), &few),
        below(all, &few),
        few,
        many,
        named,
        lent,
        assigned,
    ]
}

fn covers(scope: &PointerScope, made: &[Pointer], at: &PointerAddress) -> bool {
    let pointer = made.iter().find(|pointer| pointer.address == *at).unwrap();
    scope.covers(at, &pointer.tags, pointer.connection_id.as_ref())
}

#[tokio::test]
async fn what_is_near_in_a_scope_is_what_is_near_without_the_others() {
    let place = Place::new();
    let store = place.store();
    let (made, gate) = sixty(&store).await;
    for nearness in [Nearness::Gyroid, Nearness::Within(3.0), Nearness::Within(12.0)] {
        let origin = &made[0].address;
        let all = store.nearest(origin, nearness, 100, None).await.unwrap();
        assert_eq!(all.matching, Some(all.pointers.len() as u64));
        for scope in scopes(&made, &gate) {
            let mut expected = all.pointers.clone();
            expected.retain(|(at, _)| covers(&scope, &made, at));
            for limit in [0, 1, 3, 100] {
                let found = store
                    .nearest(origin, nearness, limit, Some(&scope))
                    .await
                    .unwrap();
                assert_eq!(found.matching, None, "how many there are is not told");
                assert_eq!(found.pointers, expected[..limit.min(expected.len())], "{scope:?}");
            }
        }
    }
}

#[tokio::test]
async fn what_is_related_in_a_scope_is_what_is_related_without_the_others() {
    let place = Place::new();
    let store = place.store();
    let (made, gate) = sixty(&store).await;
    let origin = &made[0].address;
    for (weight, other) in made.iter().enumerate().skip(1) {
        store
            .add_relationship(origin, &other.address, "cites", weight as f64, None)
            .await
            .unwrap();
    }
    let all = store.relationships(origin, 100, None).await.unwrap();
    assert_eq!(all.len(), 59);
    for scope in scopes(&made, &gate) {
        let mut expected: Vec<Relationship> = all.clone();
        expected.retain(|other| covers(&scope, &made, &other.address));
        for limit in [0, 1, 3, 100] {
            let found = store.relationships(origin, limit, Some(&scope)).await.unwrap();
            assert_eq!(found, expected[..limit.min(expected.len())], "{scope:?}");
        }
    }
}

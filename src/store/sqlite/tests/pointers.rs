//! Making, reading, changing, assigning and removing pointers; relationships; counts.

use super::*;
use crate::model::{
    ConnectionId, Endpoint, Federated, Pointer, PointerAddress, PointerChange, Profile, Route,
};
use crate::store::{Nearness, Store, StoreError};

fn nobody() -> PointerAddress {
    PointerAddress::parse("ptr_000000000000").unwrap()
}

fn federated(query: &str, connection: &ConnectionId) -> Federated {
    Federated {
        route: Route::Endpoint,
        connection_id: connection.clone(),
        endpoint: Endpoint::parse("http://127.0.0.1:5001").unwrap(),
        profile: Profile::Native,
        kid: None,
        query: serde_json::json!({ "action": query, "zeta": 1, "alpha": [1.5, null] }),
    }
}

#[tokio::test]
async fn what_was_made_reads_back() {
    let place = Place::new();
    let store = place.store();
    let domain = store.create_domain("science", &app(), NOW).await.unwrap();
    let connection = store
        .create_connection(&domain.id, "gate", "to the archive", Some("held-b"), NOW)
        .await
        .unwrap();
    let mut wanted = new(
        "https://example/data",
        "Weather in Ürümqi",
        &["weather", "日本", "weather"],
    );
    wanted.connection_id = Some(connection.id.clone());
    wanted.credential_pointer_address = Some(nobody());
    wanted.federated = Some(federated("get_graph_stats", &connection.id));
    let made = store.create_pointer(wanted.clone(), NOW).await.unwrap();
    assert_eq!(made.data_reference, wanted.data_reference);
    assert_eq!(made.tags, wanted.tags);
    assert_eq!(made.federated, wanted.federated);
    assert_eq!(store.pointer(&made.address).await.unwrap(), Some(made.clone()));
    let summary = store.summary(&made.address).await.unwrap().unwrap();
    assert_eq!(summary.description, "Weather in Ürümqi");
    assert_eq!(summary.connection_id, Some(connection.id));
    assert_eq!(summary.tags, made.tags);
    assert_eq!((summary.neighbor_count, summary.created_at), (0, NOW));
    assert_eq!(store.pointer(&nobody()).await.unwrap(), None);
    assert_eq!(store.summary(&nobody()).await.unwrap(), None);
    store.close().await;
    let again = place.store();
    assert_eq!(again.pointer(&made.address).await.unwrap(), Some(made));
}

#[tokio::test]
async fn coordinates_follow_from_the_address() {
    let place = Place::new();
    let made = place
        .store()
        .create_pointer(new("a", "", &[]), NOW)
        .await
        .unwrap();
    let digest = <sha2::Sha256 as sha2::Digest>::digest(made.address.as_str().as_bytes());
    let expected = crate::model::gyroid_coordinates(&digest.into());
    assert_eq!((made.x, made.y, made.z), expected);
}

fn duplicate_of(outcome: Result<Pointer, StoreError>) -> PointerAddress {
    match outcome {
        Err(StoreError::DuplicateReference { address }) => address,
        other => panic!("expected a duplicate, got {other:?}"),
    }
}

#[tokio::test]
async fn a_data_reference_is_there_once_and_the_refusal_names_who_has_it() {
    let place = Place::new();
    let store = place.store();
    let first = store.create_pointer(new("same", "", &[]), NOW).await.unwrap();
    let second = store.create_pointer(new("other", "", &[]), NOW).await.unwrap();
    assert_eq!(
        duplicate_of(store.create_pointer(new("same", "x", &[]), NOW).await),
        first.address
    );
    let change = PointerChange {
        data_reference: Some("same".to_owned()),
        description: Some("must not stay".to_owned()),
        ..PointerChange::default()
    };
    assert_eq!(
        duplicate_of(store.update_pointer(&second.address, change, NOW).await),
        first.address
    );
    assert_eq!(store.pointer(&second.address).await.unwrap(), Some(second));
    assert_eq!(store.statistics().await.unwrap().pointers, 2);
}

#[tokio::test]
async fn a_federated_pointer_is_unique_by_its_reference_and_its_federated_part_together() {
    let place = Place::new();
    let store = place.store();
    let connection = ConnectionId::parse("conn_0123456789ab").unwrap();
    let make = |query: Option<&str>| {
        let mut wanted = new("http://127.0.0.1:5001/invoke", "", &[]);
        wanted.federated = query.map(|query| federated(query, &connection));
        store.create_pointer(wanted, NOW)
    };
    let plain = make(None).await.unwrap();
    let one = make(Some("one")).await.unwrap();
    make(Some("two")).await.unwrap();
    assert_eq!(duplicate_of(make(None).await), plain.address);
    assert_eq!(duplicate_of(make(Some("one")).await), one.address);
}

#[tokio::test]
async fn changes_replace_only_what_they_name() {
    let place = Place::new();
    let store = place.store();
    let made = store
        .create_pointer(new("a", "first words", &["x", "y"]), NOW)
        .await
        .unwrap();
    let later = NOW.plus_seconds(5);
    let change = PointerChange {
        description: Some("second words".to_owned()),
        tags: Some(vec!["y".to_owned(), "z".to_owned()]),
        ..PointerChange::default()
    };
    let changed = store.update_pointer(&made.address, change, later).await.unwrap();
    let expected = Pointer {
        description: "second words".to_owned(),
        tags: vec!["y".to_owned(), "z".to_owned()],
        last_modified: later,
        ..made.clone()
    };
    assert_eq!(changed, expected);
    assert_eq!(store.pointer(&made.address).await.unwrap(), Some(expected));
    assert_eq!(
        store.tags().await.unwrap(),
        [("y".to_owned(), 1), ("z".to_owned(), 1)]
    );
    let missing = store
        .update_pointer(&nobody(), PointerChange::default(), NOW)
        .await;
    assert!(matches!(
        missing,
        Err(StoreError::NotFound { what: "pointer", .. })
    ));
}

#[tokio::test]
async fn every_change_is_later_than_the_one_before_and_one_that_was_not_seen_keeps_another_from_being_written()
 {
    let place = Place::new();
    let store = place.store();
    let made = store.create_pointer(new("a", "made", &[]), NOW).await.unwrap();
    let change = |words: &str, seen: &Pointer| PointerChange {
        description: Some(words.to_owned()),
        if_unchanged_since: Some(seen.last_modified),
        ..PointerChange::default()
    };
    // The clock stands still, then goes back.
    let first = store
        .update_pointer(&made.address, change("first", &made), NOW)
        .await
        .unwrap();
    assert!(first.last_modified > made.last_modified);
    let assigned = store
        .assign_pointer(&made.address, None, None, NOW.plus_seconds(-60))
        .await
        .unwrap();
    assert!(assigned.last_modified > first.last_modified);
    for seen in [&made, &first] {
        let refused = store
            .update_pointer(&made.address, change("late", seen), NOW)
            .await;
        match refused {
            Err(StoreError::ChangedMeanwhile { what, name, at }) => assert_eq!(
                (what, name.as_str(), at),
                ("pointer", made.address.as_str(), Some(assigned.last_modified))
            ),
            other => panic!("expected that it was changed meanwhile, got {other:?}"),
        }
    }
    assert_eq!(store.pointer(&made.address).await.unwrap(), Some(assigned));
}

#[tokio::test]
async fn what_was_decided_by_a_look_is_not_written_to_a_pointer_that_is_another_by_now() {
    let place = Place::new();
    let store = place.store();
    let seen = store.create_pointer(new("a", "", &["team"]), NOW).await.unwrap();
    let other = store.create_pointer(new("b", "", &["team"]), NOW).await.unwrap();
    let (at, to) = (&seen.address, &other.address);
    store.add_relationship(at, to, "cites", 1.0, None).await.unwrap();
    let change = PointerChange {
        tags: Some(vec!["private".to_owned()]),
        ..PointerChange::default()
    };
    let taken = store.update_pointer(at, change, NOW).await.unwrap();
    let both = |one: &Pointer| Some([one.last_modified, other.last_modified]);
    let turned = Some([other.last_modified, seen.last_modified]);
    let refusals = [
        store.delete_pointer(at, Some(seen.last_modified)).await.err(),
        store
            .assign_pointer(at, None, Some(seen.last_modified), NOW)
            .await
            .err(),
        store
            .add_relationship(at, to, "cites", 0.5, both(&seen))
            .await
            .err(),
        store.add_relationship(to, at, "cites", 0.5, turned).await.err(),
        store.remove_relationships(at, to, None, both(&seen)).await.err(),
    ];
    for refusal in refusals {
        assert!(
            matches!(&refusal, Some(StoreError::ChangedMeanwhile { what: "pointer", name, at: Some(when) })
                if name == at.as_str() && *when == taken.last_modified),
            "{refusal:?}"
        );
    }
    assert_eq!(store.pointer(at).await.unwrap(), Some(taken.clone()));
    assert_eq!(store.relationships(at, 10, None).await.unwrap()[0].weight, 1.0);
    store
        .add_relationship(at, to, "cites", 0.5, both(&taken))
        .await
        .unwrap();
    assert_eq!(
        store
            .remove_relationships(at, to, None, both(&taken))
            .await
            .unwrap(),
        1
    );
    let seen = store
        .assign_pointer(at, None, Some(taken.last_modified), NOW)
        .await
        .unwrap();
    store.delete_pointer(at, Some(seen.last_modified)).await.unwrap();
}

#[tokio::test]
async fn assigning_needs_both_to_be_there() {
    let place = Place::new();
    let store = place.store();
    let domain = store.create_domain("d", &app(), NOW).await.unwrap();
    let gate = store
        .create_connection(&domain.id, "g", "", None, NOW)
        .await
        .unwrap();
    let made = store.create_pointer(new("a", "", &[]), NOW).await.unwrap();
    let assigned = store
        .assign_pointer(&made.address, Some(&gate.id), None, NOW)
        .await
        .unwrap();
    assert_eq!(assigned.connection_id, Some(gate.id.clone()));
    let unknown = ConnectionId::parse("conn_ffffffffffff").unwrap();
    let refused = store
        .assign_pointer(&made.address, Some(&unknown), None, NOW)
        .await;
    assert!(matches!(
        refused,
        Err(StoreError::NotFound {
            what: "connection",
            ..
        })
    ));
    let refused = store.assign_pointer(&nobody(), Some(&gate.id), None, NOW).await;
    assert!(matches!(
        refused,
        Err(StoreError::NotFound { what: "pointer", .. })
    ));
    let freed = store
        .assign_pointer(&made.address, None, None, NOW)
        .await
        .unwrap();
    assert_eq!(freed.connection_id, None);
    let mut wanted = new("b", "", &[]);
    wanted.connection_id = Some(unknown);
    let refused = store.create_pointer(wanted, NOW).await;
    assert!(matches!(
        refused,
        Err(StoreError::NotFound {
            what: "connection",
            ..
        })
    ));
}

#[tokio::test]
async fn relationships_run_both_ways_and_go_with_their_pointer() {
    let place = Place::new();
    let store = place.store();
    let mut made = Vec::new();
    for name in ["a", "b", "c"] {
        made.push(
            store
                .create_pointer(new(name, "", &[]), NOW)
                .await
                .unwrap()
                .address,
        );
    }
    let (a, b, c) = (&made[0], &made[1], &made[2]);
    store.add_relationship(a, b, "cites", 0.25, None).await.unwrap();
    store.add_relationship(b, a, "cites", 0.75, None).await.unwrap();
    store.add_relationship(a, b, "contains", 0.1, None).await.unwrap();
    store.add_relationship(c, a, "cites", 0.5, None).await.unwrap();
    let of_a: Vec<_> = store
        .relationships(a, 10, None)
        .await
        .unwrap()
        .into_iter()
        .map(|found| (found.address, found.relationship, found.weight))
        .collect();
    let named = |address: &PointerAddress, kind: &str, weight| (address.clone(), kind.to_owned(), weight);
    assert_eq!(
        of_a,
        [
            named(b, "cites", 0.75),
            named(c, "cites", 0.5),
            named(b, "contains", 0.1)
        ]
    );
    assert_eq!(store.relationships(a, 1, None).await.unwrap().len(), 1);
    assert_eq!(store.edges(Some("cites"), 10).await.unwrap().len(), 2);
    assert_eq!(store.edges(None, 10).await.unwrap().len(), 3);
    assert_eq!(store.edges(None, 1).await.unwrap().len(), 1);
    let kinds: Vec<String> = store.relationship_kinds(a).await.unwrap().into_iter().collect();
    assert_eq!(kinds, ["cites", "contains"]);
    assert_eq!(store.summary(a).await.unwrap().unwrap().neighbor_count, 3);
    assert_eq!(store.statistics().await.unwrap().relationships, 3);
    store.delete_pointer(b, None).await.unwrap();
    assert_eq!(store.summary(a).await.unwrap().unwrap().neighbor_count, 1);
    assert_eq!(store.statistics().await.unwrap().relationships, 1);
    assert_eq!(store.relationships(b, 10, None).await.unwrap(), []);
    let refused = store.add_relationship(a, b, "cites", 1.0, None).await;
    assert!(matches!(refused, Err(StoreError::NotFound { .. })));
    assert!(store.add_relationship(a, a, "cites", 1.0, None).await.is_err());
    assert!(
        store
            .add_relationship(a, c, "cites", f64::NAN, None)
            .await
            .is_err()
    );
}

#[tokio::test]
async fn a_removed_pointer_leaves_nothing_behind() {
    let place = Place::new();
    let store = place.store();
    let made = store
        .create_pointer(new("a", "some words", &["t"]), NOW)
        .await
        .unwrap();
    store.delete_pointer(&made.address, None).await.unwrap();
    assert_eq!(store.pointer(&made.address).await.unwrap(), None);
    assert_eq!(store.statistics().await.unwrap().pointers, 0);
    assert_eq!(store.tags().await.unwrap(), []);
    let twice = store.delete_pointer(&made.address, None).await;
    assert!(matches!(twice, Err(StoreError::NotFound { what: "pointer", .. })));
    store
        .create_pointer(new("a", "some words", &["t"]), NOW)
        .await
        .unwrap();
}

#[tokio::test]
async fn many_are_made_all_or_none_and_the_first_bad_one_is_named() {
    let place = Place::new();
    let store = place.store();
    for size in [3, 200] {
        let mut rows: Vec<_> = (0..size)
            .map(|row| new(&format!("r{size}-{row}"), &format!("row {row}"), &["bulk"]))
            .collect();
        rows[2] = new(&format!("r{size}-1"), "", &[]);
        let before = store.statistics().await.unwrap();
        let (index, error) = store.create_pointers(rows.clone(), NOW).await.unwrap_err();
        assert_eq!(index, 2);
        assert!(matches!(error, StoreError::DuplicateReference { .. }));
        assert_eq!(store.statistics().await.unwrap(), before);
        rows[2] = new(&format!("r{size}-2"), "", &[]);
        assert_eq!(store.create_pointers(rows, NOW).await.unwrap(), size);
        assert_eq!(store.statistics().await.unwrap().pointers, before.pointers + size);
    }
    assert_eq!(store.create_pointers(Vec::new(), NOW).await.unwrap(), 0);
}

#[tokio::test]
async fn what_is_near_follows_what_is_made_and_deleted() {
    let place = Place::new();
    let store = place.store();
    let mut made = Vec::new();
    let expect = async |round: usize, made: &mut Vec<PointerAddress>| {
        for row in 0..30 {
            let pointer = new(&format!("{round} {row}"), "", &[]);
            made.push(store.create_pointer(pointer, NOW).await.unwrap().address);
        }
        // The origin stays; another one goes.
        store.delete_pointer(&made.remove(7), None).await.unwrap();
        let origin = made[0].clone();
        let here = place_of(&origin);
        let mut expected: Vec<_> = made[1..]
            .iter()
            .filter_map(|other| Some((other.clone(), Nearness::Gyroid.score(here, place_of(other))?)))
            .collect();
        expected.sort_by(|left, right| left.1.total_cmp(&right.1));
        let found = store.nearest(&origin, Nearness::Gyroid, 5, None).await.unwrap();
        assert_eq!(found.matching, Some(expected.len() as u64));
        // Addresses are random: sometimes fewer than five are near.
        expected.truncate(5);
        assert_eq!(found.pointers, expected);
    };
    for round in 0..3 {
        expect(round, &mut made).await;
    }
}

fn place_of(address: &PointerAddress) -> (f64, f64, f64) {
    use sha2::{Digest, Sha256};
    crate::model::gyroid_coordinates(&Sha256::digest(address.as_str().as_bytes()).into())
}

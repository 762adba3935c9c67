//! Domains, connections, credentials and offers.

use super::*;
use crate::model::{
    ConnectionId, ConnectionStatus, CredentialState, DomainId, DomainPermission, Endpoint, FederationStatus,
    Grant, KeyId, Profile,
};
use crate::store::{
    Begun, ConnectionChange, HeldRecord, IssuedRecord, OfferRecord, OnceKey, Store, StoreError,
};

fn issued(name: &str) -> IssuedRecord {
    IssuedRecord {
        life: None,
        sealed_previous: None,
        access_key: None,
        name: name.to_owned(),
        app_id: app(),
        profile: Profile::Native,
        kid: Some(KeyId::parse("kid_0123456789abcdef").unwrap()),
        endpoint: Endpoint::parse("http://127.0.0.1:5001").unwrap(),
        grant: Grant::owner(),
        state: CredentialState::Active,
        verified: true,
        expires_at: Some(NOW.plus_seconds(60)),
        created_at: NOW,
        last_used: None,
        uses: 0,
        sealed_secrets: vec![0, 1, 255],
    }
}

#[tokio::test]
async fn domains_and_connections_read_back() {
    let place = Place::new();
    let store = place.store();
    let domain = store.create_domain("science", &app(), NOW).await.unwrap();
    assert_eq!(store.domain(&domain.id).await.unwrap(), Some(domain.clone()));
    let twice = store.create_domain("science", &app(), NOW).await;
    assert!(matches!(
        twice,
        Err(StoreError::AlreadyExists { what: "domain", .. })
    ));
    let other = store
        .create_domain("arts", &app(), NOW.plus_seconds(1))
        .await
        .unwrap();
    assert_eq!(store.domains().await.unwrap(), [domain.clone(), other.clone()]);
    let gate = store
        .create_connection(&domain.id, "gate", "words", Some("held-b"), NOW)
        .await
        .unwrap();
    assert_eq!(store.connection(&gate.id).await.unwrap().as_deref(), Some(&gate));
    assert_eq!(
        store.connections(Some(&domain.id)).await.unwrap(),
        std::slice::from_ref(&gate)
    );
    assert_eq!(store.connections(Some(&other.id)).await.unwrap(), []);
    let closed = store
        .set_connection_status(&gate.id, ConnectionStatus::Disabled)
        .await
        .unwrap();
    assert_eq!(closed.status, ConnectionStatus::Disabled);
    assert_eq!(store.connections(None).await.unwrap(), [closed]);
    let nowhere = DomainId::parse("dom_0123456789ab").unwrap();
    let refused = store.create_connection(&nowhere, "x", "", None, NOW).await;
    assert!(matches!(
        refused,
        Err(StoreError::NotFound { what: "domain", .. })
    ));
    let nothing = ConnectionId::parse("conn_0123456789ab").unwrap();
    let refused = store
        .set_connection_status(&nothing, ConnectionStatus::Active)
        .await;
    assert!(matches!(
        refused,
        Err(StoreError::NotFound {
            what: "connection",
            ..
        })
    ));
    let counts = store.statistics().await.unwrap();
    assert_eq!((counts.domains, counts.connections), (2, 1));
}

#[tokio::test]
async fn issued_credentials_read_back_and_their_names_are_unique() {
    let place = Place::new();
    let store = place.store();
    store.insert_issued(issued("a")).await.unwrap();
    assert_eq!(store.issued().await.unwrap(), [issued("a")]);
    let twice = store.insert_issued(issued("a")).await;
    assert!(matches!(
        twice,
        Err(StoreError::AlreadyExists {
            what: "credential",
            ..
        })
    ));
    let mut changed = issued("a");
    changed.state = CredentialState::Revoked;
    changed.kid = None;
    changed.expires_at = None;
    store.update_issued(changed.clone()).await.unwrap();
    assert_eq!(store.issued().await.unwrap(), [changed]);
    let missing = store.update_issued(issued("b")).await;
    assert!(matches!(
        missing,
        Err(StoreError::NotFound {
            what: "credential",
            ..
        })
    ));
}

#[tokio::test]
async fn noted_uses_survive_an_update_made_from_an_older_reading() {
    let place = Place::new();
    let store = place.store();
    store.insert_issued(issued("a")).await.unwrap();
    store.insert_issued(issued("b")).await.unwrap();
    let later = NOW.plus_seconds(9);
    let uses = vec![
        ("a".to_owned(), later, 7),
        ("gone".to_owned(), later, 1),
        ("b".to_owned(), NOW, 1),
    ];
    store.note_use(uses.clone()).await.unwrap();
    store.note_use(uses).await.unwrap();
    store.note_use(vec![("a".to_owned(), NOW, 3)]).await.unwrap();
    store.update_issued(issued("a")).await.unwrap();
    let found = store.issued().await.unwrap();
    assert_eq!((found[0].last_used, found[0].uses), (Some(later), 7));
    assert_eq!((found[1].last_used, found[1].uses), (Some(NOW), 1));
}

#[tokio::test]
async fn a_removed_credential_leaves_its_name_free() {
    let place = Place::new();
    let store = place.store();
    store.insert_issued(issued("a")).await.unwrap();
    let mut written = new("ref", "written by a", &[]);
    written.author = Some("a".to_owned());
    let written = store.create_pointer(written, NOW).await.unwrap().address;
    store.remove_issued("a").await.unwrap();
    // Whoever has the name next is not the author of what its holder of before wrote.
    let author = store.author(&written).await.unwrap();
    assert_eq!(author.as_deref(), Some("a (removed)"));
    assert_eq!(store.issued().await.unwrap(), []);
    assert!(matches!(
        store.remove_issued("a").await,
        Err(StoreError::NotFound { .. })
    ));
    store.insert_issued(issued("a")).await.unwrap();
}

#[tokio::test]
async fn held_credentials_are_replaced_and_removed() {
    let place = Place::new();
    let store = place.store();
    let mut held = HeldRecord {
        life: Some(serde_json::json!({"state": "opened"})),
        sealed_pending: Some(vec![7]),
        grant: None,
        peer: None,
        last_used: None,
        uses: 0,
        name: "to-b".to_owned(),
        app_id: app(),
        profile: Profile::Legacy,
        kid: None,
        endpoint: Endpoint::parse("https://b.example").unwrap(),
        verified: false,
        expires_at: None,
        created_at: NOW,
        sealed_form: vec![9; 40],
    };
    store.put_held(held.clone()).await.unwrap();
    held.verified = true;
    store.put_held(held.clone()).await.unwrap();
    assert_eq!(store.held().await.unwrap(), [held]);
    store.remove_held("to-b").await.unwrap();
    assert_eq!(store.held().await.unwrap(), []);
    assert!(matches!(
        store.remove_held("to-b").await,
        Err(StoreError::NotFound { .. })
    ));
}

#[tokio::test]
async fn withdrawn_offers_are_not_listed() {
    let place = Place::new();
    let store = place.store();
    let mut offer = OfferRecord {
        delivery: crate::model::Delivery::Code,
        code: Some(crate::store::CodeRecord {
            nameplate: "4711".into(),
            sealed: Some(vec![1, 2, 3]),
            ends: Timestamp::from_micros(9),
        }),
        id: "offer-1".to_owned(),
        label: "for A".to_owned(),
        credentials: vec!["a".to_owned(), "b".to_owned()],
        words: vec!["one".to_owned(); 7],
        state: "offered".to_owned(),
        created_at: NOW,
        expires_at: NOW.plus_seconds(60),
    };
    store.put_offer(offer.clone()).await.unwrap();
    assert_eq!(store.offers().await.unwrap(), [offer.clone()]);
    offer.state = "withdrawn".to_owned();
    store.put_offer(offer).await.unwrap();
    assert_eq!(store.offers().await.unwrap(), []);
}

#[tokio::test]
async fn a_federation_is_accepted_once_and_its_key_opens_nothing_afterwards() {
    let place = Place::new();
    let store = place.store();
    let a = store.create_domain("a", &app(), NOW).await.unwrap().id;
    let b = store.create_domain("b", &app(), NOW).await.unwrap().id;
    let permissions = [DomainPermission::ReadPointers, DomainPermission::ReadWrite];
    let asked = store
        .create_federation(&a, &b, permissions.into(), [7; 32], NOW)
        .await
        .unwrap();
    assert_eq!(asked.permissions, permissions.into());
    assert_eq!(store.federation(&asked.id).await.unwrap(), Some(asked.clone()));
    assert_eq!(
        store.requested_federation([7; 32]).await.unwrap(),
        Some(asked.clone())
    );
    assert_eq!(store.requested_federation([8; 32]).await.unwrap(), None);
    let again = store
        .create_federation(&a, &b, permissions.into(), [9; 32], NOW)
        .await;
    assert!(matches!(
        again,
        Err(StoreError::AlreadyExists {
            what: "federation",
            ..
        })
    ));
    // The other way round is another federation.
    let back = store
        .create_federation(&b, &a, permissions.into(), [9; 32], NOW)
        .await
        .unwrap();
    let later = NOW.plus_seconds(1);
    let (one, other) = tokio::join!(
        store.accept_federation(&asked.id, later),
        store.accept_federation(&asked.id, later)
    );
    assert_eq!(one.is_ok() as u8 + other.is_ok() as u8, 1, "exactly one accepts");
    assert_eq!(store.requested_federation([7; 32]).await.unwrap(), None);
    let accepted = store.federation(&asked.id).await.unwrap().unwrap();
    assert_eq!(
        (accepted.status, accepted.accepted_at),
        (FederationStatus::Accepted, Some(later))
    );
    let needed = store.delete_domain(&b).await;
    assert!(matches!(needed, Err(StoreError::InUse { by, .. }) if by.len() == 2));
    for id in [&asked.id, &back.id] {
        let ended = store.revoke_federation(id).await.unwrap();
        assert_eq!(ended.status, FederationStatus::Revoked);
    }
    assert_eq!(store.requested_federation([9; 32]).await.unwrap(), None);
    store.delete_domain(&b).await.unwrap();
    assert_eq!(store.federations().await.unwrap(), []);
    let nowhere = store
        .create_federation(&a, &b, permissions.into(), [1; 32], NOW)
        .await;
    assert!(matches!(
        nowhere,
        Err(StoreError::NotFound { what: "domain", .. })
    ));
}

#[tokio::test]
async fn connections_are_changed_in_part() {
    let place = Place::new();
    let store = place.store();
    let domain = store.create_domain("a", &app(), NOW).await.unwrap();
    let made = store
        .create_connection(&domain.id, "gate", "words", Some("held"), NOW)
        .await
        .unwrap();
    let change = ConnectionChange {
        name: Some("door".to_owned()),
        ..ConnectionChange::default()
    };
    let changed = store.update_connection(&made.id, change).await.unwrap();
    assert_eq!(
        (
            changed.name.as_str(),
            changed.description.as_str(),
            changed.held_credential.as_deref()
        ),
        ("door", "words", Some("held"))
    );
    let change = ConnectionChange {
        held_credential: Some(None),
        ..ConnectionChange::default()
    };
    let changed = store.update_connection(&made.id, change).await.unwrap();
    assert_eq!(changed.held_credential, None);
    store.delete_connection(&made.id).await.unwrap();
    assert_eq!(store.connection(&made.id).await.unwrap(), None);
}

#[tokio::test]
async fn a_connection_that_is_asked_for_again_is_as_it_is_by_then() {
    let place = Place::new();
    let store = place.store();
    let domain = store.create_domain("a", &app(), NOW).await.unwrap();
    let mut made = Vec::new();
    for name in ["gate", "door"] {
        let connection = store.create_connection(&domain.id, name, "", None, NOW).await;
        made.push(connection.unwrap());
    }
    for _ in 0..3 {
        for connection in &made {
            for _ in 0..2 {
                let found = store.connection(&connection.id).await.unwrap();
                assert_eq!(found.as_deref(), Some(connection));
            }
        }
        let change = ConnectionChange {
            name: Some(format!("{}s", made[1].name)),
            ..ConnectionChange::default()
        };
        let id = made[1].id.clone();
        made[1] = store.update_connection(&id, change).await.unwrap();
    }
    store.delete_connection(&made[1].id).await.unwrap();
    for _ in 0..2 {
        assert_eq!(store.connection(&made[1].id).await.unwrap(), None);
    }
}

#[test]
fn what_needs_a_connection_is_found_by_indices() {
    let place = Place::new();
    drop(place.store());
    let conn = rusqlite::Connection::open(place.data()).unwrap();
    let sql = format!("EXPLAIN QUERY PLAN {}", super::super::domains::NEEDED_BY);
    let mut statement = conn.prepare(&sql).unwrap();
    let rows = statement
        .query_map(rusqlite::params![1, "conn_000000000001", 3], |row| {
            row.get::<_, String>(3)
        })
        .unwrap();
    let walks: Vec<String> = rows
        .map(Result::unwrap)
        .filter(|step| step.contains("pointers") && !step.contains("INDEX"))
        .collect();
    assert!(walks.is_empty(), "{walks:?}");
}

#[tokio::test]
async fn a_call_that_is_done_once_is_forgotten_when_it_is_old_however_many_others_are() {
    let place = Place::new();
    let store = place.store();
    let once = |key: usize| OnceKey {
        caller: "night".to_owned(),
        key: format!("job-{key}"),
    };
    for key in 0..200 {
        let began = store.begin_once(&once(key), [1; 32], NOW, NOW).await.unwrap();
        assert_eq!(began, Begun::Now);
        store.end_once(&once(key), vec![7], None).await.unwrap();
    }
    let later = NOW.plus_seconds(2 * 86_400);
    for key in [199, 198, 0] {
        let began = store
            .begin_once(&once(key), [2; 32], later, later.plus_seconds(-86_400))
            .await;
        assert_eq!(began.unwrap(), Begun::Now, "job-{key}");
    }
    let again = store.begin_once(&once(199), [2; 32], later, NOW).await.unwrap();
    assert_eq!(again, Begun::WithoutEnd, "that one is not old");
}

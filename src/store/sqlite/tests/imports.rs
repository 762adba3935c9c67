//! Imports: all at once or not at all.

use super::*;
use crate::model::{ConnectionId, Endpoint, Federated, PointerAddress, PointerScope, Profile, Route};
use crate::store::sqlite::imports::Imports;
use crate::store::{ImportBounds, ImportId, ImportRow, PointerQuery, Staged, Store, StoreError};
use serde_json::json;
use std::collections::BTreeSet;

/// The credential that imports.
const ANN: &str = "ann";

/// Rows that relay through nothing.
fn plain(rows: Vec<NewPointer>) -> Vec<ImportRow> {
    rows.into_iter().map(ImportRow::from).collect()
}

async fn stage(store: &SqliteStore, id: ImportId, rows: Vec<NewPointer>) -> Staged {
    store.import_rows(id, ANN, plain(rows), NOW).await.unwrap()
}

fn rows(from: u64, to: u64) -> Vec<NewPointer> {
    (from..to)
        .map(|row| {
            new(
                &format!("import-{row}"),
                &format!("imported row {row}"),
                &["bulk", "other"],
            )
        })
        .collect()
}

#[tokio::test]
async fn rows_appear_all_at_once_and_are_found_like_any_other() {
    let place = Place::new();
    let store = place.store();
    store
        .create_pointer(new("before", "imported earlier", &["bulk"]), NOW)
        .await
        .unwrap();
    let id = store.begin_import(ANN, NOW).await.unwrap();
    assert_eq!(stage(&store, id, rows(0, 1500)).await.rows, 1500);
    assert_eq!(stage(&store, id, rows(1500, 3000)).await.rows, 3000);
    assert_eq!(store.statistics().await.unwrap().pointers, 1);
    assert_eq!(store.commit_import(id, ANN, None, NOW).await.unwrap(), 3000);
    assert_eq!(files_with(&place, "-import-"), 0);
    assert_eq!(store.statistics().await.unwrap().pointers, 3001);
    assert_eq!(
        store.tags().await.unwrap(),
        [("bulk".to_owned(), 3001), ("other".to_owned(), 3000)]
    );
    let query = PointerQuery {
        term: Some("imported row 299_".to_owned()),
        ..PointerQuery::default()
    };
    let found = store.pointers(&query).await.unwrap();
    assert_eq!(found.pointers.len(), 10);
    let one = store.pointer(&found.pointers[0].address).await.unwrap().unwrap();
    assert_eq!(one, found.pointers[0]);
    assert_eq!(one.created_at, NOW);
    let after = store.create_pointer(new("after", "", &[]), NOW).await.unwrap();
    let all = store.pointers(&PointerQuery::default()).await.unwrap().pointers;
    assert_eq!(all.last(), Some(&after));
    assert!(store.commit_import(id, ANN, None, NOW).await.is_err());
}

#[tokio::test]
async fn an_aborted_import_leaves_nothing() {
    let place = Place::new();
    let store = place.store();
    let id = store.begin_import(ANN, NOW).await.unwrap();
    stage(&store, id, rows(0, 10)).await;
    assert_eq!(files_with(&place, "-import-"), 1);
    store.abort_import(id, ANN).await.unwrap();
    assert_eq!(files_with(&place, "-import-"), 0);
    assert_eq!(store.statistics().await.unwrap().pointers, 0);
    let error = store
        .import_rows(id, ANN, plain(rows(0, 1)), NOW)
        .await
        .unwrap_err();
    assert!(matches!(error, StoreError::NotFound { what: "import", .. }));
}

#[tokio::test]
async fn rows_that_cannot_be_are_all_told_at_once_and_the_others_stay() {
    let place = Place::new();
    let store = place.store();
    let there = store.create_pointer(new("there", "", &[]), NOW).await.unwrap();
    let id = store.begin_import(ANN, NOW).await.unwrap();
    stage(&store, id, rows(0, 10)).await;
    let mut mixed = rows(10, 16);
    mixed[0] = new("there", "", &["lost"]);
    mixed[2] = new("import-3", "", &["lost"]);
    mixed[3].connection_id = Some(ConnectionId::parse("conn_0123456789ab").unwrap());
    mixed[5] = new("import-11", "", &["lost"]);
    let staged = stage(&store, id, mixed).await;
    assert_eq!(staged.rows, 12);
    let [(0, first), (2, second), (3, third), (5, fourth)] = staged.refused.as_slice() else {
        panic!("{:?}", staged.refused);
    };
    assert!(matches!(first, StoreError::DuplicateReference { address } if *address == there.address));
    for staged_before in [second, fourth] {
        assert!(matches!(staged_before, StoreError::DuplicateReference { .. }));
    }
    assert!(matches!(
        third,
        StoreError::NotFound {
            what: "connection",
            ..
        }
    ));
    let nothing_new = stage(&store, id, rows(0, 10)).await;
    assert_eq!((nothing_new.rows, nothing_new.refused.len()), (12, 10));
    assert_eq!(stage(&store, id, rows(20, 22)).await.rows, 14);
    assert_eq!(store.commit_import(id, ANN, None, NOW).await.unwrap(), 14);
    assert_eq!(store.statistics().await.unwrap().pointers, 15);
    let tags = [("bulk".to_owned(), 14), ("other".to_owned(), 14)];
    assert_eq!(store.tags().await.unwrap(), tags);
}

#[tokio::test]
async fn only_so_many_imports_are_open_at_a_time() {
    let place = Place::new();
    let store = place.store();
    let first = store.begin_import(ANN, NOW).await.unwrap();
    store.begin_import(ANN, NOW).await.unwrap();
    let error = store.begin_import(ANN, NOW).await.unwrap_err();
    assert!(
        matches!(error, StoreError::TooManyImports { open: 2, own: true }),
        "{error}"
    );
    for name in ["b", "c", "d"] {
        store.begin_import(name, NOW).await.unwrap();
        store.begin_import(name, NOW).await.unwrap();
    }
    let error = store.begin_import("e", NOW).await.unwrap_err();
    assert!(
        matches!(error, StoreError::TooManyImports { open: 8, own: false }),
        "{error}"
    );
    assert_eq!(files_with(&place, "-import-"), 8);
    store.abort_import(first, ANN).await.unwrap();
    store.begin_import("e", NOW).await.unwrap();
}

#[tokio::test]
async fn an_import_is_not_there_for_anybody_but_who_began_it() {
    let place = Place::new();
    let store = place.store();
    let id = store.begin_import(ANN, NOW).await.unwrap();
    stage(&store, id, rows(0, 3)).await;
    let refusals = [
        store
            .import_rows(id, "bob", plain(rows(3, 4)), NOW)
            .await
            .unwrap_err(),
        store.commit_import(id, "bob", None, NOW).await.unwrap_err().1,
        store.abort_import(id, "bob").await.unwrap_err(),
    ];
    for error in refusals {
        assert!(
            matches!(error, StoreError::NotFound { what: "import", .. }),
            "{error}"
        );
    }
    assert_eq!(store.commit_import(id, ANN, None, NOW).await.unwrap(), 3);
}

#[tokio::test]
async fn an_import_that_nobody_goes_on_with_ends_and_leaves_no_file() {
    let place = Place::new();
    let store = place.store();
    let minutes = |count: i64| NOW.plus_seconds(60 * count);
    let left = store.begin_import(ANN, NOW).await.unwrap();
    let used = store.begin_import("bob", NOW).await.unwrap();
    store
        .import_rows(left, ANN, plain(rows(0, 3)), NOW)
        .await
        .unwrap();
    store
        .import_rows(used, "bob", plain(rows(0, 3)), minutes(9))
        .await
        .unwrap();
    assert_eq!(store.end_resting_imports(minutes(9)).await.unwrap(), 0);
    assert_eq!(store.end_resting_imports(minutes(10)).await.unwrap(), 1);
    assert_eq!(files_with(&place, "-import-"), 1);
    let error = store
        .import_rows(left, ANN, plain(rows(3, 4)), minutes(10))
        .await
        .unwrap_err();
    assert!(matches!(error, StoreError::NotFound { what: "import", .. }));
    // The clock is set back by a day: it does not last for a day longer.
    assert_eq!(store.end_resting_imports(minutes(-1_440)).await.unwrap(), 0);
    assert_eq!(store.end_resting_imports(minutes(-1_430)).await.unwrap(), 1);
    assert_eq!(files_with(&place, "-import-"), 0);
}

#[tokio::test]
async fn an_import_whose_rows_are_on_their_way_is_neither_committed_nor_lost() {
    let place = Place::new();
    let imports = Imports::new(place.data());
    let id = imports.begin(ANN.to_owned(), NOW).unwrap();
    let staging = imports.get(id, ANN, NOW).unwrap();
    let error = imports.take(id, ANN).err().unwrap();
    assert!(matches!(error, StoreError::StillStaging), "{error}");
    assert_eq!(imports.end_resting(NOW.plus_seconds(3_600)), 0);
    drop(staging);
    assert!(imports.take(id, ANN).is_ok());
    assert!(imports.take(id, ANN).is_err(), "it has ended");
}

#[tokio::test]
async fn a_pointer_made_meanwhile_fails_the_whole_import_by_name() {
    let place = Place::new();
    let store = place.store();
    let id = store.begin_import(ANN, NOW).await.unwrap();
    stage(&store, id, rows(0, 100)).await;
    let rival = store
        .create_pointer(new("import-42", "", &[]), NOW)
        .await
        .unwrap();
    let (index, error) = store.commit_import(id, ANN, None, NOW).await.unwrap_err();
    assert_eq!(index, 42);
    assert!(matches!(error, StoreError::DuplicateReference { address } if address == rival.address));
    assert_eq!(store.statistics().await.unwrap().pointers, 1);
    assert_eq!(store.tags().await.unwrap(), []);
    assert_eq!(files_with(&place, "-import-"), 0);
    store.create_pointer(new("goes on", "", &[]), NOW).await.unwrap();
}

#[tokio::test]
async fn threat_46_what_a_crash_left_of_an_import_is_removed_and_a_running_one_is_not() {
    let place = Place::new();
    let store = place.store();
    let id = store.begin_import(ANN, NOW).await.unwrap();
    stage(&store, id, rows(0, 5)).await;
    // A killed process leaves its staging file, but not its lock.
    std::fs::write(
        place.folder.path().join("instance.db-import-dead"),
        b"half a file",
    )
    .unwrap();
    let second = place.store();
    assert_eq!(files_with(&place, "-import-dead"), 0);
    assert_eq!(files_with(&place, "-import-"), 1);
    assert_eq!(store.commit_import(id, ANN, None, NOW).await.unwrap(), 5);
    assert_eq!(second.statistics().await.unwrap().pointers, 5);
}

/// Rows that need a connection, each in one of the ways that keep it from being removed once they are pointers.
fn rows_that_need(connection: &ConnectionId) -> [NewPointer; 3] {
    let assigned = NewPointer {
        connection_id: Some(connection.clone()),
        ..new("assigned", "", &[])
    };
    let relay = json!({"action": "relay", "connection_id": connection, "query": {"action": "whoami"}});
    let circuit = new(&format!("internal_circuit::[{relay}]"), "", &[]);
    let leading = NewPointer {
        federated: Some(Federated {
            route: Route::Endpoint,
            connection_id: connection.clone(),
            endpoint: Endpoint::parse("https://peer.example").unwrap(),
            profile: Profile::Native,
            kid: None,
            query: json!({"action": "whoami"}),
        }),
        ..new("https://peer.example/invoke", "", &[])
    };
    [assigned, circuit, leading]
}

#[tokio::test]
async fn a_connection_that_is_removed_meanwhile_fails_the_import_by_the_first_row_that_needs_it() {
    for way in 0..3 {
        let place = Place::new();
        let store = place.store();
        let app = AppId::parse("ann").unwrap();
        let domain = store.create_domain("a", &app, NOW).await.unwrap();
        let [stays, goes] =
            ["stays", "goes"].map(|name| store.create_connection(&domain.id, name, "", None, NOW));
        let (stays, goes) = (stays.await.unwrap().id, goes.await.unwrap().id);
        let id = store.begin_import(ANN, NOW).await.unwrap();
        let mut all = rows(0, 12);
        all[2].connection_id = Some(stays);
        all[7] = rows_that_need(&goes)[way].clone();
        all[9] = rows_that_need(&goes)[(way + 1) % 3].clone();
        assert_eq!(stage(&store, id, all).await.refused.len(), 0);
        stage(&store, id, vec![rows_that_need(&goes)[(way + 2) % 3].clone()]).await;
        store.delete_connection(&goes).await.unwrap();

        let (index, error) = store.commit_import(id, ANN, None, NOW).await.unwrap_err();
        assert_eq!(index, 7, "way {way}");
        assert!(
            matches!(&error, StoreError::NotFound { what: "connection", name } if *name == goes.to_string()),
            "{error}"
        );
        assert_eq!(store.statistics().await.unwrap().pointers, 0);
        assert_eq!(files_with(&place, "-import-"), 0);
    }
}

#[tokio::test]
async fn a_connection_that_was_never_there_keeps_out_who_needs_it_and_not_who_names_it() {
    let place = Place::new();
    let store = place.store();
    let id = store.begin_import(ANN, NOW).await.unwrap();
    let absent = ConnectionId::parse("conn_0123456789ab").unwrap();
    let staged = stage(&store, id, rows_that_need(&absent).to_vec()).await;
    let refused: Vec<usize> = staged.refused.iter().map(|(index, _)| *index).collect();
    assert_eq!(refused, [0, 2]);
    assert_eq!(store.commit_import(id, ANN, None, NOW).await.unwrap(), 1);
}

#[tokio::test]
async fn nothing_of_an_import_appears_where_one_row_is_beyond_the_bounds() {
    let place = Place::new();
    let store = place.store();
    let domain = store.create_domain("d", &app(), NOW).await.unwrap();
    let gate = store
        .create_connection(&domain.id, "g", "", None, NOW)
        .await
        .unwrap()
        .id;
    let mine = store
        .create_pointer(new("mine", "", &["red"]), NOW)
        .await
        .unwrap();
    let hidden = store
        .create_pointer(new("hidden", "", &["blue"]), NOW)
        .await
        .unwrap();
    let red = || new("import-9", "", &["red"]);
    let assigned = NewPointer {
        connection_id: Some(gate.clone()),
        ..red()
    };
    let relaying = ImportRow {
        pointer: red(),
        relays_through: vec![gate.clone()],
    };
    let fetched_with = |address: &PointerAddress| {
        let credential_pointer_address = Some(address.clone());
        ImportRow::from(NewPointer {
            credential_pointer_address,
            ..red()
        })
    };
    let cases = [
        (ImportRow::from(new("import-9", "", &["blue"])), Err(None)),
        (fetched_with(&hidden.address), Err(None)),
        (ImportRow::from(assigned), Err(Some(gate.clone()))),
        (relaying, Err(Some(gate))),
        (fetched_with(&mine.address), Ok(())),
    ];
    let scope = PointerScope {
        tags: ["red".to_owned()].into(),
        ..PointerScope::default()
    };
    for (row, expected) in cases {
        let id = store.begin_import(ANN, NOW).await.unwrap();
        let rows = vec![ImportRow::from(new("import-8", "", &["red"])), row];
        assert_eq!(store.import_rows(id, ANN, rows, NOW).await.unwrap().rows, 2);
        let bounds = ImportBounds {
            scope: scope.clone(),
            connections: BTreeSet::new(),
        };
        let before = store.statistics().await.unwrap().pointers;
        let committed = store.commit_import(id, ANN, Some(bounds), NOW).await;
        let made = store.statistics().await.unwrap().pointers - before;
        match (expected, committed) {
            (Ok(()), committed) => assert_eq!((committed.unwrap(), made), (2, 2)),
            (Err(expected), Err((1, StoreError::BeyondBounds { connection }))) => {
                assert_eq!((connection, made), (expected, 0));
            }
            (expected, committed) => panic!("expected {expected:?}, got {committed:?}"),
        }
    }
}

//! Imports: all at once or not at all.

use super::*;
use crate::model::ConnectionId;
use crate::store::{PointerQuery, Store, StoreError};

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
    let id = store.begin_import().await.unwrap();
    assert_eq!(store.import_rows(id, rows(0, 1500)).await.unwrap(), 1500);
    assert_eq!(store.import_rows(id, rows(1500, 3000)).await.unwrap(), 3000);
    assert_eq!(store.statistics().await.unwrap().pointers, 1);
    assert_eq!(store.commit_import(id, NOW).await.unwrap(), 3000);
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
    assert!(store.commit_import(id, NOW).await.is_err());
}

#[tokio::test]
async fn an_aborted_import_leaves_nothing() {
    let place = Place::new();
    let store = place.store();
    let id = store.begin_import().await.unwrap();
    store.import_rows(id, rows(0, 10)).await.unwrap();
    assert_eq!(files_with(&place, "-import-"), 1);
    store.abort_import(id).await.unwrap();
    assert_eq!(files_with(&place, "-import-"), 0);
    assert_eq!(store.statistics().await.unwrap().pointers, 0);
    let (_, error) = store.import_rows(id, rows(0, 1)).await.unwrap_err();
    assert!(matches!(error, StoreError::NotFound { what: "import", .. }));
}

#[tokio::test]
async fn a_row_that_cannot_be_is_named_over_the_whole_import() {
    let place = Place::new();
    let store = place.store();
    let there = store.create_pointer(new("there", "", &[]), NOW).await.unwrap();
    let id = store.begin_import().await.unwrap();
    store.import_rows(id, rows(0, 10)).await.unwrap();
    let mut bad = rows(10, 13);
    bad[2] = new("there", "", &[]);
    let (index, error) = store.import_rows(id, bad.clone()).await.unwrap_err();
    assert_eq!(index, 12);
    assert!(matches!(error, StoreError::DuplicateReference { address } if address == there.address));
    bad[2] = new("import-3", "", &[]);
    let (index, error) = store.import_rows(id, bad.clone()).await.unwrap_err();
    assert_eq!(index, 12);
    assert!(matches!(error, StoreError::DuplicateReference { .. }));
    bad[2] = new("fine", "", &[]);
    bad[2].connection_id = Some(ConnectionId::parse("conn_0123456789ab").unwrap());
    let (index, error) = store.import_rows(id, bad).await.unwrap_err();
    assert_eq!(index, 12);
    assert!(matches!(
        error,
        StoreError::NotFound {
            what: "connection",
            ..
        }
    ));
    // Nothing of a refused batch was staged, and the import goes on.
    assert_eq!(store.import_rows(id, rows(10, 12)).await.unwrap(), 12);
    assert_eq!(store.commit_import(id, NOW).await.unwrap(), 12);
    assert_eq!(store.statistics().await.unwrap().pointers, 13);
}

#[tokio::test]
async fn a_pointer_made_meanwhile_fails_the_whole_import_by_name() {
    let place = Place::new();
    let store = place.store();
    let id = store.begin_import().await.unwrap();
    store.import_rows(id, rows(0, 100)).await.unwrap();
    let rival = store
        .create_pointer(new("import-42", "", &[]), NOW)
        .await
        .unwrap();
    let (index, error) = store.commit_import(id, NOW).await.unwrap_err();
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
    let id = store.begin_import().await.unwrap();
    store.import_rows(id, rows(0, 5)).await.unwrap();
    // A killed process leaves its staging file, but not its lock.
    std::fs::write(
        place.folder.path().join("instance.db-import-dead"),
        b"half a file",
    )
    .unwrap();
    let second = place.store();
    assert_eq!(files_with(&place, "-import-dead"), 0);
    assert_eq!(files_with(&place, "-import-"), 1);
    assert_eq!(store.commit_import(id, NOW).await.unwrap(), 5);
    assert_eq!(second.statistics().await.unwrap().pointers, 5);
}

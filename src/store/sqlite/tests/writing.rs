//! Group commit, reading one's own writes, closing, and two stores on one file.

use super::*;
use crate::store::sqlite::changes_kept;
use crate::store::{Patience, PointerQuery, Store, StoreError};
use futures::FutureExt;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn writers_at_once_all_succeed_and_each_reads_its_own() {
    let place = Place::new();
    let store = Arc::new(place.store());
    let tasks: Vec<_> = (0..200)
        .map(|task| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                let made = store
                    .create_pointer(new(&task.to_string(), &format!("task {task}"), &["t"]), NOW)
                    .await
                    .unwrap();
                assert_eq!(store.pointer(&made.address).await.unwrap(), Some(made.clone()));
                // Half of them fail inside the same groups, and take nothing of the others with them.
                let twice = store.create_pointer(new(&task.to_string(), "again", &[]), NOW).await;
                assert!(matches!(twice, Err(StoreError::DuplicateReference { address }) if address == made.address));
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(store.statistics().await.unwrap().pointers, 200);
    let found = store
        .pointers(&PointerQuery {
            term: Some("task 1_".to_owned()),
            ..PointerQuery::default()
        })
        .await
        .unwrap();
    assert_eq!(found.pointers.len(), 110);
}

#[tokio::test]
async fn what_waits_shares_one_commit() {
    let place = Place::new();
    let store = place.store();
    let before = version(&place);
    let writes = (0..64).map(|row| store.create_pointer(new(&row.to_string(), "", &[]), NOW));
    for made in futures::future::join_all(writes).await {
        made.unwrap();
    }
    // The first may go alone while the others queue up; never 64 commits.
    assert!(version(&place) - before < 32);
}

/// How many transactions the log holds: the commit frames, told by their size field.
fn version(place: &Place) -> usize {
    let log = std::fs::read(format!("{}-wal", place.data().display())).unwrap_or_default();
    log.get(32..)
        .unwrap_or_default()
        .chunks(24 + 4096)
        .filter(|frame| frame.get(4..8).is_some_and(|size| size != [0; 4]))
        .count()
}

#[tokio::test]
async fn after_closing_everything_says_so() {
    let place = Place::new();
    let store = place.store();
    let made = store.create_pointer(new("a", "", &[]), NOW).await.unwrap();
    store.close().await;
    store.close().await;
    assert!(matches!(
        store.pointer(&made.address).await,
        Err(StoreError::Closed)
    ));
    assert!(matches!(
        store.pointers(&PointerQuery::default()).await,
        Err(StoreError::Closed)
    ));
    assert!(matches!(
        store.create_pointer(new("b", "", &[]), NOW).await,
        Err(StoreError::Closed)
    ));
    assert_eq!(files_with(&place, "-wal"), 0, "the log was folded in");
}

#[tokio::test]
async fn a_change_whose_asker_left_counts_and_one_that_was_refused_does_not() {
    let place = Place::new();
    let store = place.store();
    let before = store.changes().await.unwrap();
    let asked = store.create_pointer(new("a", "", &[]), NOW).now_or_never();
    drop(asked);
    store.close().await;
    let after = changes_kept(&place.data());
    assert!(after > before, "{after} {before}");
    let again = place.store();
    assert!(again.create_pointer(new("a", "", &[]), NOW).await.is_err());
    again.close().await;
    assert_eq!(changes_kept(&place.data()), after);
}

#[tokio::test]
async fn what_was_accepted_before_closing_is_there_after() {
    let place = Place::new();
    let store = Arc::new(place.store());
    let writes: Vec<_> = (0..50)
        .map(|row| {
            let store = Arc::clone(&store);
            tokio::spawn(async move { store.create_pointer(new(&row.to_string(), "", &[]), NOW).await })
        })
        .collect();
    tokio::task::yield_now().await;
    store.close().await;
    let mut accepted = 0;
    for write in writes {
        accepted += u64::from(write.await.unwrap().is_ok());
    }
    assert_eq!(place.store().statistics().await.unwrap().pointers, accepted);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn threat_48_two_stores_on_one_file_lose_no_update() {
    let place = Place::new();
    let stores = [Arc::new(place.store()), Arc::new(place.store())];
    let domain = stores[0].create_domain("d", &app(), NOW).await.unwrap();
    assert_eq!(stores[1].domains().await.unwrap(), [domain]);
    let tasks: Vec<_> = (0..100)
        .map(|row| {
            let store = Arc::clone(&stores[row % 2]);
            tokio::spawn(async move { store.create_pointer(new(&row.to_string(), "", &[]), NOW).await })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    for store in &stores {
        let page = store.pointers(&PointerQuery::default()).await.unwrap();
        assert_eq!((page.pointers.len(), page.total), (100, Some(100)));
    }
    stores[0].close().await;
    stores[1]
        .create_pointer(new("after", "", &[]), NOW)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_change_that_nobody_waits_for_before_it_begins_is_not_made() {
    let place = Place::new();
    let store = place.store();
    let locked = rusqlite::Connection::open(place.data()).unwrap();
    locked.execute_batch("BEGIN IMMEDIATE").unwrap();
    let gone = CancellationToken::new();
    let patience = Patience::of(Duration::from_secs(600), gone.clone());
    let asked = patience.bounds(store.create_pointer(new("a", "", &[]), NOW));
    let (ended, ()) = tokio::join!(asked, async { gone.cancel() });
    assert!(matches!(ended, Err(StoreError::GivenUp)), "{ended:?}");
    locked.execute_batch("ROLLBACK").unwrap();
    // The next one goes on as if that one had never been.
    store.create_pointer(new("b", "", &[]), NOW).await.unwrap();
    assert_eq!(store.statistics().await.unwrap().pointers, 1);
}

//! Calls that are done once: how much of them is kept.

use super::*;
use crate::store::{Begun, MOST_KEPT_OF_ONE, MOST_KEYS_OF_ONE, OnceKey, Store};

const DAY: i64 = 24 * 60 * 60;

fn key(caller: &str, key: &str) -> OnceKey {
    OnceKey {
        caller: caller.to_owned(),
        key: key.to_owned(),
    }
}

async fn begun(store: &SqliteStore, key: &OnceKey, now: Timestamp) -> Begun {
    let oldest = now.plus_seconds(-DAY);
    store.begin_once(key, [0; 32], now, oldest).await.unwrap()
}

/// Rows of one caller, as calls have left them whose replies had so many bytes.
fn fill(place: &Place, caller: &str, rows: u32, bytes: u32) {
    let conn = rusqlite::Connection::open(place.data()).unwrap();
    conn.execute(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2)
         INSERT INTO once (caller, key, query, reply, began_at)
             SELECT ?1, 'k' || i, zeroblob(32), zeroblob(?3), ?4 FROM n",
        rusqlite::params![caller, rows, bytes, NOW.as_micros()],
    )
    .unwrap();
}

#[tokio::test]
async fn one_caller_has_so_many_keys_and_keeps_none_from_others() {
    let place = Place::new();
    let store = place.store();
    fill(&place, "eager", MOST_KEYS_OF_ONE - 1, 1);
    assert_eq!(begun(&store, &key("eager", "last"), NOW).await, Begun::Now);
    assert_eq!(begun(&store, &key("eager", "more"), NOW).await, Begun::TooMany);
    // What was asked before is told all the same, and others are let in.
    assert_eq!(
        begun(&store, &key("eager", "k1"), NOW).await,
        Begun::Before(vec![0])
    );
    assert_eq!(begun(&store, &key("other", "more"), NOW).await, Begun::Now);
    // One that did nothing makes room, and so does time.
    store.forget_once(&key("eager", "last")).await.unwrap();
    assert_eq!(begun(&store, &key("eager", "last"), NOW).await, Begun::Now);
    assert_eq!(begun(&store, &key("eager", "more"), NOW).await, Begun::TooMany);
    let later = NOW.plus_seconds(DAY + 1);
    assert_eq!(begun(&store, &key("eager", "more"), later).await, Begun::Now);
}

#[tokio::test]
async fn of_replies_beyond_so_many_bytes_only_the_end_is_kept() {
    let place = Place::new();
    let store = place.store();
    let bytes = u32::try_from(MOST_KEPT_OF_ONE / 1_024).unwrap() - 1;
    fill(&place, "eager", 1_024, bytes);
    for (name, kept) in [("whole", 1_000), ("short", 1)] {
        let key = key("eager", name);
        assert_eq!(begun(&store, &key, NOW).await, Begun::Now);
        store
            .end_once(&key, vec![7; 1_000], Some(vec![8; 1]))
            .await
            .unwrap();
        let again = begun(&store, &key, NOW).await;
        assert!(
            matches!(&again, Begun::Before(reply) if reply.len() == kept),
            "{name}: {again:?}"
        );
    }
    // What is short anyway is kept.
    let small = key("eager", "small");
    begun(&store, &small, NOW).await;
    store.end_once(&small, vec![7; 100], None).await.unwrap();
    assert_eq!(begun(&store, &small, NOW).await, Begun::Before(vec![7; 100]));
}

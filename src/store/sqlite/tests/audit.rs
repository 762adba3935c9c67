//! The audit trail: durable, in order, and telling when somebody edited it.

use super::*;
use crate::model::KeyId;
use crate::store::{AuditLog, AuditOutcome, NewAuditRecord, StoreError};
use proptest::prelude::*;
use std::sync::Arc;

fn record(number: i64) -> NewAuditRecord {
    NewAuditRecord {
        at: NOW.plus_seconds(number),
        app_id: Some(app()),
        kid: (number % 2 == 0).then(|| KeyId::parse("kid_0123456789abcdef").unwrap()),
        jti: (number % 4 < 3).then(|| format!("token-{number}")),
        action: "get_pointer".to_owned(),
        subject: Some(format!("subject {number}")),
        outcome: AuditOutcome::Done,
        reason: None,
    }
}

async fn filled(place: &Place, records: i64) -> SqliteAuditLog {
    let log = place.log();
    for number in 1..=records {
        log.append(record(number)).await.unwrap();
    }
    log
}

fn edit(place: &Place, sql: &str) {
    let conn = rusqlite::Connection::open(place.trail()).unwrap();
    conn.execute_batch(sql).unwrap();
}

async fn first_bad_after(sql: &str) -> Option<u64> {
    let place = Place::new();
    let log = filled(&place, 6).await;
    assert_eq!(log.verify().await.unwrap().first_bad, None);
    edit(&place, sql);
    log.verify().await.unwrap().first_bad
}

#[tokio::test]
async fn records_come_back_newest_first_and_survive_a_restart() {
    let place = Place::new();
    let log = filled(&place, 5).await;
    log.append_soon(record(6));
    log.close().await;
    assert!(matches!(log.append(record(9)).await, Err(StoreError::Closed)));
    let log = place.log();
    let recent = log.recent(None, 3).await.unwrap();
    assert_eq!(
        recent.iter().map(|record| record.sequence).collect::<Vec<_>>(),
        [6, 5, 4]
    );
    let older = log.recent(Some(4), 10).await.unwrap();
    assert_eq!(
        older.iter().map(|record| record.sequence).collect::<Vec<_>>(),
        [3, 2, 1]
    );
    let first = &older[2];
    let expected = record(1);
    assert_eq!(
        (first.at, &first.app_id, &first.jti),
        (expected.at, &expected.app_id, &expected.jti)
    );
    assert_eq!(
        (&first.subject, first.outcome),
        (&expected.subject, AuditOutcome::Done)
    );
    let verdict = log.verify().await.unwrap();
    assert_eq!((verdict.records, verdict.first_bad), (6, None));
    assert_eq!(verdict.head, recent[0].hash);
}

#[tokio::test]
async fn tokens_of_the_last_minutes_are_found_again() {
    let place = Place::new();
    let log = filled(&place, 12).await;
    let found = log.tokens_since(NOW.plus_seconds(6)).await.unwrap();
    let tokens: Vec<_> = found.iter().map(|(_, jti)| jti.as_str()).collect();
    assert_eq!(tokens, ["token-6", "token-8", "token-10", "token-12"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn threat_48_two_logs_on_one_file_keep_one_chain() {
    let place = Place::new();
    let logs = [Arc::new(place.log()), Arc::new(place.log())];
    let tasks: Vec<_> = (0..60)
        .map(|number| {
            let log = Arc::clone(&logs[number % 2]);
            tokio::spawn(async move { log.append(record(number as i64)).await })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    let verdict = logs[0].verify().await.unwrap();
    assert_eq!((verdict.records, verdict.first_bad), (60, None));
}

#[tokio::test]
async fn threat_50_an_edited_record_is_named() {
    for change in [
        "at = at + 1",
        "app_id = 'somebody-else'",
        "kid = NULL",
        "jti = 'other'",
        "action = 'get_pointe'",
        "subject = NULL",
        "outcome = 'denied'",
        "outcome = 'nonsense'",
        "reason = ''",
        "hash = zeroblob(32)",
    ] {
        let bad = first_bad_after(&format!("UPDATE records SET {change} WHERE sequence = 4")).await;
        assert_eq!(bad, Some(4), "{change}");
    }
}

#[tokio::test]
async fn threat_50_a_removed_record_is_named() {
    assert_eq!(
        first_bad_after("DELETE FROM records WHERE sequence = 3").await,
        Some(3)
    );
    assert_eq!(
        first_bad_after("DELETE FROM records WHERE sequence = 1").await,
        Some(1)
    );
}

#[tokio::test]
async fn threat_50_a_removed_tail_is_named() {
    assert_eq!(
        first_bad_after("DELETE FROM records WHERE sequence > 4").await,
        Some(5)
    );
    assert_eq!(first_bad_after("DELETE FROM records").await, Some(1));
}

#[tokio::test]
async fn threat_50_swapped_records_are_named() {
    let swap = "UPDATE records SET sequence = 99 WHERE sequence = 2;
                UPDATE records SET sequence = 2 WHERE sequence = 3;
                UPDATE records SET sequence = 3 WHERE sequence = 99;";
    assert_eq!(first_bad_after(swap).await, Some(2));
}

#[tokio::test]
async fn threat_50_a_cut_stays_visible_when_the_log_goes_on() {
    let place = Place::new();
    let log = filled(&place, 6).await;
    edit(&place, "DELETE FROM records WHERE sequence = 6");
    log.append(record(7)).await.unwrap();
    assert_eq!(log.verify().await.unwrap().first_bad, Some(6));
}

#[tokio::test]
async fn clearing_begins_a_segment_that_names_the_old_head() {
    let place = Place::new();
    let log = filled(&place, 4).await;
    let head = log.verify().await.unwrap().head;
    log.clear(record(5)).await.unwrap();
    let kept = log.recent(None, 10).await.unwrap();
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].sequence, 5);
    assert!(kept[0].reason.as_ref().unwrap().contains(&head));
    log.append(record(6)).await.unwrap();
    assert_eq!(log.verify().await.unwrap().first_bad, None);
}

#[tokio::test]
async fn pruning_takes_only_what_is_old_and_the_chain_goes_on() {
    let place = Place::new();
    let log = filled(&place, 6).await;
    log.prune(NOW.plus_seconds(4)).await.unwrap();
    assert_eq!(log.recent(None, 10).await.unwrap().last().unwrap().sequence, 4);
    log.append(record(7)).await.unwrap();
    let verdict = log.verify().await.unwrap();
    assert_eq!((verdict.records, verdict.first_bad), (4, None));
    log.prune(NOW.plus_seconds(400)).await.unwrap();
    assert_eq!(log.recent(None, 10).await.unwrap(), []);
    log.append(record(8)).await.unwrap();
    assert_eq!(log.recent(None, 10).await.unwrap()[0].sequence, 8);
    assert_eq!(log.verify().await.unwrap().first_bad, None);
}

#[tokio::test]
async fn threat_47_the_audit_fails_closed() {
    let place = Place::new();
    let log = filled(&place, 2).await;
    // Whatever keeps a record from being written: here the table is gone.
    edit(&place, "ALTER TABLE records RENAME TO elsewhere");
    assert!(log.append(record(3)).await.is_err());
    log.append_soon(record(4));
    assert!(log.append(record(5)).await.is_err());
    edit(&place, "ALTER TABLE elsewhere RENAME TO records");
    log.append(record(6)).await.unwrap();
    let subjects: Vec<_> = log
        .recent(None, 2)
        .await
        .unwrap()
        .into_iter()
        .map(|found| found.subject)
        .collect();
    assert_eq!(
        subjects,
        [Some("subject 6".to_owned()), Some("subject 4".to_owned())]
    );
    assert_eq!(log.verify().await.unwrap().first_bad, None);
}

proptest! {
    #[test]
    fn no_two_records_are_hashed_alike(
        left in ("[ab]{0,3}", proptest::option::of("[ab]{0,3}"), proptest::option::of("[ab]{0,3}")),
        right in ("[ab]{0,3}", proptest::option::of("[ab]{0,3}"), proptest::option::of("[ab]{0,3}")),
    ) {
        use crate::store::sqlite::audit_chain::Chain;
        let hashed = |(action, subject, reason): &(String, Option<String>, Option<String>)| {
            let record = NewAuditRecord {
                action: action.clone(),
                subject: subject.clone(),
                reason: reason.clone(),
                ..record(1)
            };
            Chain { sequence: 0, hash: [0; 32] }.append(&record).hash
        };
        prop_assert_eq!(left == right, hashed(&left) == hashed(&right));
    }
}

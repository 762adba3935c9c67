//! The audit trail: durable, in order, and telling when somebody edited it.

use super::*;
use crate::model::KeyId;
use crate::model::filter::Filter;
use crate::store::sqlite::audit_rows::LOOKED_AT;
use crate::store::{
    AUDIT_FIELDS, AuditCut, AuditFilter, AuditHead, AuditLog, AuditOutcome, AuditRecord, NewAuditRecord,
    StoreError,
};
use jiff::tz::TimeZone;
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

async fn newest(log: &SqliteAuditLog, before: Option<u64>, limit: usize) -> Vec<AuditRecord> {
    let page = log.recent(before, limit, AuditFilter::default()).await;
    page.unwrap().records
}

fn edit(place: &Place, sql: &str) {
    let conn = rusqlite::Connection::open(place.trail()).unwrap();
    conn.execute_batch(sql).unwrap();
}

/// What verifying finds after somebody edited the file: the first bad record, and what is found there.
async fn found_after(sql: &str) -> (Option<u64>, Option<AuditRecord>) {
    let place = Place::new();
    let log = filled(&place, 6).await;
    assert_eq!(log.verify().await.unwrap().first_bad, None);
    edit(&place, sql);
    let verdict = log.verify().await.unwrap();
    (verdict.first_bad, verdict.line)
}

async fn first_bad_after(sql: &str) -> Option<u64> {
    found_after(sql).await.0
}

fn head(record: &AuditRecord) -> AuditHead {
    AuditHead {
        sequence: record.sequence,
        hash: record.hash.clone(),
    }
}

/// What a forger can do who knows the program: every record from `first` on written anew, one of them changed,
/// and the end of the trail made to fit.
fn forge_from(place: &Place, first: i64) {
    use crate::store::sqlite::audit_chain::Chain;
    let conn = rusqlite::Connection::open(place.trail()).unwrap();
    let before: [u8; 32] = conn
        .query_row(
            "SELECT hash FROM records WHERE sequence = ?1",
            [first - 1],
            |row| row.get(0),
        )
        .unwrap();
    let mut chain = Chain {
        sequence: first.cast_unsigned() - 1,
        hash: before,
    };
    for number in first..=6 {
        let mut forged = record(number);
        if number == first {
            forged.subject = Some("nothing happened".to_owned());
        }
        let place = chain.append(&forged);
        conn.execute(
            "UPDATE records SET subject = ?2, hash = ?3 WHERE sequence = ?1",
            rusqlite::params![number, forged.subject, place.hash],
        )
        .unwrap();
    }
    conn.execute("UPDATE ends SET hash = ?1 WHERE what = 'head'", [chain.hash])
        .unwrap();
}

#[tokio::test]
async fn records_come_back_newest_first_and_survive_a_restart() {
    let place = Place::new();
    let log = filled(&place, 5).await;
    log.append_soon(record(6));
    log.close().await;
    assert!(matches!(log.append(record(9)).await, Err(StoreError::Closed)));
    let log = place.log();
    let recent = newest(&log, None, 3).await;
    assert_eq!(
        recent.iter().map(|record| record.sequence).collect::<Vec<_>>(),
        [6, 5, 4]
    );
    let older = newest(&log, Some(4), 10).await;
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
    assert_eq!(verdict.head, head(&recent[0]));
    assert_eq!(verdict.line, None);
}

fn filter(text: &str) -> AuditFilter {
    let filter = Filter::parse(text, AUDIT_FIELDS).unwrap();
    AuditFilter::new(&filter, NOW.plus_seconds(100_000), &TimeZone::UTC)
}

#[tokio::test]
async fn pages_of_a_filter_are_together_what_fits_whatever_their_size() {
    let place = Place::new();
    let log = filled(&place, 40).await;
    let all = newest(&log, None, 100).await;
    for text in ["", "about:3", "!key:kid token:token", "nobody"] {
        let wanted: Vec<_> = all
            .iter()
            .filter(|record| filter(text).fits(record))
            .cloned()
            .collect();
        for limit in [1, 3, 7, 100] {
            let (mut found, mut before) = (Vec::new(), None);
            loop {
                let page = log.recent(before, limit, filter(text)).await.unwrap();
                assert!(page.records.len() <= limit);
                found.extend(page.records);
                before = page.next;
                if before.is_none() {
                    break;
                }
            }
            assert_eq!(found, wanted, "{text:?} by {limit}");
        }
    }
}

#[tokio::test]
async fn a_search_stops_after_so_many_records_and_where_nothing_can_fit_any_more() {
    let place = Place::new();
    let log = place.log();
    let total = i64::try_from(LOOKED_AT).unwrap() + 10;
    for number in 1..total {
        log.append_soon(record(number));
    }
    log.append(record(total)).await.unwrap();
    let page = log.recent(None, 100, filter("nobody")).await.unwrap();
    assert_eq!((page.records.len(), page.next), (0, Some(11)));
    let rest = log.recent(page.next, 100, filter("nobody")).await.unwrap();
    assert_eq!((rest.records.len(), rest.next), (0, None));
    // The newest record is a day older than that: it is the only one that is looked at.
    let late = AuditFilter::new(
        &Filter::parse("since:1s", AUDIT_FIELDS).unwrap(),
        NOW.plus_seconds(total + 90_000),
        &TimeZone::UTC,
    );
    let page = log.recent(None, 100, late).await.unwrap();
    assert_eq!((page.records.len(), page.next), (0, None));
}

#[tokio::test]
async fn tokens_of_the_last_minutes_are_found_again() {
    let place = Place::new();
    let log = filled(&place, 12).await;
    let since = async |from: i64, until: i64| {
        let found = log
            .tokens(NOW.plus_seconds(from), NOW.plus_seconds(until))
            .await
            .unwrap();
        let tokens: Vec<_> = found.seen.into_iter().map(|(_, jti, _)| jti).collect();
        (tokens, found.is_all)
    };
    let (tokens, is_all) = since(6, 12).await;
    assert_eq!(tokens, ["token-6", "token-8", "token-10", "token-12"]);
    assert!(is_all);
    assert_eq!(
        since(7, 11).await,
        (vec!["token-8".to_owned(), "token-10".to_owned()], false)
    );
    // Clearing the trail makes no old token new again.
    log.clear(record(13)).await.unwrap();
    assert_eq!(since(6, 12).await.0, tokens);
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
        let (bad, line) = found_after(&format!("UPDATE records SET {change} WHERE sequence = 4")).await;
        assert_eq!(bad, Some(4), "{change}");
        // It is shown as it is now, where it still reads as a record at all.
        let shown = line.map(|line| line.sequence);
        assert_eq!(shown, (!change.contains("nonsense")).then_some(4), "{change}");
    }
    let (_, line) = found_after("UPDATE records SET subject = 'innocent' WHERE sequence = 4").await;
    assert_eq!(line.unwrap().subject.as_deref(), Some("innocent"));
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
    let (bad, line) = found_after(swap).await;
    assert_eq!(bad, Some(2));
    assert_eq!(line.unwrap().subject.as_deref(), Some("subject 3"));
}

#[tokio::test]
async fn threat_50_an_inserted_record_is_named() {
    const COPY: &str =
        "at, app_id, kid, jti, action, 'put in', outcome, reason, hash FROM records WHERE sequence = 2";
    let make_room = "UPDATE records SET sequence = sequence + 100 WHERE sequence >= 4;
                     UPDATE records SET sequence = sequence - 99 WHERE sequence >= 100;
                     UPDATE ends SET sequence = 7 WHERE what = 'head';";
    for (place, room) in [(4, make_room), (7, ""), (0, ""), (-3, "")] {
        let (bad, line) = found_after(&format!("{room} INSERT INTO records SELECT {place}, {COPY}")).await;
        assert_eq!(bad, Some(u64::try_from(place).unwrap_or(0)), "{place}");
        assert_eq!(line.unwrap().subject.as_deref(), Some("put in"), "{place}");
    }
}

#[tokio::test]
async fn threat_50_a_removed_beginning_is_named() {
    let (bad, line) = found_after("DELETE FROM records WHERE sequence <= 3").await;
    assert_eq!((bad, line), (Some(1), None));
    // Made to look as if it had been cleared: no record says so.
    let moved = "UPDATE ends SET sequence = 3, hash = (SELECT hash FROM records WHERE sequence = 3) WHERE what = 'base';
                 DELETE FROM records WHERE sequence <= 3";
    assert_eq!(found_after(moved).await, (Some(3), None));
}

#[tokio::test]
async fn threat_50_a_removed_tail_whose_end_was_moved_is_noticed_by_kept_heads() {
    let place = Place::new();
    let log = filled(&place, 6).await;
    let kept: Vec<AuditHead> = newest(&log, None, 6).await.iter().map(head).collect();
    edit(
        &place,
        "UPDATE ends SET sequence = 4, hash = (SELECT hash FROM records WHERE sequence = 4) WHERE what = 'head';
         DELETE FROM records WHERE sequence > 4",
    );
    assert_eq!(
        log.verify().await.unwrap().first_bad,
        None,
        "the file alone cannot tell"
    );
    for head in &kept {
        let holds = log.holds(head.clone()).await.unwrap();
        assert_eq!(holds, Some(head.sequence <= 4), "{head:?}");
    }
    // Not when it has grown again either.
    for number in 7..=9 {
        log.append(record(number)).await.unwrap();
    }
    assert_eq!(log.verify().await.unwrap().first_bad, None);
    assert_eq!(log.holds(kept[0].clone()).await.unwrap(), Some(false));
}

#[tokio::test]
async fn threat_50_a_trail_written_anew_from_some_point_is_noticed_by_kept_heads() {
    let place = Place::new();
    let log = filled(&place, 6).await;
    let kept: Vec<AuditHead> = newest(&log, None, 6).await.iter().map(head).collect();
    forge_from(&place, 3);
    assert_eq!(
        log.verify().await.unwrap().first_bad,
        None,
        "the file alone cannot tell"
    );
    for head in &kept {
        let holds = log.holds(head.clone()).await.unwrap();
        assert_eq!(holds, Some(head.sequence < 3), "{head:?}");
    }
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
    let early = head(&newest(&log, None, 4).await[2]);
    let old = log.head().await.unwrap();
    assert_eq!(log.clear(record(5)).await.unwrap(), old);
    let kept = newest(&log, None, 10).await;
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].sequence, 5);
    assert!(kept[0].reason.as_ref().unwrap().contains(&old.hash));
    log.append(record(6)).await.unwrap();
    assert_eq!(log.verify().await.unwrap().first_bad, None);

    // What was kept elsewhere: the last head still fits, one before it cannot be compared any more.
    assert_eq!(log.holds(early).await.unwrap(), None);
    assert_eq!(log.holds(old.clone()).await.unwrap(), Some(true));
    let other = AuditHead {
        hash: "00".repeat(32),
        ..old
    };
    assert_eq!(log.holds(other).await.unwrap(), Some(false));
    // The record of the clearing cannot go without being missed.
    edit(&place, "DELETE FROM records WHERE sequence = 5");
    assert_eq!(log.verify().await.unwrap().first_bad, Some(5));
}

#[tokio::test]
async fn pruning_takes_only_what_is_old_says_so_and_the_chain_goes_on() {
    let place = Place::new();
    let log = filled(&place, 6).await;
    let before = async |seconds, number| {
        let cut = AuditCut::Before(NOW.plus_seconds(seconds));
        log.prune(cut, u64::MAX, record(number)).await.unwrap()
    };
    assert_eq!(before(4, 7).await, 3);
    let numbers = async || -> Vec<u64> {
        let kept = newest(&log, None, 10).await;
        kept.iter().map(|record| record.sequence).collect()
    };
    assert_eq!(numbers().await, [7, 6, 5, 4]);
    log.append(record(8)).await.unwrap();
    let verdict = log.verify().await.unwrap();
    assert_eq!((verdict.records, verdict.first_bad), (5, None));
    assert_eq!(before(4, 9).await, 0);
    assert_eq!(
        numbers().await,
        [8, 7, 6, 5, 4],
        "there was nothing to take, and nothing is said"
    );
    assert_eq!(before(400, 9).await, 5);
    assert_eq!(numbers().await, [9]);
    assert_eq!(log.verify().await.unwrap().first_bad, None);
}

#[tokio::test]
async fn pruning_in_steps_stays_whole_after_each_and_ends_where_it_was_told() {
    let place = Place::new();
    let log = filled(&place, 10).await;
    let kept: Vec<AuditHead> = newest(&log, None, 10).await.iter().map(head).collect();
    for (cut, most, gone, first) in [
        (AuditCut::Before(NOW.plus_seconds(7)), 4, 4, 5),
        (AuditCut::Before(NOW.plus_seconds(7)), 4, 2, 7),
        (AuditCut::Before(NOW.plus_seconds(7)), 4, 0, 7),
        (AuditCut::Through(9), 2, 2, 9),
        (AuditCut::Through(9), 2, 1, 10),
        (AuditCut::Through(9), 2, 0, 10),
    ] {
        let pruned = log.prune(cut, most, record(11)).await.unwrap();
        let last = log.head().await.unwrap().sequence;
        let extent = log.extent().await.unwrap();
        assert_eq!(pruned, gone, "{cut:?}");
        assert_eq!((extent.records, extent.last), (last + 1 - first, last));
        assert_eq!(log.verify().await.unwrap().first_bad, None, "{cut:?}");
        // Heads that somebody kept: not one of them is contradicted, and those that are still there hold.
        for head in &kept {
            let holds = log.holds(head.clone()).await.unwrap();
            let expected = (head.sequence + 1 >= first).then_some(true);
            assert_eq!(holds, expected, "{head:?} after {cut:?}");
        }
    }
}

#[tokio::test]
async fn the_room_of_records_that_went_is_free_for_those_to_come() {
    let place = Place::new();
    let log = place.log();
    let append = async |numbers: std::ops::RangeInclusive<i64>| {
        let end = *numbers.end();
        for number in numbers {
            log.append_soon(record(number));
        }
        log.append(record(end + 1)).await.unwrap();
    };
    append(1..=2_999).await;
    let full = log.extent().await.unwrap();
    assert_eq!((full.records, full.last), (3_000, 3_000));
    assert_eq!(full.oldest, Some(record(1).at));
    log.prune(AuditCut::Through(2_700), u64::MAX, record(3_001))
        .await
        .unwrap();
    let cut = log.extent().await.unwrap();
    assert_eq!((cut.records, cut.last), (301, 3_001));
    assert!(cut.bytes < full.bytes / 2, "{} of {}", cut.bytes, full.bytes);
    let pages = || -> i64 {
        rusqlite::Connection::open(place.trail())
            .unwrap()
            .pragma_query_value(None, "page_count", |row| row.get(0))
            .unwrap()
    };
    let before = pages();
    append(3_002..=5_000).await;
    assert!(pages() <= before, "{} more than {before}", pages());
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
    let subjects: Vec<_> = newest(&log, None, 2)
        .await
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

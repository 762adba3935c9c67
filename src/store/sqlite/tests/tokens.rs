//! Tokens that the trail has seen, in trails that are longer than what one look at them takes in.

use super::*;
use crate::model::KeyId;
use crate::store::{AuditCut, AuditLog, AuditOutcome, NewAuditRecord, SeenTokens};

/// Three stretches of numbers that are full, and a part of a fourth one.
const RECORDS: i64 = 3 * 4096 + 200;

/// Seconds after `NOW` at which a record was made: the clock is a day behind for some thousand of them.
fn second(number: i64) -> i64 {
    let behind = if (5_000..10_000).contains(&number) {
        86_400
    } else {
        0
    };
    number / 100 - behind
}

/// Two of three have a token, and none of the second stretch has one.
fn record(number: i64) -> NewAuditRecord {
    let has_token = number % 3 > 0 && number >> 12 != 1;
    NewAuditRecord {
        at: NOW.plus_seconds(second(number)),
        app_id: Some(app()),
        kid: Some(KeyId::parse("kid_0123456789abcdef").unwrap()),
        jti: has_token.then(|| format!("token-{number}")),
        action: "whoami".to_owned(),
        subject: None,
        outcome: AuditOutcome::Done,
        reason: None,
    }
}

async fn fill(log: &SqliteAuditLog, numbers: std::ops::RangeInclusive<i64>) {
    let last = *numbers.end();
    for number in *numbers.start()..last {
        log.append_soon(record(number));
    }
    log.append(record(last)).await.unwrap();
}

async fn filled(place: &Place) -> SqliteAuditLog {
    let log = place.log();
    fill(&log, 1..=RECORDS).await;
    log
}

async fn seen(log: &SqliteAuditLog, from: i64, until: i64) -> SeenTokens {
    let found = log.tokens(NOW.plus_seconds(from), NOW.plus_seconds(until));
    found.await.unwrap()
}

/// What is found is what was put in, also where the clock went back and forth.
async fn assert_found(log: &SqliteAuditLog, last: i64) {
    let day = 86_400;
    for (from, until) in [
        (0, 200),
        (-day, 200),
        (10, 20),
        (70 - day, 80 - day),
        (99 - day, 102),
        (122, 130),
        (-10, -1),
        (300, 400),
    ] {
        let tokens =
            |number: &i64| (from..=until).contains(&second(*number)) && record(*number).jti.is_some();
        let expected: Vec<String> = (1..=last)
            .filter(tokens)
            .filter_map(|number| record(number).jti)
            .collect();
        let found = seen(log, from, until).await;
        let mut names: Vec<String> = found.seen.iter().map(|(_, jti, _)| jti.clone()).collect();
        names.sort_by_key(|name| name["token-".len()..].parse::<i64>().unwrap());
        assert_eq!(names, expected, "{from} to {until}");
        let later = (1..=last).any(|number| record(number).jti.is_some() && second(number) > until);
        assert_eq!(found.is_all, !later, "after {until}");
    }
}

fn stretches(place: &Place) -> i64 {
    let conn = rusqlite::Connection::open(place.trail()).unwrap();
    conn.query_row("SELECT count(*) FROM stretches", [], |row| row.get(0))
        .unwrap()
}

#[tokio::test]
async fn tokens_of_a_long_trail_are_found_by_when_they_were_seen() {
    let place = Place::new();
    let log = filled(&place).await;
    assert_found(&log, RECORDS).await;
    assert_eq!(
        stretches(&place),
        2,
        "the second one has no token, the last one is not full"
    );
}

#[tokio::test]
async fn a_trail_that_is_cut_keeps_the_tokens_that_may_be_alive() {
    let place = Place::new();
    let log = filled(&place).await;
    let mut note = record(RECORDS + 1);
    note.jti = None;
    let cut = AuditCut::Through(4_200);
    assert_eq!(log.prune(cut, 100_000, note.clone()).await.unwrap(), 4_200);
    assert_found(&log, RECORDS).await;
    assert_eq!(stretches(&place), 1);
    log.clear(note).await.unwrap();
    let found = seen(&log, 0, 200).await;
    let all = (1..=RECORDS).filter(|number| second(*number) >= 0 && record(*number).jti.is_some());
    assert_eq!(found.seen.len(), all.count(), "those of the day before are dead");
    assert_eq!(stretches(&place), 0);
}

#[tokio::test]
async fn a_trail_of_the_version_before_is_brought_up_to_date() {
    let place = Place::new();
    let log = filled(&place).await;
    log.close().await;
    let conn = rusqlite::Connection::open(place.trail()).unwrap();
    conn.execute_batch(
        "DROP TABLE stretches;
         CREATE INDEX records_with_tokens ON records (at) WHERE jti IS NOT NULL;
         DELETE FROM refinery_schema_history WHERE version = 3;",
    )
    .unwrap();
    drop(conn);
    let log = place.log();
    assert_found(&log, RECORDS).await;
    // What was noted of the stretch that was not full is noted anew when it is.
    fill(&log, RECORDS + 1..=4 * 4096 + 10).await;
    assert_found(&log, 4 * 4096 + 10).await;
    let verdict = log.verify().await.unwrap();
    assert_eq!((verdict.first_bad, verdict.records), (None, 4 * 4096 + 10));
}

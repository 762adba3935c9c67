//! Tokens that the audit trail has seen, found by when that was, so that replay protection knows them again after a
//! restart.
//!
//! Times need not rise with the numbers of records, because clocks are set back. An index would tell, but each record
//! would have to be put into it, and each commit would write a page of it. So it is noted for each stretch of numbers
//! from when to when it has tokens, and the few stretches that may have some of the time in question are looked through.

use super::audit_rows::head;
use super::failure::damaged;
use super::rows::{all, text};
use crate::model::{KeyId, Timestamp};
use crate::store::{SeenTokens, StoreError};
use rusqlite::{Connection, Row, params};
use std::ops::Range;

/// Stretches have this many numbers, as a power of two.
const STRETCH_BITS: u32 = 12;
/// Seconds; no token lives as long as this.
const LIVES: i64 = 900;

/// Notes the stretches that became full when the chain grew from one number to another.
pub(super) fn note(conn: &Connection, before: u64, after: u64) -> Result<(), StoreError> {
    for number in stretch(before + 1)..stretch(after + 1) {
        conn.prepare_cached(
            "INSERT OR REPLACE INTO stretches
             SELECT ?1, earliest, latest FROM
                 (SELECT min(at) AS earliest, max(at) AS latest FROM records
                  WHERE jti IS NOT NULL AND sequence BETWEEN ?2 AND ?3)
             WHERE earliest IS NOT NULL",
        )?
        .execute(params![number, first_of(number), first_of(number + 1) - 1])?;
    }
    Ok(())
}

/// Keeps the tokens apart that may still be alive of records that go, up to the one of this number.
pub(super) fn keep_living(conn: &Connection, last: u64, now: Timestamp) -> Result<(), StoreError> {
    let dead = now.plus_seconds(-LIVES).as_micros();
    conn.prepare_cached("DELETE FROM cleared_tokens WHERE at < ?1")?
        .execute([dead])?;
    let mut keep = conn.prepare_cached(
        "INSERT INTO cleared_tokens SELECT COALESCE(kid, ''), jti, at FROM records
         WHERE jti IS NOT NULL AND (kid IS NOT NULL OR length(jti) = 22)
             AND at >= ?1 AND sequence >= ?2 AND sequence < ?3",
    )?;
    for range in between(conn, dead, i64::MAX)? {
        keep.execute(params![dead, range.start, range.end.min(last.cast_signed() + 1)])?;
    }
    conn.prepare_cached("DELETE FROM stretches WHERE number < ?1")?
        .execute([stretch(last + 1)])?;
    Ok(())
}

/// Keeps tokens that another trail has seen.
pub(super) fn keep(conn: &Connection, tokens: &SeenTokens) -> Result<(), StoreError> {
    let mut keep = conn.prepare_cached("INSERT INTO cleared_tokens (kid, jti, at) VALUES (?1, ?2, ?3)")?;
    for (kid, jti, at) in &tokens.seen {
        let kid = kid.as_ref().map_or("", KeyId::as_str);
        keep.execute(params![kid, jti, at.as_micros()])?;
    }
    Ok(())
}

/// Tokens seen from one moment to another. Those without a key are of legacy calls that are taken once, by ids of 22
/// characters.
pub(super) fn seen(conn: &Connection, from: Timestamp, until: Timestamp) -> Result<SeenTokens, StoreError> {
    let (from, until) = (from.as_micros(), until.as_micros());
    let mut seen = Vec::new();
    for range in between(conn, from, until)? {
        seen.extend(all(
            conn,
            "SELECT COALESCE(kid, ''), jti, at FROM records
             WHERE jti IS NOT NULL AND (kid IS NOT NULL OR length(jti) = 22)
                 AND at BETWEEN ?1 AND ?2 AND sequence >= ?3 AND sequence < ?4",
            [from, until, range.start, range.end],
            token,
        )?);
    }
    seen.extend(all(
        conn,
        "SELECT kid, jti, at FROM cleared_tokens WHERE at BETWEEN ?1 AND ?2",
        [from, until],
        token,
    )?);
    Ok(SeenTokens {
        seen,
        is_all: !is_any_after(conn, until)?,
    })
}

fn is_any_after(conn: &Connection, moment: i64) -> Result<bool, StoreError> {
    let mut later = conn.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM records
             WHERE jti IS NOT NULL AND at > ?1 AND sequence >= ?2 AND sequence < ?3)",
    )?;
    for range in between(conn, moment.saturating_add(1), i64::MAX)? {
        if later.query_row([moment, range.start, range.end], |row| row.get(0))? {
            return Ok(true);
        }
    }
    let cleared = "SELECT EXISTS (SELECT 1 FROM cleared_tokens WHERE at > ?1)";
    Ok(conn.query_row(cleared, [moment], |row| row.get(0))?)
}

/// The numbers among which the records with tokens of a time are: the stretches that may have some, and the last one.
fn between(conn: &Connection, from: i64, until: i64) -> Result<Vec<Range<i64>>, StoreError> {
    let last = stretch(head(conn)?.sequence + 1);
    let mut numbers: Vec<i64> = all(
        conn,
        "SELECT number FROM stretches WHERE latest >= ?1 AND earliest <= ?2 AND number < ?3 ORDER BY number",
        [from, until, last],
        |row| Ok(row.get(0)?),
    )?;
    numbers.push(last);
    let range = |number| first_of(number)..first_of(number + 1);
    Ok(numbers.into_iter().map(range).collect())
}

/// The stretch that a number belongs to.
fn stretch(sequence: u64) -> i64 {
    (sequence >> STRETCH_BITS).cast_signed()
}

fn first_of(stretch: i64) -> i64 {
    stretch << STRETCH_BITS
}

fn token(row: &Row) -> Result<(Option<KeyId>, String, Timestamp), StoreError> {
    let kid = match text(row, 0)? {
        "" => None,
        kid => Some(KeyId::parse(kid).map_err(|_| damaged("key id", kid))?),
    };
    Ok((kid, row.get(1)?, Timestamp::from_micros(row.get(2)?)))
}

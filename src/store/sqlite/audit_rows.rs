//! The audit trail's tables.

use super::audit_chain::{Chain, Hash, outcome};
use super::failure::damaged;
use super::rows::{one, text};
use crate::model::{AppId, KeyId, Timestamp};
use crate::seal::hex;
use crate::store::{AuditFilter, AuditHead, AuditPage, AuditRecord, NewAuditRecord, StoreError};
use rusqlite::{Connection, Row, params};

pub(super) const COLUMNS: &str = "at, app_id, kid, jti, action, subject, outcome, reason, hash, sequence";

/// Records that are looked at for one page: a few hundredths of a second.
pub(super) const LOOKED_AT: usize = 20_000;

/// Writes records, each at its place: the chain grows by them.
pub(super) fn insert<'a>(
    conn: &Connection,
    chain: &mut Chain,
    records: impl IntoIterator<Item = &'a NewAuditRecord>,
) -> Result<(), StoreError> {
    let mut statement = conn.prepare_cached(
        "INSERT INTO records (sequence, at, app_id, kid, jti, action, subject, outcome, reason, hash)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?;
    for record in records {
        let place = chain.append(record);
        statement.execute(params![
            place.sequence.cast_signed(),
            record.at.as_micros(),
            record.app_id.as_ref().map(AppId::as_str),
            record.kid.as_ref().map(KeyId::as_str),
            record.jti,
            record.action,
            record.subject,
            record.outcome.as_str(),
            record.reason,
            place.hash,
        ])?;
    }
    Ok(())
}

/// Where the chain ends.
pub(super) fn head(conn: &Connection) -> Result<Chain, StoreError> {
    end(conn, "head")
}

/// Notes where the chain ends.
pub(super) fn set_head(conn: &Connection, chain: &Chain) -> Result<(), StoreError> {
    set_end(conn, "head", chain)
}

/// Whether a head that was kept elsewhere is part of this trail; none if the trail begins after it.
pub(super) fn holds(conn: &Connection, kept: &AuditHead) -> Result<Option<bool>, StoreError> {
    let base = end(conn, "base")?;
    if kept.sequence <= base.sequence {
        let is_base = kept.sequence == base.sequence;
        return Ok(is_base.then(|| hex(&base.hash) == kept.hash));
    }
    let found: Option<Hash> = one(
        conn,
        "SELECT hash FROM records WHERE sequence = ?1",
        kept.sequence.cast_signed(),
        |row| Ok(row.get(0)?),
    )?;
    Ok(Some(found.is_some_and(|hash| hex(&hash) == kept.hash)))
}

pub(super) fn end(conn: &Connection, what: &str) -> Result<Chain, StoreError> {
    one(
        conn,
        "SELECT sequence, hash FROM ends WHERE what = ?1",
        what,
        |row| {
            Ok(Chain {
                sequence: row.get::<_, i64>(0)?.cast_unsigned(),
                hash: row.get::<_, Hash>(1)?,
            })
        },
    )?
    .ok_or_else(|| damaged("audit trail", what))
}

fn set_end(conn: &Connection, what: &str, chain: &Chain) -> Result<(), StoreError> {
    conn.prepare_cached("UPDATE ends SET sequence = ?2, hash = ?3 WHERE what = ?1")?
        .execute(params![what, chain.sequence.cast_signed(), chain.hash])?;
    Ok(())
}

/// Removes every record up to this one; the chain kept here begins after it.
pub(super) fn forget_until(conn: &Connection, last: &Chain) -> Result<(), StoreError> {
    conn.prepare_cached("DELETE FROM records WHERE sequence <= ?1")?
        .execute([last.sequence.cast_signed()])?;
    set_end(conn, "base", last)
}

/// The newest records that fit, newest first.
pub(super) fn recent(
    conn: &Connection,
    before: Option<u64>,
    limit: usize,
    filter: &AuditFilter,
) -> Result<AuditPage, StoreError> {
    let before = before.map_or(i64::MAX, |before| i64::try_from(before).unwrap_or(i64::MAX));
    let mut statement = conn.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM records WHERE sequence < ?1 ORDER BY sequence DESC"
    ))?;
    let mut rows = statement.query([before])?;
    let mut page = AuditPage::default();
    let mut looked_at = 0;
    while let Some(row) = rows.next()? {
        let mut record = unhashed(row)?;
        if filter.ends_at(&record) {
            return Ok(page);
        }
        let sequence = record.sequence;
        if filter.fits(&record) {
            record.hash = hash_of(row)?;
            page.records.push(record);
        }
        looked_at += 1;
        if page.records.len() >= limit || looked_at == LOOKED_AT {
            page.next = Some(sequence).filter(|sequence| *sequence > 1);
            return Ok(page);
        }
    }
    Ok(page)
}

/// A record with its place in the chain.
pub(super) fn placed(row: &Row) -> Result<AuditRecord, StoreError> {
    Ok(AuditRecord {
        hash: hash_of(row)?,
        ..unhashed(row)?
    })
}

fn hash_of(row: &Row) -> Result<String, StoreError> {
    Ok(hex(row.get_ref(8)?.as_blob().map_err(rusqlite::Error::from)?))
}

fn unhashed(row: &Row) -> Result<AuditRecord, StoreError> {
    let record = record(row)?;
    Ok(AuditRecord {
        sequence: row.get::<_, i64>(9)?.cast_unsigned(),
        at: record.at,
        app_id: record.app_id,
        kid: record.kid,
        jti: record.jti,
        action: record.action,
        subject: record.subject,
        outcome: record.outcome,
        reason: record.reason,
        hash: String::new(),
    })
}

pub(super) fn record(row: &Row) -> Result<NewAuditRecord, StoreError> {
    let app_id: Option<String> = row.get(1)?;
    let kid: Option<String> = row.get(2)?;
    let word = text(row, 6)?;
    Ok(NewAuditRecord {
        at: Timestamp::from_micros(row.get(0)?),
        app_id: app_id
            .map(|id| AppId::parse(&id).map_err(|_| damaged("app_id", &id)))
            .transpose()?,
        kid: kid
            .map(|kid| KeyId::parse(&kid).map_err(|_| damaged("key id", &kid)))
            .transpose()?,
        jti: row.get(3)?,
        action: row.get(4)?,
        subject: row.get(5)?,
        outcome: outcome(word).ok_or_else(|| damaged("audit outcome", word))?,
        reason: row.get(7)?,
    })
}

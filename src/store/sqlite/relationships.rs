//! Stored relationships between pointers.

use super::failure::{not_found, require_unchanged};
use super::rows::{address, all, connection_id, list_from_json, number, one, row_id, text};
use crate::model::{PointerAddress, PointerScope, Timestamp};
use crate::store::{Edge, Relationship, StoreError};
use rusqlite::{Connection, params};
use std::collections::BTreeSet;

/// Relationships of a pointer, strongest first; of a scope, those to pointers that it covers.
pub(super) fn of(
    conn: &Connection,
    at: &PointerAddress,
    limit: usize,
    scope: Option<&PointerScope>,
) -> Result<Vec<Relationship>, StoreError> {
    let id = match row_id(conn, at) {
        Err(StoreError::NotFound { .. }) => return Ok(Vec::new()),
        found => found?,
    };
    let mut statement = conn.prepare_cached(
        "SELECT p.address, r.kind, r.weight, p.tags, p.connection FROM relationships r
         JOIN pointers p ON p.id = r.to_id
         WHERE r.from_id = ?1 ORDER BY r.weight DESC, r.to_id, r.kind",
    )?;
    let mut rows = statement.query([id])?;
    let mut found = Vec::new();
    while found.len() < limit
        && let Some(row) = rows.next()?
    {
        let other = address(row.get(0)?)?;
        if let Some(scope) = scope {
            let connection: Option<i64> = row.get(4)?;
            let connection = connection.map(connection_id).transpose()?;
            if !scope.covers(&other, &list_from_json(text(row, 3)?)?, connection.as_ref()) {
                continue;
            }
        }
        found.push(Relationship {
            address: other,
            relationship: row.get(1)?,
            weight: row.get(2)?,
        });
    }
    Ok(found)
}

/// Adds a relationship in both directions; one of the same kind is replaced.
pub(super) fn add(
    conn: &Connection,
    ends: &[PointerAddress; 2],
    if_unchanged_since: Option<[Timestamp; 2]>,
    kind: &str,
    weight: f64,
) -> Result<(), StoreError> {
    let [from, to] = ends;
    if from == to {
        return Err(StoreError::Failed(format!("{from} cannot be its own neighbour")));
    }
    if !weight.is_finite() {
        return Err(StoreError::Failed(
            "the weight of a relationship must be a finite number".to_owned(),
        ));
    }
    let (from, to) = unchanged(conn, ends, if_unchanged_since)?;
    let known: bool = conn
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM relationships WHERE from_id = ?1 AND to_id = ?2 AND kind = ?3)",
        )?
        .query_row(params![from, to, kind], |row| row.get(0))?;
    for (from, to) in [(from, to), (to, from)] {
        conn.prepare_cached(
            "INSERT INTO relationships (from_id, to_id, kind, weight) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT DO UPDATE SET weight = ?4",
        )?
        .execute(params![from, to, kind, weight])?;
        if !known {
            neighbors(conn, from, 1)?;
        }
    }
    if !known {
        count(conn, 1)?;
    }
    Ok(())
}

/// Removes the relationships between two pointers, all of them or those of a kind, at both ends. Tells how many.
pub(super) fn remove(
    conn: &Connection,
    ends: &[PointerAddress; 2],
    if_unchanged_since: Option<[Timestamp; 2]>,
    kind: Option<&str>,
) -> Result<u64, StoreError> {
    let (one, other) = unchanged(conn, ends, if_unchanged_since)?;
    let mut removed = 0;
    for (from, to) in [(one, other), (other, one)] {
        removed = conn
            .prepare_cached(
                "DELETE FROM relationships WHERE from_id = ?1 AND to_id = ?2 AND (?3 IS NULL OR kind = ?3)",
            )?
            .execute(params![from, to, kind])?;
        neighbors(conn, from, -i64::try_from(removed).unwrap_or(i64::MAX))?;
    }
    count(conn, -i64::try_from(removed).unwrap_or(i64::MAX))?;
    Ok(removed as u64)
}

/// The rows of two pointers, which must be as they were seen.
fn unchanged(
    conn: &Connection,
    ends: &[PointerAddress; 2],
    seen: Option<[Timestamp; 2]>,
) -> Result<(i64, i64), StoreError> {
    let row = |at: &PointerAddress, seen: Option<Timestamp>| -> Result<i64, StoreError> {
        let Some(seen) = seen else {
            return row_id(conn, at);
        };
        let sql = "SELECT id, last_modified FROM pointers WHERE address = ?1";
        let found = one(conn, sql, number(at.as_str()), |row| {
            Ok((row.get(0)?, Timestamp::from_micros(row.get(1)?)))
        })?;
        let (id, changed) = found.ok_or_else(|| not_found("pointer", at.as_str()))?;
        require_unchanged(at, Some(seen), changed)?;
        Ok(id)
    };
    let [first, second] = seen.map_or([None; 2], |seen| seen.map(Some));
    Ok((row(&ends[0], first)?, row(&ends[1], second)?))
}

/// Removes every relationship of a pointer, at both ends.
pub(super) fn remove_all(conn: &Connection, id: i64) -> Result<(), StoreError> {
    let ends: Vec<(i64, i64)> = all(
        conn,
        "SELECT to_id, count(*) FROM relationships WHERE from_id = ?1 GROUP BY to_id",
        [id],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    for (end, kinds) in ends {
        conn.prepare_cached("DELETE FROM relationships WHERE from_id = ?1 AND to_id = ?2")?
            .execute([end, id])?;
        neighbors(conn, end, -kinds)?;
        count(conn, -kinds)?;
    }
    conn.prepare_cached("DELETE FROM relationships WHERE from_id = ?1")?
        .execute([id])?;
    Ok(())
}

/// Every stored relationship, or those of a kind, each pair once.
pub(super) fn edges(conn: &Connection, kind: Option<&str>, limit: usize) -> Result<Vec<Edge>, StoreError> {
    let of_kind = if kind.is_some() {
        "r.kind = ?1"
    } else {
        "?1 IS NULL"
    };
    all(
        conn,
        &format!(
            "SELECT a.address, b.address, r.kind, r.weight FROM relationships r
             JOIN pointers a ON a.id = r.from_id JOIN pointers b ON b.id = r.to_id
             WHERE {of_kind} AND r.from_id < r.to_id ORDER BY r.from_id, r.to_id, r.kind LIMIT ?2"
        ),
        params![kind, i64::try_from(limit).unwrap_or(i64::MAX)],
        |row| {
            Ok(Edge {
                a: address(row.get(0)?)?,
                b: address(row.get(1)?)?,
                relationship: row.get(2)?,
                weight: row.get(3)?,
            })
        },
    )
}

/// The kinds of a pointer's relationships.
pub(super) fn kinds(conn: &Connection, at: &PointerAddress) -> Result<BTreeSet<String>, StoreError> {
    let id = match row_id(conn, at) {
        Err(StoreError::NotFound { .. }) => return Ok(BTreeSet::new()),
        found => found?,
    };
    let kinds = all(
        conn,
        "SELECT DISTINCT kind FROM relationships WHERE from_id = ?1 AND kind <> ''",
        [id],
        |row| Ok(row.get(0)?),
    )?;
    Ok(kinds.into_iter().collect())
}

fn neighbors(conn: &Connection, id: i64, change: i64) -> Result<(), StoreError> {
    conn.prepare_cached("UPDATE pointers SET neighbors = neighbors + ?2 WHERE id = ?1")?
        .execute([id, change])?;
    Ok(())
}

fn count(conn: &Connection, change: i64) -> Result<(), StoreError> {
    conn.prepare_cached("UPDATE counters SET value = value + ?1 WHERE name = 'relationships'")?
        .execute([change])?;
    Ok(())
}

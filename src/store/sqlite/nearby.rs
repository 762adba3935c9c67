//! What is near to a pointer among those that somebody may see, where that is not every pointer.
//!
//! Of a scope that names few pointers those are ranked, which takes no longer the more others there are. Of one that names
//! many, all are ranked, and looked at from the nearest on until enough may be seen: that is soon the case.

use super::places::Places;
use super::pointers::find_summary;
use super::rows::{address, coordinates, coordinates_of, number};
use crate::model::{ConnectionId, PointerAddress, PointerScope};
use crate::store::{Nearness, StoreError};
use rusqlite::{Connection, ToSql, params};
use std::collections::HashSet;

/// A scope that names more pointers names many.
const FEW: usize = if cfg!(test) { 8 } else { 20_000 };
/// How many are looked at first for each that is wanted, of a scope that names many; then so many times more.
const STEP: usize = 4;

/// The pointers that are nearest and covered by the scope, nearest first, with their scores.
pub(super) fn nearest(
    conn: &Connection,
    places: &Places,
    origin: &PointerAddress,
    nearness: Nearness,
    limit: usize,
    scope: &PointerScope,
) -> Result<Vec<(PointerAddress, f64)>, StoreError> {
    match named(conn, scope)? {
        Some(named) => among(conn, named, origin, nearness, limit, scope),
        None => from_the_nearest_on(conn, places, origin, nearness, limit, scope),
    }
}

/// The numbers of the pointers that a scope names, and perhaps of some that are gone or covered no more by what is above
/// it; none where they are many.
fn named(conn: &Connection, scope: &PointerScope) -> Result<Option<HashSet<i64>>, StoreError> {
    let mut narrowing = scope;
    while narrowing.all {
        match &narrowing.below {
            Some(above) => narrowing = above,
            None => return Ok(None),
        }
    }
    let addresses = narrowing.addresses.iter().map(|at| number(at.as_str()));
    let mut found: HashSet<i64> = addresses.collect();
    for tag in &narrowing.tags {
        let sql = "SELECT p.address FROM tags t JOIN pointer_tags b ON b.tag_id = t.id
                   JOIN pointers p ON p.id = b.pointer_id WHERE t.tag = ?1";
        gather(conn, sql, tag, &mut found)?;
    }
    let connections = narrowing.connections.iter().chain(&narrowing.of_domains);
    for id in connections.map(ConnectionId::as_str) {
        let sql = "SELECT address FROM pointers WHERE connection = ?1";
        gather(conn, sql, &number(id), &mut found)?;
    }
    Ok((found.len() <= FEW).then_some(found))
}

/// Adds what a query gives, as long as that is few.
fn gather(conn: &Connection, sql: &str, key: &dyn ToSql, found: &mut HashSet<i64>) -> Result<(), StoreError> {
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query(params![key])?;
    while found.len() <= FEW
        && let Some(row) = rows.next()?
    {
        found.insert(row.get(0)?);
    }
    Ok(())
}

fn among(
    conn: &Connection,
    named: HashSet<i64>,
    origin: &PointerAddress,
    nearness: Nearness,
    limit: usize,
    scope: &PointerScope,
) -> Result<Vec<(PointerAddress, f64)>, StoreError> {
    let (here, own) = (coordinates(origin), number(origin.as_str()));
    let mut ranked: Vec<(f64, i64)> = named
        .into_iter()
        .filter(|number| *number != own)
        .filter_map(|number| Some((nearness.score(here, coordinates_of(number))?, number)))
        .collect();
    ranked.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
    let mut seen = Vec::new();
    for (score, number) in ranked {
        if seen.len() == limit {
            break;
        }
        let at = address(number)?;
        if is_covered(conn, scope, &at)? {
            seen.push((at, score));
        }
    }
    Ok(seen)
}

fn from_the_nearest_on(
    conn: &Connection,
    places: &Places,
    origin: &PointerAddress,
    nearness: Nearness,
    limit: usize,
    scope: &PointerScope,
) -> Result<Vec<(PointerAddress, f64)>, StoreError> {
    let mut seen = Vec::new();
    let mut last: Option<(PointerAddress, f64)> = None;
    let mut depth = limit.saturating_mul(STEP).max(FEW);
    loop {
        let ranked = places.nearest(conn, origin, nearness, depth)?.pointers;
        let is_all = ranked.len() < depth;
        for one in ranked {
            // Others may have been made or removed since the last round: what was looked at is known by its place.
            if last.as_ref().is_some_and(|last| !comes_after(&one, last)) {
                continue;
            }
            if seen.len() == limit {
                return Ok(seen);
            }
            last = Some(one.clone());
            if is_covered(conn, scope, &one.0)? {
                seen.push(one);
            }
        }
        if is_all {
            return Ok(seen);
        }
        depth = depth.saturating_mul(STEP);
    }
}

fn comes_after(one: &(PointerAddress, f64), other: &(PointerAddress, f64)) -> bool {
    let order = one.1.total_cmp(&other.1).then_with(|| one.0.cmp(&other.0));
    order.is_gt()
}

fn is_covered(conn: &Connection, scope: &PointerScope, at: &PointerAddress) -> Result<bool, StoreError> {
    let found = find_summary(conn, at)?;
    Ok(found.is_some_and(|found| scope.covers(at, &found.tags, found.connection_id.as_ref())))
}

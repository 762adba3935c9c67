//! Whether the staged rows of an import are such that whoever commits it may make them: that was so when each was staged, and
//! what somebody may is changed meanwhile.

use super::failure::RowError;
use super::pointers::find_summary;
use super::rows::{address, all, connection_id, list_from_json};
use crate::model::{ConnectionId, PointerScope};
use crate::store::{ImportBounds, StoreError};
use rusqlite::Connection;
use std::collections::HashSet;

/// The first row that may not be made is the error. Reads on no thread that others wait for: rows are many.
pub(super) fn check(
    staging: &Connection,
    existing: &Connection,
    bounds: &ImportBounds,
) -> Result<(), RowError> {
    let uses = all(
        staging,
        "SELECT n, connection FROM staged_uses ORDER BY n",
        [],
        |row| Ok((row.get(0)?, connection_id(row.get(1)?)?)),
    )?;
    let refused = uses.into_iter().find(|(_, id)| !bounds.connections.contains(id));
    if let Some((n, id)) = refused {
        return Err(beyond(n, Some(id)));
    }
    if bounds.scope.covers_all() {
        return Ok(());
    }
    match first_uncovered(staging, existing, &bounds.scope)? {
        Some(n) => Err(beyond(n, None)),
        None => Ok(()),
    }
}

fn first_uncovered(
    staging: &Connection,
    existing: &Connection,
    scope: &PointerScope,
) -> Result<Option<i64>, StoreError> {
    let mut seen = HashSet::new();
    let mut statement =
        staging.prepare("SELECT n, tags, connection, credential_pointer FROM staged ORDER BY n")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let tags = list_from_json(&row.get::<_, String>(1)?)?;
        let connection = row.get::<_, Option<i64>>(2)?.map(connection_id).transpose()?;
        let credential: Option<i64> = row.get(3)?;
        let is_covered = scope.covers_new(&tags, connection.as_ref())
            && match credential.filter(|number| seen.insert(*number)) {
                Some(number) => may_name(existing, scope, number)?,
                None => true,
            };
        if !is_covered {
            return Ok(Some(row.get(0)?));
        }
    }
    Ok(None)
}

/// Whether a credential pointer may be named by a row. One that is not there is among the rows, and looked at as such.
fn may_name(existing: &Connection, scope: &PointerScope, number: i64) -> Result<bool, StoreError> {
    let there = find_summary(existing, &address(number)?)?;
    Ok(there.is_none_or(|there| scope.covers(&there.address, &there.tags, there.connection_id.as_ref())))
}

fn beyond(n: i64, connection: Option<ConnectionId>) -> RowError {
    RowError::of_staged(n, StoreError::BeyondBounds { connection })
}

//! Pointers: reading one, making, changing, removing, assigning.

use super::blocks;
use super::failure::{RowError, damaged, is_unique_violation, not_found, require_unchanged};
use super::rows::{
    POINTER, SUMMARY, address, coordinates, federated_to_json, list_from_json, list_to_json, number, one,
    pointer, row_id, summary,
};
use super::search_index::{self, IndexChange};
use super::tags;
use super::writer::Work;
use crate::model::{ConnectionId, NewPointer, Pointer, PointerAddress, PointerChange, Timestamp};
use crate::seal::random;
use crate::store::records::uniqueness;
use crate::store::{Statistics, StoreError, Summary};
use rusqlite::{Connection, OptionalExtension, params};
use std::sync::LazyLock;

/// From this many new pointers on, the search index is filled by one statement.
const BULK: usize = 64;

/// The pointer at an address.
pub(super) fn find(conn: &Connection, at: &PointerAddress) -> Result<Option<Pointer>, StoreError> {
    static SQL: LazyLock<String> =
        LazyLock::new(|| format!("SELECT {POINTER} FROM pointers p WHERE p.address = ?1"));
    one(conn, &SQL, number(at.as_str()), pointer)
}

/// The summary of the pointer at an address.
pub(super) fn find_summary(conn: &Connection, at: &PointerAddress) -> Result<Option<Summary>, StoreError> {
    static SQL: LazyLock<String> =
        LazyLock::new(|| format!("SELECT {SUMMARY} FROM pointers WHERE address = ?1"));
    one(conn, &SQL, number(at.as_str()), |row| summary(at, row))
}

/// Whose `data_reference` this is already.
pub(super) fn holder_of(conn: &Connection, unique: &[u8]) -> Result<Option<PointerAddress>, StoreError> {
    one(
        conn,
        "SELECT address FROM pointers WHERE uniqueness = ?1",
        unique,
        |row| address(row.get(0)?),
    )
}

/// Makes one pointer.
pub(super) fn create(work: &Work, new: NewPointer, now: Timestamp) -> Result<Pointer, StoreError> {
    let (id, pointer) = insert(work.conn, new, now)?;
    blocks::count(work.conn, id, 1)?;
    work.follow(IndexChange::Added {
        id,
        description: pointer.description.clone(),
    });
    Ok(pointer)
}

/// Makes many, all or none.
pub(super) fn create_many(work: &Work, new: Vec<NewPointer>, now: Timestamp) -> Result<u64, RowError> {
    let bulk = new.len() >= BULK;
    let mut made = 0;
    let mut ids = Vec::with_capacity(new.len());
    for (index, new) in new.into_iter().enumerate() {
        let (id, pointer) = insert(work.conn, new, now).map_err(|error| RowError { index, error })?;
        if !bulk {
            let description = pointer.description;
            work.follow(IndexChange::Added { id, description });
        }
        ids.push(id);
        made += 1;
    }
    let Some(&first) = ids.first() else {
        return Ok(0);
    };
    for run in blocks::runs(&ids) {
        blocks::count(work.conn, run[0], run.len() as i64)?;
    }
    if bulk {
        search_index::add_from(work.conn, first)?;
    }
    Ok(made)
}

/// A credential pointer as it is stored.
fn credential_number(address: Option<&PointerAddress>) -> Option<i64> {
    address.map(|address| number(address.as_str()))
}

fn insert(conn: &Connection, new: NewPointer, now: Timestamp) -> Result<(i64, Pointer), StoreError> {
    let connection = known_connection(conn, new.connection_id.as_ref())?;
    let unique = uniqueness(&new.data_reference, new.federated.as_ref());
    let federated = federated_to_json(new.federated.as_ref());
    let credential = credential_number(new.credential_pointer_address.as_ref());
    let tags_json = list_to_json(&new.tags);
    let (at, (x, y, z)) = loop {
        let at = random::pointer_address();
        let place = coordinates(&at);
        let inserted = conn
            .prepare_cached(
                "INSERT INTO pointers (address, uniqueness, created_at, last_modified, connection, tags,
                     description, credential_pointer, x, y, z, data_reference, federated, author)
                 VALUES (?1, ?2, ?3, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
            )?
            .execute(params![
                number(at.as_str()),
                unique,
                now.as_micros(),
                connection,
                tags_json,
                new.description,
                credential,
                place.0,
                place.1,
                place.2,
                new.data_reference,
                federated,
                new.author,
            ]);
        match inserted {
            Ok(_) => break (at, place),
            Err(error) if is_unique_violation(&error) => {
                if let Some(address) = holder_of(conn, &unique)? {
                    return Err(StoreError::DuplicateReference { address });
                }
                // The address was taken: 48 random bits do meet now and then. Another one.
            }
            Err(error) => return Err(error.into()),
        }
    };
    let id = conn.last_insert_rowid();
    tags::attach(conn, id, &new.tags)?;
    let pointer = Pointer {
        address: at,
        description: new.description,
        data_reference: new.data_reference,
        tags: new.tags,
        connection_id: new.connection_id,
        x,
        y,
        z,
        created_at: now,
        last_modified: now,
        credential_pointer_address: new.credential_pointer_address,
        federated: new.federated,
    };
    Ok((id, pointer))
}

/// The number of a connection, which must be there.
pub(super) fn known_connection(
    conn: &Connection,
    connection: Option<&ConnectionId>,
) -> Result<Option<i64>, StoreError> {
    let Some(id) = connection else {
        return Ok(None);
    };
    let key = number(id.as_str());
    one(conn, "SELECT id FROM connections WHERE id = ?1", key, |row| {
        Ok(row.get(0)?)
    })?
    .map(Some)
    .ok_or_else(|| not_found("connection", id.as_str()))
}

/// Changes what `change` names.
pub(super) fn update(
    work: &Work,
    at: &PointerAddress,
    change: PointerChange,
    now: Timestamp,
) -> Result<Pointer, StoreError> {
    let conn = work.conn;
    let id = row_id(conn, at)?;
    let mut pointer = find(conn, at)?.ok_or_else(|| not_found("pointer", at.as_str()))?;
    require_unchanged(at, change.if_unchanged_since, pointer.last_modified)?;
    if let Some(description) = change.description
        && description != pointer.description
    {
        let old = std::mem::replace(&mut pointer.description, description.clone());
        work.follow(IndexChange::Removed { id, description: old });
        work.follow(IndexChange::Added { id, description });
    }
    if let Some(tags) = change.tags {
        tags::detach(conn, id, &pointer.tags)?;
        tags::attach(conn, id, &tags)?;
        pointer.tags = tags;
    }
    if let Some(data_reference) = change.data_reference {
        pointer.data_reference = data_reference;
    }
    if let Some(credential) = change.credential_pointer_address {
        pointer.credential_pointer_address = credential;
    }
    if let Some(federated) = change.federated {
        pointer.federated = Some(federated);
    }
    if let Some(author) = change.author {
        conn.prepare_cached("UPDATE pointers SET author = ?2 WHERE id = ?1")?
            .execute(params![id, author])?;
    }
    pointer.last_modified = later_than(pointer.last_modified, now);
    let unique = uniqueness(&pointer.data_reference, pointer.federated.as_ref());
    let updated = conn
        .prepare_cached(
            "UPDATE pointers SET description = ?2, tags = ?3, data_reference = ?4, uniqueness = ?5,
                 last_modified = ?6, federated = ?7, credential_pointer = ?8
             WHERE id = ?1",
        )?
        .execute(params![
            id,
            pointer.description,
            list_to_json(&pointer.tags),
            pointer.data_reference,
            unique,
            pointer.last_modified.as_micros(),
            federated_to_json(pointer.federated.as_ref()),
            credential_number(pointer.credential_pointer_address.as_ref()),
        ]);
    match updated {
        Ok(_) => {
            work.note_moved(id);
            Ok(pointer)
        }
        Err(error) if is_unique_violation(&error) => match holder_of(conn, &unique)? {
            Some(address) => Err(StoreError::DuplicateReference { address }),
            None => Err(error.into()),
        },
        Err(error) => Err(error.into()),
    }
}

/// The moment of a change after another one: no two of a pointer have the same, also within one tick of the clock and
/// where that goes back.
fn later_than(before: Timestamp, now: Timestamp) -> Timestamp {
    now.max(Timestamp::from_micros(before.as_micros().saturating_add(1)))
}

/// The credential that says where a pointer leads, if it is not the owner's.
pub(super) fn author(conn: &Connection, at: &PointerAddress) -> Result<Option<String>, StoreError> {
    let id = row_id(conn, at)?;
    Ok(conn
        .prepare_cached("SELECT author FROM pointers WHERE id = ?1")?
        .query_row([id], |row| row.get(0))?)
}

/// Assigns to a connection, or to none.
pub(super) fn assign(
    work: &Work,
    at: &PointerAddress,
    connection: Option<&ConnectionId>,
    if_unchanged_since: Option<Timestamp>,
    now: Timestamp,
) -> Result<Pointer, StoreError> {
    let id = row_id(work.conn, at)?;
    let connection = known_connection(work.conn, connection)?;
    let before = find(work.conn, at)?.ok_or_else(|| not_found("pointer", at.as_str()))?;
    require_unchanged(at, if_unchanged_since, before.last_modified)?;
    let changed = later_than(before.last_modified, now);
    work.conn
        .prepare_cached("UPDATE pointers SET connection = ?2, last_modified = ?3 WHERE id = ?1")?
        .execute(params![id, connection, changed.as_micros()])?;
    work.note_moved(id);
    find(work.conn, at)?.ok_or_else(|| not_found("pointer", at.as_str()))
}

/// Removes a pointer with its relationships.
pub(super) fn delete(
    work: &Work,
    at: &PointerAddress,
    if_unchanged_since: Option<Timestamp>,
) -> Result<(), StoreError> {
    let conn = work.conn;
    let id = row_id(conn, at)?;
    let (description, tags, changed): (String, String, i64) = conn
        .prepare_cached("SELECT description, tags, last_modified FROM pointers WHERE id = ?1")?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?
        .ok_or_else(|| damaged("pointer", at.as_str()))?;
    require_unchanged(at, if_unchanged_since, Timestamp::from_micros(changed))?;
    super::relationships::remove_all(conn, id)?;
    tags::detach(conn, id, &list_from_json(&tags)?)?;
    conn.prepare_cached("DELETE FROM pointers WHERE id = ?1")?
        .execute([id])?;
    blocks::count(conn, id, -1)?;
    work.follow(IndexChange::Removed { id, description });
    Ok(())
}

/// Counts of everything.
pub(super) fn statistics(conn: &Connection) -> Result<Statistics, StoreError> {
    let counted = |sql: &str| -> Result<u64, StoreError> {
        let count: i64 = conn.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
        Ok(count.cast_unsigned())
    };
    Ok(Statistics {
        pointers: blocks::total(conn)?,
        relationships: counted("SELECT value FROM counters WHERE name = 'relationships'")?,
        domains: counted("SELECT count(*) FROM domains")?,
        connections: counted("SELECT count(*) FROM connections")?,
    })
}

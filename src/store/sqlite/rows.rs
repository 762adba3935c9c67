//! How the model's types look as columns: 48-bit numbers for identifiers, JSON for what is only read whole.

use super::failure::{damaged, not_found};
use crate::model::{
    ConnectionId, DomainId, Federated, Pointer, PointerAddress, Timestamp, gyroid_coordinates,
};
use crate::seal::sha256;
use crate::store::{StoreError, Summary};
use rusqlite::{Connection, Row, params};

/// The columns that [`pointer()`] reads, of a table called `p`.
pub(super) const POINTER: &str = "p.address, p.description, p.data_reference, p.tags, p.connection, p.x, p.y, p.z, \
     p.created_at, p.last_modified, p.credential_pointer, p.federated, p.id";

/// The columns that [`summary`] reads.
pub(super) const SUMMARY: &str = "description, connection, tags, neighbors, created_at, last_modified";

/// The number that an identifier's 12 hexadecimal digits write.
pub(super) fn number(id: &str) -> i64 {
    let digits = id.rsplit('_').next().unwrap_or_default();
    i64::from_str_radix(digits, 16).expect("the identifier's type has checked its digits")
}

/// The address that a number stands for.
pub(super) fn address(number: i64) -> Result<PointerAddress, StoreError> {
    let text = format!("ptr_{number:012x}");
    PointerAddress::parse(&text).map_err(|_| damaged("address", &text))
}

/// The connection that a number stands for.
pub(super) fn connection_id(number: i64) -> Result<ConnectionId, StoreError> {
    let text = format!("conn_{number:012x}");
    ConnectionId::parse(&text).map_err(|_| damaged("connection id", &text))
}

/// The domain that a number stands for.
pub(super) fn domain_id(number: i64) -> Result<DomainId, StoreError> {
    let text = format!("dom_{number:012x}");
    DomainId::parse(&text).map_err(|_| damaged("domain id", &text))
}

/// A pointer's coordinates, from its address alone.
pub(super) fn coordinates(address: &PointerAddress) -> (f64, f64, f64) {
    coordinates_of(number(address.as_str()))
}

/// The same of the address that a number stands for, without writing it out as a text.
pub(super) fn coordinates_of(number: i64) -> (f64, f64, f64) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = *b"ptr_000000000000";
    for (place, digit) in text[4..].iter_mut().enumerate() {
        *digit = DIGITS[((number >> (44 - 4 * place)) & 0xf) as usize];
    }
    gyroid_coordinates(&sha256(&text))
}

/// A list of texts as a JSON array.
pub(super) fn list_to_json(texts: &[String]) -> String {
    if texts.is_empty() {
        return "[]".to_owned();
    }
    serde_json::to_string(texts).expect("strings always serialise")
}

/// A JSON array as a list of texts.
pub(super) fn list_from_json(json: &str) -> Result<Vec<String>, StoreError> {
    if json == "[]" {
        return Ok(Vec::new());
    }
    serde_json::from_str(json).map_err(|_| damaged("list", json))
}

/// What a federated pointer carries, as JSON.
pub(super) fn federated_to_json(federated: Option<&Federated>) -> Option<String> {
    federated.map(|federated| serde_json::to_string(federated).expect("federated has only string keys"))
}

fn federated_from_json(json: Option<&str>) -> Result<Option<Federated>, StoreError> {
    json.map(|json| serde_json::from_str(json).map_err(|_| damaged("federated part", json)))
        .transpose()
}

/// Reads [`POINTER`].
pub(super) fn pointer(row: &Row) -> Result<Pointer, StoreError> {
    let connection: Option<i64> = row.get(4)?;
    let credential: Option<i64> = row.get(10)?;
    Ok(Pointer {
        address: address(row.get(0)?)?,
        description: row.get(1)?,
        data_reference: row.get(2)?,
        tags: list_from_json(text(row, 3)?)?,
        connection_id: connection.map(connection_id).transpose()?,
        x: row.get(5)?,
        y: row.get(6)?,
        z: row.get(7)?,
        created_at: Timestamp::from_micros(row.get(8)?),
        last_modified: Timestamp::from_micros(row.get(9)?),
        credential_pointer_address: credential.map(address).transpose()?,
        federated: federated_from_json(optional_text(row, 11)?)?,
    })
}

/// Reads [`SUMMARY`].
pub(super) fn summary(at: &PointerAddress, row: &Row) -> Result<Summary, StoreError> {
    let connection: Option<i64> = row.get(1)?;
    Ok(Summary {
        address: at.clone(),
        description: row.get(0)?,
        connection_id: connection.map(connection_id).transpose()?,
        tags: list_from_json(text(row, 2)?)?,
        neighbor_count: row.get::<_, i64>(3)?.cast_unsigned(),
        created_at: Timestamp::from_micros(row.get(4)?),
        last_modified: Timestamp::from_micros(row.get(5)?),
    })
}

/// Text without copying it.
pub(super) fn text<'row>(row: &'row Row, column: usize) -> Result<&'row str, StoreError> {
    Ok(row.get_ref(column)?.as_str().map_err(rusqlite::Error::from)?)
}

fn optional_text<'row>(row: &'row Row, column: usize) -> Result<Option<&'row str>, StoreError> {
    Ok(row
        .get_ref(column)?
        .as_str_or_null()
        .map_err(rusqlite::Error::from)?)
}

/// The only row that a statement gives, read with `read`.
pub(super) fn one<T>(
    conn: &Connection,
    sql: &str,
    key: impl rusqlite::ToSql,
    read: impl FnOnce(&Row) -> Result<T, StoreError>,
) -> Result<Option<T>, StoreError> {
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query(params![key])?;
    rows.next()?.map(read).transpose()
}

/// Every row that a statement gives, read with `read`.
pub(super) fn all<T>(
    conn: &Connection,
    sql: &str,
    parameters: impl rusqlite::Params,
    read: impl Fn(&Row) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query(parameters)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(row)?);
    }
    Ok(found)
}

/// The row of the pointer at an address, which must be there.
pub(super) fn row_id(conn: &Connection, at: &PointerAddress) -> Result<i64, StoreError> {
    one(
        conn,
        "SELECT id FROM pointers WHERE address = ?1",
        number(at.as_str()),
        |row| Ok(row.get(0)?),
    )?
    .ok_or_else(|| not_found("pointer", at.as_str()))
}

//! Orders as SQL: what is sorted by, where a page begins, and the cursor that says so.

use crate::seal::hex;
use crate::store::{Order, SortBy, StoreError};
use rusqlite::types::Value;

/// Where a page ended: the sorted value of its last row, if it was not sorted by creation, and that row's id.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Place {
    pub(super) key: Option<Value>,
    pub(super) id: i64,
}

/// What rows are sorted by, beside their id; none for the order of creation.
pub(in crate::store::sqlite) fn key(by: SortBy) -> Option<&'static str> {
    match by {
        SortBy::Created => None,
        SortBy::Modified => Some("p.last_modified"),
        SortBy::Address => Some("p.address"),
        SortBy::Description => Some("substr(p.description, 1, 80) COLLATE NOCASE"),
        SortBy::Tags => Some("substr(p.tags, 1, 80) COLLATE NOCASE"),
    }
}

/// The `ORDER BY` of an order, for rows whose id is this column. Equal rows stand in order of creation, and
/// in a descending order in the opposite one, so that one is the other read backwards.
pub(super) fn order_by(order: Order, id: &str) -> String {
    let direction = if order.descending { " DESC" } else { "" };
    match key(order.by) {
        None => format!("{id}{direction}"),
        Some(key) => format!("{key}{direction}, p.id{direction}"),
    }
}

/// The condition that a row comes after a place, with its values.
pub(super) fn after(order: Order, id: &str, place: Place) -> (String, Vec<Value>) {
    let sign = if order.descending { "<" } else { ">" };
    match (key(order.by), place.key) {
        (Some(key), Some(value)) => (
            format!("({key} {sign}= ? AND ({key} {sign} ? OR p.id {sign} ?))"),
            vec![value.clone(), value, Value::from(place.id)],
        ),
        _ => (format!("{id} {sign} ?"), vec![Value::from(place.id)]),
    }
}

/// The cursor of a place: `after-` and the id, and for other orders than that of creation the sorted value.
pub(super) fn write_cursor(place: &Place) -> String {
    let id = place.id;
    match &place.key {
        Some(Value::Integer(number)) => format!("after-{id:x}-{number:x}"),
        Some(Value::Text(text)) => {
            format!("after-{id:x}-t{}", hex(text.as_bytes()))
        }
        _ => format!("after-{id:x}"),
    }
}

/// Reads a cursor back; it must be one of this order.
pub(super) fn read_cursor(cursor: &str, by: SortBy) -> Result<Place, StoreError> {
    let read = || {
        let rest = cursor.strip_prefix("after-")?;
        let (id, key) = match rest.split_once('-') {
            Some((id, key)) => (id, Some(key)),
            None => (rest, None),
        };
        let id = i64::from_str_radix(id, 16).ok().filter(|id| *id > 0)?;
        let key = match (by, key) {
            (SortBy::Created, None) => None,
            (SortBy::Modified | SortBy::Address, Some(digits)) => {
                Some(Value::Integer(i64::from_str_radix(digits, 16).ok()?))
            }
            (SortBy::Description | SortBy::Tags, Some(text)) => {
                Some(Value::Text(read_text(text.strip_prefix('t')?)?))
            }
            _ => return None,
        };
        Some(Place { key, id })
    };
    read()
        .filter(|place| write_cursor(place) == cursor)
        .ok_or(StoreError::BadCursor)
}

fn read_text(digits: &str) -> Option<String> {
    let bytes: Option<Vec<u8>> = digits
        .as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect();
    String::from_utf8(bytes?).ok()
}

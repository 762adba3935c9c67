//! Rows as original Python instances have them: what their clients left out is null there, times may lack an offset, and
//! a connection's status is a word of theirs. One row that cannot be read is no reason to show none.

use crate::model::{Pointer, PointerAddress, Timestamp, gyroid_coordinates};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

/// Members that are times.
const TIMES: [&str; 2] = ["created_at", "last_modified"];
/// The coordinates.
const COORDINATES: [&str; 3] = ["x", "y", "z"];

/// What a list of pointers came to.
#[derive(Debug, Default)]
pub(super) struct Rows {
    /// Those that can be read.
    pub pointers: Vec<Pointer>,
    /// The others, each by its address and what is wrong with it.
    pub unreadable: Vec<String>,
}

/// Reads a list, row by row.
pub(super) fn pointers(rows: Vec<Value>) -> Rows {
    let mut read = Rows::default();
    for row in rows {
        match pointer(row) {
            Ok(pointer) => read.pointers.push(pointer),
            Err(why) => read.unreadable.push(why),
        }
    }
    read
}

/// Reads one; the error is its address and what is wrong with it.
pub(super) fn pointer(mut row: Value) -> Result<Pointer, String> {
    if let Some(members) = row.as_object_mut() {
        mend_pointer(members);
    }
    let why = wrong(&row);
    serde_json::from_value(row).map_err(|_| why)
}

fn mend_pointer(members: &mut Map<String, Value>) {
    let or = |members: &mut Map<String, Value>, name: &str, value: Value| {
        if members.get(name).is_none_or(Value::is_null) {
            members.insert(name.to_owned(), value);
        }
    };
    or(members, "tags", json!([]));
    or(members, "description", json!(""));
    mend_times(members);
    let address = members.get("address").and_then(Value::as_str).unwrap_or_default();
    let digest = Sha256::digest(address.as_bytes()).into();
    let (x, y, z) = gyroid_coordinates(&digest);
    for (name, value) in COORDINATES.into_iter().zip([x, y, z]) {
        or(members, name, json!(value));
    }
}

/// Python writes a time without an offset where it knows none; those of the original instances are meant as UTC.
fn mend_times(members: &mut Map<String, Value>) {
    for name in TIMES {
        let Some(Value::String(text)) = members.get_mut(name) else {
            continue;
        };
        let in_utc = format!("{}Z", text.trim().replacen(' ', "T", 1));
        if Timestamp::parse(text).is_none() && Timestamp::parse(&in_utc).is_some() {
            *text = in_utc;
        }
    }
}

/// What a row cannot be read for: its first member that is not as it should be.
fn wrong(row: &Value) -> String {
    let text = |name: &str| row.get(name).and_then(Value::as_str);
    let is_text = |name: &str| text(name).is_some();
    let is_time = |name: &str| text(name).is_some_and(|time| Timestamp::parse(time).is_some());
    let member = match row.get("address").and_then(Value::as_str) {
        Some(address) if PointerAddress::parse(address).is_err() => "address",
        None => "address",
        _ if !is_text("data_reference") => "data_reference",
        _ if !is_text("description") => "description",
        _ if !row["tags"]
            .as_array()
            .is_some_and(|tags| tags.iter().all(Value::is_string)) =>
        {
            "tags"
        }
        _ if !is_time("created_at") => "created_at",
        _ if !is_time("last_modified") => "last_modified",
        _ if COORDINATES.iter().any(|name| !row[*name].is_number()) => "coordinates",
        _ => "connection_id",
    };
    let address: String = text("address")
        .unwrap_or("one without an address")
        .chars()
        .take(40)
        .collect();
    format!("{address} ({member})")
}

/// A domain of an overview, and its connections: what is null is left out, and a status that does not say that a
/// connection is closed says that it is open, with the word as its description where it has none.
pub(super) fn mend_domain(domain: &mut Value) {
    let Some(members) = domain.as_object_mut() else {
        return;
    };
    let id = members.get("id").cloned().unwrap_or_default();
    mend_owned(members);
    for connection in members
        .get_mut("connections")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
        .filter_map(Value::as_object_mut)
    {
        mend_owned(connection);
        connection.entry("domain_id").or_insert_with(|| id.clone());
        let status = connection.get("status").and_then(Value::as_str);
        let status = status.unwrap_or("active").to_owned();
        if !matches!(status.as_str(), "active" | "disabled") {
            let word = json!(status);
            connection.entry("description").or_insert(word);
        }
        if status != "disabled" {
            connection.insert("status".to_owned(), json!("active"));
        }
    }
}

fn mend_owned(members: &mut Map<String, Value>) {
    members.retain(|_, value| !value.is_null());
    mend_times(members);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(number: u8) -> Value {
        json!({"address": format!("ptr_{number:012x}"), "description": "d", "data_reference": format!("r{number}"),
            "tags": ["t"], "connection_id": null, "x": 1.0, "y": 2.0, "z": 3.0,
            "created_at": "2026-11-30T10:00:00+00:00", "last_modified": "2026-11-30T10:00:00+00:00"})
    }

    fn with(number: u8, name: &str, value: Value) -> Value {
        let mut row = row(number);
        row[name] = value;
        row
    }

    #[test]
    fn odd_rows_are_read_and_what_cannot_be_is_named_beside_the_others() {
        let rows = vec![
            row(1),
            with(2, "tags", Value::Null),
            with(3, "description", Value::Null),
            with(4, "last_modified", json!("2026-11-30 10:00:00.5")),
            with(5, "x", Value::Null),
            with(6, "created_at", json!("yesterday")),
            with(7, "tags", json!([1])),
            json!(7),
        ];
        let read = pointers(rows);
        assert_eq!(read.pointers.len(), 5, "{read:?}");
        assert_eq!(
            read.unreadable,
            [
                "ptr_000000000006 (created_at)",
                "ptr_000000000007 (tags)",
                "one without an address (address)"
            ]
        );
        assert!(read.pointers[1].tags.is_empty() && read.pointers[2].description.is_empty());
        assert_eq!(
            Some(read.pointers[3].last_modified),
            Timestamp::parse("2026-11-30T10:00:00.5Z")
        );
        let digest = Sha256::digest(b"ptr_000000000005").into();
        assert_eq!(read.pointers[4].x, gyroid_coordinates(&digest).0);
    }

    #[test]
    fn whatever_a_connection_s_status_is_called_it_is_open_unless_it_is_closed() {
        let mut domain = json!({"id": "dom_0123456789ab", "name": "d", "owner_app_id": null, "connections": [
            {"id": "conn_000000000001", "name": "a", "status": "read-write", "description": null},
            {"id": "conn_000000000002", "name": "b", "status": "disabled", "created_at": "2026-11-30T10:00:00"},
            {"id": "conn_000000000003", "name": "c", "status": "read-only", "description": "archive"},
        ]});
        mend_domain(&mut domain);
        let connections = &domain["connections"];
        let told = |place: usize| (&connections[place]["status"], &connections[place]["description"]);
        assert_eq!(told(0), (&json!("active"), &json!("read-write")));
        assert_eq!(told(1), (&json!("disabled"), &Value::Null));
        assert_eq!(told(2), (&json!("active"), &json!("archive")));
        assert_eq!(connections[0]["domain_id"], "dom_0123456789ab");
        assert_eq!(connections[1]["created_at"], "2026-11-30T10:00:00Z");
        let read: super::super::DomainDetail = serde_json::from_value(domain).unwrap();
        assert_eq!(read.connections.len(), 3);
    }
}

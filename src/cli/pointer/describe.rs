//! A pointer in words, and as scripts read it.

use crate::cli::outcome::Outcome;
use crate::cli::session::Session;
use crate::cli::table::pairs;
use crate::cli::words;
use crate::model::Pointer;
use serde_json::{Value, json};

/// Prints a pointer that was made or changed: `{"pointer": {…}}` for scripts.
pub fn show_pointer(session: &Session, pointer: &Pointer) -> Outcome {
    session.show(&json!({"pointer": pointer}), || describe_pointer(pointer))
}

/// What it is, line by line.
pub fn describe_pointer(pointer: &Pointer) -> String {
    let text = |value: &Value| value.to_string();
    let federated = pointer.federated.as_ref();
    pairs([
        ("address", Some(pointer.address.to_string())),
        ("description", Some(pointer.description.clone())),
        ("data_reference", Some(pointer.data_reference.clone())),
        (
            "tags",
            (!pointer.tags.is_empty()).then(|| pointer.tags.join(", ")),
        ),
        (
            "connection",
            pointer.connection_id.as_ref().map(ToString::to_string),
        ),
        (
            "header",
            pointer
                .credential_pointer_address
                .as_ref()
                .map(ToString::to_string),
        ),
        (
            "coordinates",
            Some(format!("{:.4} {:.4} {:.4}", pointer.x, pointer.y, pointer.z)),
        ),
        ("created", Some(words::moment(pointer.created_at))),
        ("changed", Some(words::moment(pointer.last_modified))),
        ("route", federated.map(|federated| federated.route.to_string())),
        ("peer", federated.map(|federated| federated.endpoint.to_string())),
        ("asks", federated.map(|federated| text(&federated.query))),
    ])
}

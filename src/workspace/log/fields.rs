//! What the invoke log can be filtered by.

use crate::model::filter::{Comparison, Field, Kind};

/// The fields of a line. Bare words are looked for in names, status, code and notes, and from four letters on in
/// addresses; `marked` and `noted` stand for themselves.
pub static LOG_FIELDS: &[Field] = &[
    Field::new(
        "instance",
        Kind::Text,
        "the instance that was asked contains this",
    ),
    Field::new("action", Kind::Text, "the action contains this"),
    Field::new(
        "status",
        Kind::OneOf(&["ok", "error", "interpreted", "failed"]),
        "how it ended; failed is without a reply",
    ),
    Field::new("code", Kind::Text, "the code of an error contains this"),
    Field::new(
        "route",
        Kind::OneOf(&["endpoint", "circuit", "relay"]),
        "how a federated call travelled",
    ),
    Field::new("pointer", Kind::Text, "the pointer's address contains this").also(&["ptr"]),
    Field::new("cred", Kind::Text, "the credential's name contains this").also(&["credential"]),
    Field::new(
        "kind",
        Kind::OneOf(&["invoke", "call", "load"]),
        "a query to one instance, a federated call, or a load in one line",
    ),
    Field::new("took", Kind::Duration, "how long it took"),
    Field::new("size", Kind::Bytes, "how large the opened reply was"),
    Field::new(
        "since",
        Kind::Moment,
        "not before then: local time, or UTC with a Z behind it",
    ),
    Field::new("before", Kind::Moment, "before then").meaning(Comparison::Below),
    Field::new(
        "mark",
        Kind::OneOf(&["yes", "no"]),
        "whether it is marked; short: marked",
    ),
    Field::new("note", Kind::Text, "its note contains this; noted has any"),
];

/// Where bare words are looked for, for the help.
pub const LOG_WORDS: &str = "instance, action, route, outcome, credential, note or address";

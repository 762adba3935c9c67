//! Where the next page of a list of all instances begins: a place in each instance's own list, and all of them together
//! as one cursor.
//!
//! A place is told by the instance's own cursor, because whoever sees only some pointers cannot count over the others.
//! Rows of the page behind it that were shown already are counted, because no cursor leads into the middle of a page.

use crate::model::InstanceName;
use crate::protocol::Code;
use crate::store::Start;
use crate::workspace::Failure;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A place in an instance's list.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Place {
    /// The instance's own cursor; none at the beginning of its list.
    pub(super) after: Option<String>,
    /// How many rows from there were shown already.
    pub(super) used: u64,
}

/// A place in each instance's list.
pub(super) type Places = BTreeMap<InstanceName, Place>;

/// Where a page begins that goes on after an instance's own cursor.
pub(super) fn start(after: Option<&String>) -> Start {
    after.map_or(Start::First, |cursor| Start::After(cursor.clone()))
}

/// The places as one word.
pub(super) fn cursor(places: &Places) -> String {
    let json = serde_json::to_vec(places).expect("names of instances are texts");
    URL_SAFE_NO_PAD.encode(json)
}

/// Reads the word back.
pub(super) fn places(cursor: &str) -> Result<Places, Failure> {
    let read = || {
        let json = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let places: Places = serde_json::from_slice(&json).ok()?;
        (!places.is_empty()).then_some(places)
    };
    read().ok_or_else(|| {
        Failure::new(
            Code::InvalidParameter,
            format!("{cursor:?} is no place in a list of all instances"),
            "give the `next` of an earlier page, or start again without it",
        )
    })
}

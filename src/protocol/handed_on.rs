//! Replies of instances like this one, read as text: strictly, but without making anything of their result.
//!
//! An instance that relays looks at a reply's status and at nothing else, and writes the result into its own reply as it
//! came. To make a tree of values of that, twice, and text again was a tenth of a relay's work. What is spelled otherwise
//! than `{"status":"success","result":…` is left to the reader of any JSON, and so is whatever is wrong: that one says
//! what it is.

use super::rendered::Rendered;
use super::strict_json;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// What such a reply begins with.
pub(super) const BEFORE_RESULT: &[u8] = br#"{"status":"success","result":"#;
/// The longest reply that is read like this, in bytes. A longer one is looked at by people, and would be there twice.
const LONGEST: usize = 64 * 1024;

/// The members of a reply.
#[derive(Deserialize)]
struct Members<'a> {
    #[serde(rename = "status")]
    _status: IgnoredAny,
    #[serde(borrow)]
    result: &'a RawValue,
    #[serde(flatten)]
    others: Map<String, Value>,
}

/// The result, and the members beside `status` and it, if the reply is of this kind and nothing is wrong with it.
pub(super) fn read(bytes: &[u8]) -> Option<(Rendered, Map<String, Value>)> {
    if bytes.len() > LONGEST || !bytes.starts_with(BEFORE_RESULT) || !strict_json::accepts(bytes) {
        return None;
    }
    let Members { result, others, .. } = serde_json::from_slice(bytes).ok()?;
    Some((Rendered::read(result.get()), others))
}

#[cfg(test)]
mod tests;

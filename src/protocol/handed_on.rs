//! Replies of instances like this one, read as text: strictly, but without making anything of their result.
//!
//! An instance that relays looks at a reply's status and at nothing else, and writes the result into its own reply as it
//! came. To make a tree of values of that, twice, and text again was a tenth of a relay's work. What is spelled otherwise
//! than `{"status":"success","result":…` is left to the reader of any JSON, and so is whatever is wrong: that one says
//! what it is.

use super::rendered::Rendered;
use super::strict_json::{self, DEEPEST, StrictJsonError};
use serde_json::{Map, Value};

/// What such a reply begins with.
pub(super) const BEFORE_RESULT: &[u8] = br#"{"status":"success","result":"#;
/// The longest reply that is read like this, in bytes. A longer one is looked at by people, and would be there twice.
pub(super) const LONGEST: usize = 64 * 1024;

/// A reply that was read like this.
#[derive(Debug, PartialEq)]
pub(super) struct Read {
    /// The result of a success, which stays text.
    pub result: Option<Rendered>,
    /// The other members; without `status` where there is such a result.
    pub others: Map<String, Value>,
    /// Whether a whole number of the other members was rounded.
    pub is_rounded: bool,
}

/// The result, and the members beside `status` and it, if the reply is of this kind and nothing is wrong with it.
pub(super) fn read(bytes: &[u8]) -> Option<Read> {
    if bytes.len() > LONGEST {
        return None;
    }
    let from_result = std::str::from_utf8(bytes.strip_prefix(BEFORE_RESULT)?).ok()?;
    let (length, levels) = strict_json::first_value(from_result)?;
    if levels == DEEPEST {
        return None;
    }
    let (result, rest) = from_result.split_at(length);
    let (others, is_rounded) = others(rest)?;
    Some(Read {
        result: Some(Rendered::read(result, levels)),
        others,
        is_rounded,
    })
}

/// Bytes that the members of a large reply may have together, its result apart.
const MOST_BESIDE: usize = 1024 * 1024;

/// The members of a reply of any size that is handed on, and its result where that stays text. A peer that answers with
/// 90 MB of brackets costs as much memory, and not thirty times that.
pub(super) fn read_large(bytes: &[u8]) -> Result<Read, StrictJsonError> {
    let members = strict_json::members(bytes)?;
    let is_success = members
        .iter()
        .any(|(name, text)| name == "status" && *text == r#""success""#);
    let (mut result, mut others, mut is_rounded) = (None, Map::new(), false);
    let mut room = MOST_BESIDE;
    for (name, text) in members {
        if is_success && name == "result" {
            let read = strict_json::first_value(text);
            let (_, levels) = read.ok_or_else(|| malformed("its result is not acceptable JSON"))?;
            result = Some(Rendered::read(text, levels));
            continue;
        }
        room = room
            .checked_sub(text.len())
            .ok_or_else(|| malformed("more than its result is larger than 1 MiB"))?;
        let (value, rounded) = strict_json::parse_rounding(text.as_bytes())?;
        is_rounded |= rounded;
        others.insert(name, value);
    }
    if result.is_some() {
        others.shift_remove("status");
    }
    Ok(Read {
        result,
        others,
        is_rounded,
    })
}

fn malformed(why: &str) -> StrictJsonError {
    StrictJsonError::Malformed(why.to_owned())
}

/// The members that follow a result, up to the end of the reply, and whether a whole number of them was rounded.
fn others(rest: &str) -> Option<(Map<String, Value>, bool)> {
    if rest == "}" {
        return Some((Map::new(), false));
    }
    let members = format!("{{{}", rest.strip_prefix(',')?);
    match strict_json::parse_rounding(members.as_bytes()).ok()? {
        (Value::Object(others), is_rounded) if !others.is_empty() && !is_again(&others) => {
            Some((others, is_rounded))
        }
        _ => None,
    }
}

/// Whether one of the members is there that were there before.
fn is_again(others: &Map<String, Value>) -> bool {
    ["status", "result"].iter().any(|name| others.contains_key(*name))
}

#[cfg(test)]
mod tests;

//! JSON objects read into structures, without the liberties that the derived readers take.

use serde::{Deserialize, Deserializer};

/// Why a text is not the structure asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotStrict {
    /// Not JSON at all.
    Syntax,
    /// JSON, but not these members with these types.
    Shape,
}

/// Reads one JSON object. Unlike a derived reader by itself it refuses an array in its place;
/// unknown members are for `deny_unknown_fields`, duplicates are refused by derived readers.
pub(super) fn object<'a, T: Deserialize<'a>>(json: &'a [u8]) -> Result<T, NotStrict> {
    let value = serde_json::from_slice(json).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => NotStrict::Shape,
        _ => NotStrict::Syntax,
    })?;
    if json.trim_ascii_start().first() != Some(&b'{') {
        return Err(NotStrict::Shape);
    }
    Ok(value)
}

/// For optional members: present means a value of the type, not `null`. Use with `default`.
pub(super) fn present<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(deserializer).map(Some)
}

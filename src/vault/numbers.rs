//! Numbers as SQLite keeps them.

/// SQLite counts with a sign.
pub(super) fn stored(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

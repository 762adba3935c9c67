//! Moments: microseconds since the Unix epoch, written the way the original instances write them.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// A moment in time, in microseconds since 1970-01-01T00:00:00Z.
///
/// As text it is ISO 8601 with an offset (`2026-11-22T10:11:12.123456+00:00`), which is what the
/// original instances send and what Python's `datetime.fromisoformat` reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From microseconds since the epoch.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since the epoch.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch, rounded down.
    pub const fn as_seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// What the system's clock says. The model reads no clock by itself: callers decide when.
    pub fn now() -> Self {
        Self(jiff::Timestamp::now().as_microsecond())
    }

    /// This moment moved by whole seconds; saturates at the ends of the range.
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1_000_000)))
    }

    /// Reads ISO 8601 / RFC 3339 text with an offset.
    pub fn parse(text: &str) -> Option<Self> {
        let moment: jiff::Timestamp = text.parse().ok()?;
        Some(Self(moment.as_microsecond()))
    }

    fn to_jiff(self) -> jiff::Timestamp {
        jiff::Timestamp::from_microsecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.to_jiff().strftime("%Y-%m-%dT%H:%M:%S.%6f+00:00").to_string();
        formatter.pad(&text)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("expected an ISO 8601 time with an offset"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_iso_8601_with_offset_and_reads_back() {
        let moment = Timestamp::from_micros(1_795_428_672_123_456);
        assert_eq!(moment.to_string(), "2026-11-23T10:11:12.123456+00:00");
        assert_eq!(Timestamp::parse(&moment.to_string()), Some(moment));
        assert_eq!(Timestamp::parse("2026-11-23T11:11:12.123456+01:00"), Some(moment));
        assert_eq!(Timestamp::parse("yesterday"), None);
    }
}

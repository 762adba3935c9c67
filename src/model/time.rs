//! Moments: microseconds since the Unix epoch, written the way the original instances write them.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::time::SystemTime;

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
        let micros = |duration: std::time::Duration| i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
        match SystemTime::now().duration_since(SystemTime::UNIX_EPOCH) {
            Ok(since) => Self(micros(since)),
            Err(before) => Self(-micros(before.duration())),
        }
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

    /// Reads a moment as HTTP headers have it: `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, 5.6.7).
    pub fn parse_http_date(text: &str) -> Option<Self> {
        let moment = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
        Some(Self(moment.as_microsecond()))
    }

    fn to_jiff(self) -> jiff::Timestamp {
        jiff::Timestamp::from_microsecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
    }

    /// Its text, digit by digit: every reply about a pointer has two of them, for which a formatter that reads a
    /// pattern takes a tenth of the whole lookup. None outside the years that have four digits.
    fn text(self) -> Option<[u8; TEXT.len()]> {
        let moment = jiff::tz::Offset::UTC.to_datetime(self.to_jiff());
        let year = u32::try_from(moment.year()).ok()?;
        let micros = moment.subsec_nanosecond().unsigned_abs() / 1_000;
        let small = |number: i8| u32::from(number.unsigned_abs());
        let mut text = *TEXT;
        for (place, number) in [
            (0..4, year),
            (5..7, small(moment.month())),
            (8..10, small(moment.day())),
            (11..13, small(moment.hour())),
            (14..16, small(moment.minute())),
            (17..19, small(moment.second())),
            (20..26, micros),
        ] {
            let mut left = number;
            for digit in text[place].iter_mut().rev() {
                *digit = b'0' + (left % 10) as u8;
                left /= 10;
            }
        }
        Some(text)
    }
}

/// The form of a moment as text.
const TEXT: &[u8; 32] = b"0000-00-00T00:00:00.000000+00:00";

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.text().as_ref().map(|text| std::str::from_utf8(text)) {
            Some(Ok(text)) => formatter.pad(text),
            _ => formatter.pad(&strftime(*self)),
        }
    }
}

fn strftime(moment: Timestamp) -> String {
    moment
        .to_jiff()
        .strftime("%Y-%m-%dT%H:%M:%S.%6f+00:00")
        .to_string()
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.text().as_ref().map(|text| std::str::from_utf8(text)) {
            Some(Ok(text)) => serializer.serialize_str(text),
            _ => serializer.collect_str(self),
        }
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
    use proptest::prelude::*;

    #[test]
    fn text_is_iso_8601_with_offset_and_reads_back() {
        let moment = Timestamp::from_micros(1_795_428_672_123_456);
        assert_eq!(moment.to_string(), "2026-11-23T10:11:12.123456+00:00");
        assert_eq!(Timestamp::parse(&moment.to_string()), Some(moment));
        assert_eq!(Timestamp::parse("2026-11-23T11:11:12.123456+01:00"), Some(moment));
        assert_eq!(Timestamp::parse("yesterday"), None);
    }

    #[test]
    fn now_is_what_the_systems_clock_says() {
        let before = jiff::Timestamp::now().as_microsecond();
        let now = Timestamp::now().as_micros();
        assert!((before..=jiff::Timestamp::now().as_microsecond()).contains(&now));
    }

    proptest! {
        #[test]
        fn digits_are_those_of_the_pattern(micros in prop_oneof![any::<i64>(), -62_200_000_000_000_000i64..253_500_000_000_000_000]) {
            let moment = Timestamp::from_micros(micros);
            prop_assert_eq!(moment.to_string(), strftime(moment));
            prop_assert_eq!(serde_json::to_value(moment).unwrap(), strftime(moment));
        }
    }
}

//! Numbers, moments and durations as people read them, and where a call stands in the invoke log.

use crate::model::Timestamp;
use crate::workspace::Failure;

/// Microseconds: `740 µs`, `3.2 ms`, `12.5 s`.
pub fn duration(micros: u64) -> String {
    match micros {
        0..1_000 => format!("{micros} µs"),
        1_000..1_000_000 => format!("{:.1} ms", micros as f64 / 1e3),
        _ => format!("{:.1} s", micros as f64 / 1e6),
    }
}

/// Where a call stands in the invoke log, or why it does not.
pub fn log_place(logged: &Result<u64, Failure>) -> String {
    match logged {
        Ok(id) => format!("log {id}"),
        Err(failure) => format!("{}; {}", failure.message, failure.remedy),
    }
}

/// To the second, in UTC: `2026-11-23 10:11:12Z`.
pub fn moment(at: Timestamp) -> String {
    let text = at.to_string();
    format!("{}Z", text[..19].replace('T', " "))
}

/// A moment that may not be known.
pub fn moment_or_dash(at: Option<Timestamp>) -> String {
    at.map_or_else(|| "-".to_owned(), moment)
}

/// Something that may not be there.
pub fn or_dash(value: Option<impl ToString>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| value.to_string())
}

/// Thousands apart: `1,000,000`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number of pointers: `one pointer`, `1,000 pointers`.
pub fn pointers(number: u64) -> String {
    match number {
        1 => "one pointer".to_owned(),
        many => format!("{} pointers", count(many)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_take_the_unit_that_fits() {
        assert_eq!(duration(999), "999 µs");
        assert_eq!(duration(3_240), "3.2 ms");
        assert_eq!(duration(12_500_000), "12.5 s");
    }

    #[test]
    fn moments_are_short_and_say_their_zone() {
        let at = Timestamp::parse("2026-11-23T10:11:12.5+00:00").unwrap();
        assert_eq!(moment(at), "2026-11-23 10:11:12Z");
    }

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!(count(7), "7");
        assert_eq!(count(1_000), "1,000");
        assert_eq!(count(12_345_678), "12,345,678");
    }
}

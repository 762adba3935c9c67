//! The time of day, from the system or held by a test.

use crate::model::Timestamp;
use jiff::tz::TimeZone;
use std::sync::OnceLock;

/// The person's time zone. The system's file says all of it; its name, for which a library looks through the whole
/// database of zones, is shown nowhere.
fn own_zone() -> &'static TimeZone {
    static ZONE: OnceLock<TimeZone> = OnceLock::new();
    ZONE.get_or_init(|| {
        if std::env::var_os("TZ").is_some() {
            return TimeZone::system();
        }
        let file = std::fs::read("/etc/localtime").ok();
        let zone = file.and_then(|file| TimeZone::tzif("local", &file).ok());
        zone.unwrap_or_else(TimeZone::system)
    })
}

/// A clock. What the console draws about time comes from here, and from nowhere else.
#[derive(Debug, Clone)]
pub enum Clock {
    /// The system's, shown in the person's time zone.
    System,
    /// One that stands still, in UTC.
    Held(Timestamp),
}

impl Clock {
    /// Now.
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => Timestamp::now(),
            Self::Held(moment) => *moment,
        }
    }

    fn zoned(&self, moment: Timestamp) -> jiff::Zoned {
        let zone = match self {
            Self::System => own_zone().clone(),
            Self::Held(_) => TimeZone::UTC,
        };
        jiff::Timestamp::from_microsecond(moment.as_micros())
            .unwrap_or(jiff::Timestamp::UNIX_EPOCH)
            .to_zoned(zone)
    }

    /// `16:02:11`, or with the date if it was not today.
    pub fn time(&self, moment: Timestamp) -> String {
        let (then, now) = (self.zoned(moment), self.zoned(self.now()));
        let format = if then.date() == now.date() {
            "%H:%M:%S"
        } else {
            "%m-%d %H:%M"
        };
        then.strftime(format).to_string()
    }

    /// `2026-11-22 16:02`.
    pub fn date_time(&self, moment: Timestamp) -> String {
        self.zoned(moment).strftime("%Y-%m-%d %H:%M").to_string()
    }

    /// `20261122-160211`: now, for the name of a file.
    pub fn file_stamp(&self) -> String {
        self.zoned(self.now()).strftime("%Y%m%d-%H%M%S").to_string()
    }

    /// `2026-11-22 16:02:11.123`.
    pub fn exact(&self, moment: Timestamp) -> String {
        self.zoned(moment).strftime("%Y-%m-%d %H:%M:%S.%3f").to_string()
    }

    /// How long ago, so coarsely that it changes ever more seldom: an idle console is not drawn for it.
    pub fn age(&self, moment: Timestamp) -> &'static str {
        match self.now().as_seconds() - moment.as_seconds() {
            ..60 => "<1 min",
            60..300 => ">1 min",
            300..900 => ">5 min",
            900..3_600 => ">15 min",
            3_600..10_800 => ">1 h",
            10_800..43_200 => ">3 h",
            43_200..86_400 => ">12 h",
            86_400..604_800 => ">1 day",
            _ => ">1 week",
        }
    }

    /// How long from now, coarsely: `in 12 days`, `3 h ago`, `just now`.
    pub fn distance(&self, moment: Timestamp) -> String {
        let seconds = moment.as_seconds() - self.now().as_seconds();
        if seconds == 0 {
            return "just now".to_owned();
        }
        let size = seconds.unsigned_abs();
        let words = match size {
            0..60 => format!("{size} s"),
            60..7200 => format!("{} min", size / 60),
            7200..172_800 => format!("{} h", size / 3600),
            _ => format!("{} days", size / 86_400),
        };
        if seconds < 0 {
            format!("{words} ago")
        } else {
            format!("in {words}")
        }
    }
}

/// Microseconds as people read them: `840 µs`, `12.4 ms`, `1.3 s`.
pub fn duration(micros: u64) -> String {
    #[allow(clippy::cast_precision_loss, reason = "three digits are shown")]
    let value = micros as f64;
    match micros {
        0..1_000 => format!("{micros} µs"),
        1_000..100_000 => format!("{:.1} ms", value / 1e3),
        100_000..1_000_000 => format!("{:.0} ms", value / 1e3),
        _ => format!("{:.2} s", value / 1e6),
    }
}

/// A round trip, coarse enough not to flicker.
pub fn latency(micros: u64) -> String {
    match micros {
        0..1_000 => "<1 ms".to_owned(),
        1_000..10_000_000 => format!("{} ms", micros / 1_000),
        _ => format!("{} s", micros / 1_000_000),
    }
}

/// A count with thin groups: `1 000 000`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

/// A number of pointers: `one pointer`, `1 000 pointers`.
pub fn pointers(number: u64) -> String {
    match number {
        1 => "one pointer".to_owned(),
        many => format!("{} pointers", count(many)),
    }
}

/// Bytes as people read them.
pub fn bytes(size: u64) -> String {
    #[allow(clippy::cast_precision_loss, reason = "three digits are shown")]
    let value = size as f64;
    match size {
        0..1_024 => format!("{size} B"),
        1_024..1_048_576 => format!("{:.1} KiB", value / 1_024.0),
        _ => format!("{:.1} MiB", value / 1_048_576.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_written_for_people() {
        assert_eq!(
            (duration(840), duration(12_400), duration(1_300_000)),
            ("840 µs".into(), "12.4 ms".into(), "1.30 s".into())
        );
        assert_eq!(
            (count(7), count(1_000), count(1_234_567)),
            ("7".into(), "1 000".into(), "1 234 567".into())
        );
        assert_eq!(bytes(2_048), "2.0 KiB");
        let clock = Clock::Held(Timestamp::parse("2026-11-23T16:00:00+00:00").unwrap());
        assert_eq!(clock.time(clock.now()), "16:00:00");
        assert_eq!(clock.time(clock.now().plus_seconds(-86_400)), "11-22 16:00");
        assert_eq!(
            clock.distance(clock.now().plus_seconds(86_400 * 12)),
            "in 12 days"
        );
        assert_eq!(clock.distance(clock.now().plus_seconds(-90)), "1 min ago");
        assert_eq!(clock.distance(clock.now()), "just now");
    }
}

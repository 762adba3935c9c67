//! Values of fields, and how they compare.

use super::kind::Kind;
use super::text::Text;
use crate::model::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use std::cmp::Ordering;

/// How a field must compare to a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words say it")]
pub enum Comparison {
    Is,
    Above,
    AtLeast,
    Below,
    AtMost,
}

impl Comparison {
    /// The signs, longest first, so that none hides another.
    pub(super) const SIGNS: [(&'static str, Self); 5] = [
        (">=", Self::AtLeast),
        ("<=", Self::AtMost),
        (">", Self::Above),
        ("<", Self::Below),
        ("=", Self::Is),
    ];

    /// How it is written.
    pub fn sign(self) -> &'static str {
        Self::SIGNS
            .iter()
            .find(|(_, comparison)| *comparison == self)
            .map_or("=", |(sign, _)| sign)
    }

    /// Whether a field that stands so to the value is meant.
    pub fn holds(self, field: Ordering) -> bool {
        match self {
            Self::Is => field == Ordering::Equal,
            Self::Above => field == Ordering::Greater,
            Self::AtLeast => field != Ordering::Less,
            Self::Below => field == Ordering::Less,
            Self::AtMost => field != Ordering::Greater,
        }
    }
}

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A text.
    Text(Text),
    /// Whether there is any text.
    Present(bool),
    /// One of a field's words.
    Word(&'static str),
    /// A whole number.
    Number(u64),
    /// Bytes.
    Bytes(u64),
    /// Microseconds.
    Duration(u64),
    /// A moment.
    Moment(Moment),
}

/// A moment as it was written: what it comes to depends on the clock and on where one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// So many microseconds ago.
    Ago(u64),
    /// Today at this time.
    Today(Time),
    /// The beginning of yesterday.
    Yesterday,
    /// That day and time, where one is.
    At(DateTime),
    /// Today at this time, in UTC.
    TodayInUtc(Time),
    /// This very moment: microseconds since 1970, wherever one is.
    Exact(i64),
}

impl Moment {
    /// The moment that is meant, now and here.
    pub fn resolve(self, now: Timestamp, zone: &TimeZone) -> Timestamp {
        let today_in = |zone: &TimeZone| -> Date {
            jiff::Timestamp::from_microsecond(now.as_micros())
                .unwrap_or(jiff::Timestamp::UNIX_EPOCH)
                .to_zoned(zone.clone())
                .date()
        };
        let today = || today_in(zone);
        let (civil, zone) = match self {
            Self::Ago(micros) => {
                let micros = i64::try_from(micros).unwrap_or(i64::MAX);
                return Timestamp::from_micros(now.as_micros().saturating_sub(micros));
            }
            Self::Exact(micros) => return Timestamp::from_micros(micros),
            Self::Today(time) => (today().to_datetime(time), zone),
            Self::TodayInUtc(time) => (today_in(&TimeZone::UTC).to_datetime(time), &TimeZone::UTC),
            Self::Yesterday => (today().yesterday().unwrap_or(Date::MIN).into(), zone),
            Self::At(civil) => (civil, zone),
        };
        let moment = zone.to_timestamp(civil).unwrap_or(jiff::Timestamp::MIN);
        Timestamp::from_micros(moment.as_microsecond())
    }
}

/// How it is written that there is a text, and that there is none.
pub(super) const ANY: &str = "any";
pub(super) const NONE: &str = "none";

/// Reads a value of a kind.
pub(super) fn read(text: &str, kind: Kind) -> Option<Value> {
    match kind {
        Kind::Text => Some(Value::Text(Text::new(text))),
        Kind::Remark => Some(match text.to_ascii_lowercase().as_str() {
            ANY => Value::Present(true),
            NONE => Value::Present(false),
            _ => Value::Text(Text::new(text)),
        }),
        Kind::OneOf(words) => {
            let known = words.iter().find(|word| word.eq_ignore_ascii_case(text));
            known.map(|word| Value::Word(word))
        }
        Kind::Number => plain_number(text).map(Value::Number),
        Kind::Bytes => scaled(text, bytes_in).map(Value::Bytes),
        Kind::Duration => duration(text).map(Value::Duration),
        Kind::Moment => moment(text).map(Value::Moment),
    }
}

fn plain_number(text: &str) -> Option<u64> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_plain)
}

/// `1.5` and a unit. A fraction is cut after nine digits, and so is what is left of the smallest unit.
fn scaled(text: &str, unit: fn(&str) -> Option<u64>) -> Option<u64> {
    let end = text
        .find(|letter: char| !letter.is_ascii_digit() && letter != '.')
        .unwrap_or(text.len());
    let (figure, name) = text.split_at(end);
    let unit = unit(name)?;
    let (whole, fraction) = figure.split_once('.').unwrap_or((figure, ""));
    let mut value = plain_number(whole)?.checked_mul(unit)?;
    if figure.contains('.') {
        let fraction = fraction
            .get(..fraction.len().min(9))
            .filter(|digits| !digits.is_empty())?;
        let scale = 10u128.pow(u32::try_from(fraction.len()).ok()?);
        let part = u128::from(plain_number(fraction)?) * u128::from(unit) / scale;
        value = value.checked_add(u64::try_from(part).ok()?)?;
    }
    Some(value)
}

fn bytes_in(unit: &str) -> Option<u64> {
    Some(match unit.to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kb" => 1_000,
        "m" | "mb" => 1_000_000,
        "g" | "gb" => 1_000_000_000,
        "kib" => 1 << 10,
        "mib" => 1 << 20,
        "gib" => 1 << 30,
        _ => return None,
    })
}

/// The units of time in microseconds, longest first.
pub(super) const TIME_UNITS: [(&str, u64); 6] = [
    ("d", 86_400_000_000),
    ("h", 3_600_000_000),
    ("m", 60_000_000),
    ("s", 1_000_000),
    ("ms", 1_000),
    ("us", 1),
];

fn duration(text: &str) -> Option<u64> {
    scaled(text, |name| {
        let name = match name {
            "µs" => "us",
            "min" => "m",
            other => other,
        };
        let known = TIME_UNITS.iter().find(|(unit, _)| *unit == name);
        known.map(|(_, micros)| *micros)
    })
}

fn moment(text: &str) -> Option<Moment> {
    match text.to_ascii_lowercase().as_str() {
        "today" => return Some(Moment::Today(Time::midnight())),
        "yesterday" => return Some(Moment::Yesterday),
        _ => {}
    }
    if let Some(micros) = duration(text) {
        return Some(Moment::Ago(micros));
    }
    let time_of_day =
        |text: &str| Time::strptime("%H:%M:%S", text).or_else(|_| Time::strptime("%H:%M", text));
    if let Ok(time) = time_of_day(text) {
        return Some(Moment::Today(time));
    }
    if let Some(Ok(time)) = text.strip_suffix(['Z', 'z']).map(time_of_day) {
        return Some(Moment::TodayInUtc(time));
    }
    // With `Z` or an offset, as it is printed and as it stands in JSON.
    if let Ok(exact) = text.parse::<jiff::Timestamp>() {
        return Some(Moment::Exact(exact.as_microsecond()));
    }
    if let Ok(date) = Date::strptime("%Y-%m-%d", text) {
        return Some(Moment::At(date.into()));
    }
    ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]
        .iter()
        .find_map(|form| DateTime::strptime(form, text).ok())
        .map(Moment::At)
}

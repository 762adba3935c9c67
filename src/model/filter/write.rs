//! Filters as text that reads back as the same filter.

use super::value::{ANY, Comparison, Moment, NONE, TIME_UNITS, Value};
use super::{Filter, Term, Test};
use std::fmt;

impl fmt::Display for Filter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, term) in self.terms.iter().enumerate() {
            if place > 0 {
                formatter.write_str(" ")?;
            }
            write!(formatter, "{term}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Term {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.not {
            formatter.write_str("!")?;
        }
        match &self.test {
            Test::Word(text) => quoted(formatter, text.as_str()),
            Test::Fuzzy(text) => {
                formatter.write_str("~")?;
                quoted(formatter, text.as_str())
            }
            Test::Field("tag", _, Value::Text(text)) => {
                formatter.write_str("#")?;
                quoted(formatter, text.as_str())
            }
            Test::Field("instance", _, Value::Text(text)) => {
                formatter.write_str("@")?;
                quoted(formatter, text.as_str())
            }
            Test::Field(name, comparison, value) => {
                write!(formatter, "{name}:")?;
                let has_no_sign = matches!(value, Value::Text(_) | Value::Present(_) | Value::Word(_));
                if *comparison != Comparison::Is || !has_no_sign {
                    formatter.write_str(comparison.sign())?;
                }
                write_value(formatter, value)
            }
        }
    }
}

fn write_value(formatter: &mut fmt::Formatter<'_>, value: &Value) -> fmt::Result {
    match value {
        Value::Text(text) => quoted(formatter, text.as_str()),
        Value::Present(true) => formatter.write_str(ANY),
        Value::Present(false) => formatter.write_str(NONE),
        Value::Word(word) => formatter.write_str(word),
        Value::Number(number) | Value::Bytes(number) => write!(formatter, "{number}"),
        Value::Duration(micros) | Value::Moment(Moment::Ago(micros)) => {
            let whole = |(_, unit): &&(&str, u64)| micros % unit == 0;
            let (name, unit) = TIME_UNITS.iter().find(whole).unwrap_or(&("us", 1));
            write!(formatter, "{}{name}", micros / unit)
        }
        Value::Moment(Moment::Today(time)) => write!(formatter, "{}", time.strftime("%H:%M:%S")),
        Value::Moment(Moment::TodayInUtc(time)) => write!(formatter, "{}Z", time.strftime("%H:%M:%S")),
        Value::Moment(Moment::Exact(micros)) => {
            let exact = jiff::Timestamp::from_microsecond(*micros).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
            write!(formatter, "{exact}")
        }
        Value::Moment(Moment::Yesterday) => formatter.write_str("yesterday"),
        Value::Moment(Moment::At(civil)) => write!(formatter, "{}", civil.strftime("%Y-%m-%dT%H:%M:%S")),
    }
}

/// Plain where nothing in it could be taken for something else.
fn quoted(formatter: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    let is_plain = |letter: char| letter.is_alphanumeric() || "-_./%*+".contains(letter);
    if !text.is_empty() && text.chars().all(is_plain) {
        return formatter.write_str(text);
    }
    write!(
        formatter,
        "\"{}\"",
        text.replace('\\', "\\\\").replace('"', "\\\"")
    )
}

//! JSON read strictly: depth limit, no duplicate and no reserved keys, no lone surrogates, no number that would become
//! another one.
//!
//! Two parsers that disagree about a message are an attack waiting to happen; whatever could be
//! read in two ways is refused (RFC 8259 leaves these cases to the reader). So is what this program's own library would
//! read a second time: an object with one of the names by which it knows text that is JSON already.

mod checked;
mod wide;

use checked::{Checked, refuse_name};
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Number, Value};
use std::cell::Cell;
use std::fmt;

/// How deep arrays and objects may nest.
pub const DEEPEST: usize = 64;

/// Why bytes are not acceptable JSON.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StrictJsonError {
    /// Malformed, too deep, a duplicate or reserved key, a lone surrogate, or a number that is too large to be kept.
    #[error("{0}")]
    Malformed(String),
    /// Acceptable JSON, but not an object with a `status`.
    #[error("it is not a reply: an object with a \"status\" was expected")]
    NotAReply,
}

/// Reads one JSON value that fills all of `bytes`. What it was written as is what it is: a whole number that would be
/// rounded is refused.
pub fn parse(bytes: &[u8]) -> Result<Value, StrictJsonError> {
    parse_located(bytes).map_err(|(error, _)| error)
}

/// The same; a failure also says where it was noticed, as line and column from 1, where that can be told.
pub fn parse_located(bytes: &[u8]) -> Result<Value, (StrictJsonError, Option<(usize, usize)>)> {
    check_depth(bytes).map_err(|error| (error, None))?;
    let too_wide = || {
        let found = wide::find(bytes)?;
        let place = line_and_column(bytes, found.offset);
        Some((StrictJsonError::Malformed(found.to_string()), Some(place)))
    };
    match read(bytes) {
        Ok((value, false)) => Ok(value),
        Ok((value, true)) => too_wide().map_or(Ok(value), Err),
        Err(error) => Err(is_out_of_range(&error)
            .then(too_wide)
            .flatten()
            .unwrap_or_else(|| {
                let place = (error.line() > 0).then(|| (error.line(), error.column().max(1)));
                (StrictJsonError::Malformed(error.to_string()), place)
            })),
    }
}

/// The same for what others said, which can only be shown as far as it can be kept; and whether a whole number of it was
/// rounded.
pub(super) fn parse_rounding(bytes: &[u8]) -> Result<(Value, bool), StrictJsonError> {
    check_depth(bytes)?;
    let (value, may_be_rounded) =
        read(bytes).map_err(|error| StrictJsonError::Malformed(error.to_string()))?;
    Ok((value, may_be_rounded && is_rounding(bytes)))
}

/// Whether a whole number of JSON text that was read strictly before becomes another one as a value.
pub(super) fn is_rounding(text: &[u8]) -> bool {
    wide::find(text).is_some()
}

/// Whether a value may be a whole number that was rounded, or hold one: it cannot be told from one that was meant so.
pub fn may_be_rounded(value: &Value) -> bool {
    match value {
        Value::Number(number) => {
            number.is_f64()
                && number
                    .as_f64()
                    .is_some_and(|number| number.abs() >= wide::SUSPECT)
        }
        Value::Array(items) => items.iter().any(may_be_rounded),
        Value::Object(members) => members.values().any(may_be_rounded),
        _ => false,
    }
}

/// One value, and whether one of its numbers is so large that it may be a rounded one.
fn read(bytes: &[u8]) -> Result<(Value, bool), serde_json::Error> {
    let is_large = Cell::new(false);
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = Strict(&is_large).deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok((value, is_large.get()))
}

fn is_out_of_range(error: &serde_json::Error) -> bool {
    error.to_string().starts_with("number out of range")
}

/// Where a byte stands, as line and column from 1.
fn line_and_column(bytes: &[u8], offset: usize) -> (usize, usize) {
    let before = &bytes[..offset];
    let begin = before
        .iter()
        .rposition(|&byte| byte == b'\n')
        .map_or(0, |at| at + 1);
    let lines = before.iter().filter(|&&byte| byte == b'\n').count();
    (lines + 1, offset - begin + 1)
}

/// Reads the value with which `text` begins, for text that stays text: how many bytes of it that is, and how many levels
/// it nests, which may be [`DEEPEST`] at most. Whatever `parse` refuses is refused.
pub(super) fn first_value(text: &str) -> Option<(usize, usize)> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter();
    // The library itself stops at twice as many levels.
    let Checked(levels) = values.next()?.ok()?;
    (levels <= DEEPEST).then(|| (values.byte_offset(), levels))
}

/// The members of the object that fills all of `bytes`, in their order, each as the text that it is: nothing is wrong
/// with their names, and how deep they nest is known not to be too deep, but what they hold is not read yet.
pub(super) fn members(bytes: &[u8]) -> Result<Vec<(String, &str)>, StrictJsonError> {
    check_depth(bytes)?;
    let malformed = |error: serde_json::Error| StrictJsonError::Malformed(error.to_string());
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let Members(members) = Members::deserialize(&mut deserializer).map_err(malformed)?;
    deserializer.end().map_err(malformed)?;
    Ok(members)
}

/// The members of an object as text.
struct Members<'a>(Vec<(String, &'a str)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Members<'de>, A::Error> {
        let mut read: Vec<(String, &str)> = Vec::new();
        while let Some((name, text)) = members.next_entry::<String, &RawValue>()? {
            let is_there = read.iter().any(|(other, _)| *other == name);
            refuse_name(&name, is_there).map_err(A::Error::custom)?;
            if read.len() == MOST_MEMBERS {
                return Err(A::Error::custom(format!("more than {MOST_MEMBERS} members")));
            }
            read.push((name, text.get()));
        }
        Ok(Members(read))
    }
}

/// Members of an object whose members are kept as text: each is looked for among all.
const MOST_MEMBERS: usize = 1_000;

/// Where reading stops, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The byte at which it was noticed.
    pub offset: usize,
    /// Why, without the place.
    pub message: String,
}

/// Why `parse` refuses `bytes`, and where it noticed; nothing if it does not.
pub fn locate(bytes: &[u8]) -> Option<Refused> {
    if let Some(offset) = too_deep(bytes) {
        return Some(Refused {
            offset,
            message: format!("nested deeper than {DEEPEST} levels"),
        });
    }
    let error = match read(bytes) {
        Ok((_, false)) => return None,
        Ok((_, true)) => {
            let found = wide::find(bytes)?;
            return Some(Refused {
                offset: found.offset,
                message: found.to_string(),
            });
        }
        Err(error) => error,
    };
    let lines = bytes.split_inclusive(|&byte| byte == b'\n');
    let before: usize = lines.take(error.line().saturating_sub(1)).map(<[u8]>::len).sum();
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    Some(Refused {
        offset: (before + error.column().saturating_sub(1)).min(bytes.len()),
        message: text.strip_suffix(&place).unwrap_or(&text).to_owned(),
    })
}

/// How deep a value nests: 0 for one that is neither an array nor an object.
pub fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

/// The same of JSON text that was read strictly before.
pub(super) fn depth_of_text(text: &str) -> usize {
    let mut deepest = 0;
    walk(text.as_bytes(), |depth, _| {
        deepest = deepest.max(depth);
        true
    });
    deepest
}

/// Counts brackets outside strings, so that a deep document is refused before any recursion.
fn check_depth(bytes: &[u8]) -> Result<(), StrictJsonError> {
    match too_deep(bytes) {
        None => Ok(()),
        Some(_) => Err(StrictJsonError::Malformed(format!(
            "nested deeper than {DEEPEST} levels"
        ))),
    }
}

/// The bracket that opens one level too many.
fn too_deep(bytes: &[u8]) -> Option<usize> {
    let mut place = None;
    walk(bytes, |depth, offset| {
        place = (depth > DEEPEST).then_some(offset);
        place.is_none()
    });
    place
}

/// Tells of every bracket that opens outside a string how deep it is and where, as long as `go_on` says so.
fn walk(bytes: &[u8], mut go_on: impl FnMut(usize, usize) -> bool) {
    let mut depth = 0usize;
    let mut in_string = false;
    let mut escaped = false;
    for (offset, &byte) in bytes.iter().enumerate() {
        if in_string {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => in_string = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'[' | b'{' => {
                depth += 1;
                if !go_on(depth, offset) {
                    return;
                }
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
}

/// Reads a value whose objects have no duplicate and no reserved keys, and notes if one of its numbers is so large that
/// it may be a rounded one.
#[derive(Clone, Copy)]
struct Strict<'a>(&'a Cell<bool>);

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        if value.abs() >= wide::SUSPECT {
            self.0.set(true);
        }
        Number::from_f64(value)
            .map(Value::Number)
            .ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(self)?;
            refuse_name(&name, object.contains_key(&name)).map_err(A::Error::custom)?;
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn threat_26_deep_json_is_refused_without_recursion() {
        for open in ["[", "{\"a\":"] {
            let deep = open.repeat(100_000);
            assert!(matches!(
                parse(deep.as_bytes()),
                Err(StrictJsonError::Malformed(_))
            ));
        }
        let brackets_in_text = format!("\"{}\"", "[".repeat(1_000));
        assert!(parse(brackets_in_text.as_bytes()).is_ok());
    }

    #[test]
    fn threat_27_ambiguous_json_is_refused() {
        for text in [
            r#"{"a":1,"a":2}"#,
            r#"{"x":{"a":1,"\u0061":2}}"#,
            r#""\ud800""#,
            "1e400",
            "-1e400",
            "NaN",
            "{} {}",
            "",
            "01",
            "\u{feff}{}",
            r#"{"$serde_json::private::RawValue":"{\"a\":1,\"a\":2}"}"#,
            r#"[{"a":{"$serde_json::private::Number":"1"}}]"#,
            r#"{"\u0024serde_json::private::RawValue":"1"}"#,
        ] {
            assert!(parse(text.as_bytes()).is_err(), "{text}");
        }
        assert!(parse(b"\"\xff\"").is_err(), "not UTF-8");
    }

    #[test]
    fn threat_27_a_whole_number_that_would_become_another_one_is_refused_by_name() {
        for text in [
            r#"{"action":"pay","wei":25000000000000000001}"#,
            r#"{"wei":[-9223372036854775809]}"#,
            r#"{"wei":18446744073709551616}"#,
            r#"{"wei":1e400}"#,
        ] {
            let error = parse(text.as_bytes()).unwrap_err().to_string();
            assert!(error.contains("\"wei\"") && error.contains("as text"), "{error}");
            assert!(locate(text.as_bytes()).is_some());
        }
        let (_, place) = parse_located(b"{\"a\":1,\n \"wei\":25000000000000000001}").unwrap_err();
        assert_eq!(place, Some((2, 8)));
        for text in [
            "18446744073709551615",
            "-9223372036854775808",
            "2.5e19",
            "0.1000000000000000055",
        ] {
            assert!(parse(text.as_bytes()).is_ok(), "{text}");
            assert_eq!(
                parse_rounding(text.as_bytes()).map(|(_, rounded)| rounded),
                Ok(false)
            );
        }
        let rounded = parse_rounding(b"[25000000000000000001]").unwrap();
        assert!(rounded.1);
        assert!(may_be_rounded(&rounded.0));
    }

    /// A reply that is kept is read again before it is given a second time.
    #[test]
    fn the_last_digit_of_a_coordinate_survives_being_read() {
        let text = "0.9479328211990431";
        assert_eq!(parse(text.as_bytes()).unwrap().to_string(), text);
        assert_eq!(serde_json::from_str::<Value>(text).unwrap().to_string(), text);
    }

    pub(in crate::protocol) fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            any::<i64>().prop_map(|number| Value::Number(number.into())),
            any::<f64>().prop_map(|number| number.into()),
            ".{0,12}".prop_map(Value::String),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
                prop::collection::btree_map(".{0,6}", inner, 0..6)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_serde_json_writes_reads_back_the_same(value in any_json()) {
            let bytes = serde_json::to_vec(&value).unwrap();
            prop_assert_eq!(parse(&bytes).unwrap(), value);
        }
    }
}

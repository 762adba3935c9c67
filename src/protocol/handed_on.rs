//! Replies of instances like this one, read as text: strictly, but without making anything of their result.
//!
//! An instance that relays looks at a reply's status and at nothing else, and writes the result into its own reply as it
//! came. Most of what the call of a peer cost beside sealing and opening was to make a tree of values of that, twice,
//! and text again. What is spelled otherwise than `{"status":"success","result":…` is left to the reader of any JSON,
//! and so is whatever is wrong: that one says what it is.

use super::rendered::Rendered;
use super::strict_json::{self, RESERVED, Strict};
use serde::Deserialize;
use serde::de::{Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

/// What such a reply begins with.
pub(super) const BEFORE_RESULT: &[u8] = br#"{"status":"success","result":"#;
/// The longest reply that is read like this, in bytes. A longer one is looked at by people, and would be there twice.
const LONGEST: usize = 64 * 1024;
/// Members of one object among which a name is looked for one by one.
const FEW: usize = 16;

/// The result, and the members beside `status` and it, if the reply is of this kind and nothing is wrong with it.
pub(super) fn read(bytes: &[u8]) -> Option<(Rendered, Map<String, Value>)> {
    if bytes.len() > LONGEST || !bytes.starts_with(BEFORE_RESULT) || !strict_json::is_shallow(bytes) {
        return None;
    }
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let Members { result, others } = Members::deserialize(&mut deserializer).ok()?;
    deserializer.end().ok()?;
    let Checked = serde_json::from_str(result.get()).ok()?;
    Some((Rendered::read(result.get()), others))
}

/// The members of a reply.
struct Members<'a> {
    result: &'a RawValue,
    others: Map<String, Value>,
}

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a reply")
    }

    /// The first two members are the ones that it begins with.
    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Members<'de>, A::Error> {
        let _status = members.next_entry::<IgnoredAny, IgnoredAny>()?;
        let result = members.next_entry::<IgnoredAny, &RawValue>()?;
        let (_, result) = result.ok_or_else(|| A::Error::custom("no result"))?;
        let mut others = Map::new();
        while let Some((name, Strict(value))) = members.next_entry::<String, Strict>()? {
            let is_again = matches!(name.as_str(), "status" | "result") || others.contains_key(&name);
            if is_again || name.starts_with(RESERVED) {
                return Err(A::Error::custom("a member that must not be there"));
            }
            others.insert(name, value);
        }
        Ok(Members { result, others })
    }
}

/// JSON in which nothing is wrong, of which nothing is kept.
struct Checked;

impl<'de> Deserialize<'de> for Checked {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CheckedVisitor)
    }
}

struct CheckedVisitor;

impl<'de> Visitor<'de> for CheckedVisitor {
    type Value = Checked;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Checked, E> {
        Ok(Checked)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Checked, E> {
        Ok(Checked)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Checked, E> {
        Ok(Checked)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Checked, E> {
        Ok(Checked)
    }

    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Checked, E> {
        let is_in_range = number.is_finite();
        is_in_range
            .then_some(Checked)
            .ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_str<E>(self, _: &str) -> Result<Checked, E> {
        Ok(Checked)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Checked, A::Error> {
        while let Some(Checked) = items.next_element()? {}
        Ok(Checked)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Checked, A::Error> {
        let mut names = Names::default();
        while let Some((Name(name), Checked)) = members.next_entry()? {
            if name.starts_with(RESERVED) || !names.add(name) {
                return Err(A::Error::custom("a member that must not be there"));
            }
        }
        Ok(Checked)
    }
}

/// The names of the members of one object.
#[derive(Default)]
struct Names<'a> {
    few: Vec<Cow<'a, str>>,
    many: HashSet<Cow<'a, str>>,
}

impl<'a> Names<'a> {
    /// Whether this is a new one.
    fn add(&mut self, name: Cow<'a, str>) -> bool {
        if self.few.contains(&name) {
            return false;
        }
        if self.few.len() == FEW {
            return self.many.insert(name);
        }
        self.few.push(name);
        true
    }
}

/// A member's name, in place where it needs no unescaping.
struct Name<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(NameVisitor)
    }
}

struct NameVisitor;

impl<'de> Visitor<'de> for NameVisitor {
    type Value = Name<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a name")
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Name<'de>, E> {
        Ok(Name(Cow::Borrowed(name)))
    }

    fn visit_str<E>(self, name: &str) -> Result<Name<'de>, E> {
        Ok(Name(Cow::Owned(name.to_owned())))
    }
}

#[cfg(test)]
mod tests;

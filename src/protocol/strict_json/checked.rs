//! Strict JSON of which nothing is kept, for text that stays text; and which names members may have in any.

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

/// How the names begin by which the library hands JSON text on to itself. Whoever wrote one could have a text read later,
/// where a value is taken apart, that nobody has read strictly.
const RESERVED: &str = "$serde_json::private::";

/// Why an object may not have a member of this name.
pub(super) fn refuse_name(name: &str, is_there: bool) -> Result<(), String> {
    if name.starts_with(RESERVED) {
        return Err(format!("the member {name:?} has a reserved name"));
    }
    if is_there {
        return Err(format!("the member {name:?} is there twice"));
    }
    Ok(())
}

/// A value in which nothing is wrong.
pub(super) struct Checked;

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
        let mut names = HashSet::new();
        while let Some((Name(name), Checked)) = members.next_entry()? {
            refuse_name(&name, names.contains(&name)).map_err(A::Error::custom)?;
            names.insert(name);
        }
        Ok(Checked)
    }
}

/// A member's name, in place where it needs no unescaping.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

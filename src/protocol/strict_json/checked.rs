//! Strict JSON of which nothing is kept but how deep it nests, for text that stays text; and which names members may
//! have in any.

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

/// Members of one object among which a name is looked for one by one.
const FEW: usize = 16;

/// A value in which nothing is wrong but, perhaps, how deep it nests: 0 levels for one that is neither an array nor an
/// object.
pub(super) struct Checked(pub(super) usize);

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
        Ok(Checked(0))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Checked, E> {
        Ok(Checked(0))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Checked, E> {
        Ok(Checked(0))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Checked, E> {
        Ok(Checked(0))
    }

    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Checked, E> {
        let is_in_range = number.is_finite();
        is_in_range
            .then_some(Checked(0))
            .ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_str<E>(self, _: &str) -> Result<Checked, E> {
        Ok(Checked(0))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Checked, A::Error> {
        let mut deepest = 0;
        while let Some(Checked(levels)) = items.next_element()? {
            deepest = deepest.max(levels);
        }
        Ok(Checked(1 + deepest))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Checked, A::Error> {
        let (mut names, mut deepest) = (Names::default(), 0);
        while let Some((Name(name), Checked(levels))) = members.next_entry()? {
            refuse_name(&name, names.contains(&name)).map_err(A::Error::custom)?;
            names.add(name);
            deepest = deepest.max(levels);
        }
        Ok(Checked(1 + deepest))
    }
}

/// The names of the members of one object. Most have few, among which looking is faster than hashing.
#[derive(Default)]
struct Names<'a> {
    few: Vec<Cow<'a, str>>,
    more: HashSet<Cow<'a, str>>,
}

impl<'a> Names<'a> {
    fn contains(&self, name: &str) -> bool {
        self.few.iter().any(|known| known == name) || (!self.more.is_empty() && self.more.contains(name))
    }

    fn add(&mut self, name: Cow<'a, str>) {
        if self.few.len() < FEW {
            self.few.push(name);
        } else {
            self.more.insert(name);
        }
    }
}

/// A member's name, in place where it needs no unescaping.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

//! The difference of two JSON values as a value: pure, exact, and applied again it gives the second from the
//! first. Items of a list that only moved are known again; so are those that changed but kept their id.

use serde_json::{Map, Value};
use std::collections::hash_map::DefaultHasher;
use std::collections::{HashMap, VecDeque};
use std::hash::{Hash, Hasher};

/// Members by which an object is known again after it changed.
const IDENTITIES: [&str; 6] = ["address", "id", "kid", "jti", "name", "key"];

/// What leads from one value to another.
#[derive(Debug, Clone, PartialEq)]
pub enum Delta {
    /// Nothing: they are equal.
    Same,
    /// Another value stands there.
    Replaced(Value),
    /// Both are objects: the members that differ.
    Object(Vec<(String, Member)>),
    /// Both are lists: all items of the second, told by those of the first.
    List(Vec<Item>),
}

/// What became of a member.
#[derive(Debug, Clone, PartialEq)]
pub enum Member {
    /// It is new.
    Added(Value),
    /// It is gone.
    Removed,
    /// It has another value.
    Changed(Delta),
}

/// An item of the second list.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// An item of the first list, at this place there.
    Kept {
        /// Its place in the first list.
        from: usize,
        /// Whether it stands in another order now.
        moved: bool,
        /// How it changed.
        delta: Delta,
    },
    /// A new one.
    Added(Value),
}

/// What leads from `old` to `new`.
pub fn difference(old: &Value, new: &Value) -> Delta {
    match (old, new) {
        _ if old == new => Delta::Same,
        (Value::Object(old), Value::Object(new)) => Delta::Object(members(old, new)),
        (Value::Array(old), Value::Array(new)) => Delta::List(items(old, new)),
        _ => Delta::Replaced(new.clone()),
    }
}

/// The second value, from the first and what leads to it.
#[cfg(test)]
pub fn apply(old: &Value, delta: &Delta) -> Value {
    match (delta, old) {
        (Delta::Replaced(new), _) => new.clone(),
        (Delta::Object(changes), Value::Object(old)) => {
            let mut new = old.clone();
            for (name, change) in changes {
                match change {
                    Member::Added(value) => {
                        new.insert(name.clone(), value.clone());
                    }
                    Member::Removed => {
                        new.shift_remove(name);
                    }
                    Member::Changed(delta) => {
                        let value = apply(&old[name], delta);
                        new.insert(name.clone(), value);
                    }
                }
            }
            Value::Object(new)
        }
        (Delta::List(items), Value::Array(old)) => items
            .iter()
            .map(|item| match item {
                Item::Kept { from, delta, .. } => apply(&old[*from], delta),
                Item::Added(value) => value.clone(),
            })
            .collect(),
        _ => old.clone(),
    }
}

/// The places of the first list whose items are gone.
pub fn removed(old: usize, items: &[Item]) -> Vec<usize> {
    let mut there = vec![false; old];
    for item in items {
        if let Item::Kept { from, .. } = item {
            there[*from] = true;
        }
    }
    (0..old).filter(|place| !there[*place]).collect()
}

fn members(old: &Map<String, Value>, new: &Map<String, Value>) -> Vec<(String, Member)> {
    let mut changes = Vec::new();
    for (name, value) in old {
        match new.get(name) {
            None => changes.push((name.clone(), Member::Removed)),
            Some(other) => match difference(value, other) {
                Delta::Same => {}
                delta => changes.push((name.clone(), Member::Changed(delta))),
            },
        }
    }
    let added = new.iter().filter(|(name, _)| !old.contains_key(*name));
    changes.extend(added.map(|(name, value)| (name.clone(), Member::Added(value.clone()))));
    changes
}

fn items(old: &[Value], new: &[Value]) -> Vec<Item> {
    let origins = mark_moved(origins(old, new));
    new.iter()
        .zip(origins)
        .map(|(value, origin)| match origin {
            Some((from, moved)) => Item::Kept {
                from,
                moved,
                delta: difference(&old[from], value),
            },
            None => Item::Added(value.clone()),
        })
        .collect()
}

/// From which item of the first list each of the second comes: an equal one, one with the same id, or the one
/// that stood in its place.
fn origins(old: &[Value], new: &[Value]) -> Vec<Option<usize>> {
    let mut origins: Vec<Option<usize>> = vec![None; new.len()];
    let mut taken = vec![false; old.len()];
    let ahead = old
        .iter()
        .zip(new)
        .take_while(|(one, other)| one == other)
        .count();
    for place in 0..ahead {
        origins[place] = Some(place);
        taken[place] = true;
    }
    pair(
        old,
        new,
        &mut origins,
        &mut taken,
        |value| Some(fingerprint(value)),
        |one, other| one == other,
    );
    pair(old, new, &mut origins, &mut taken, identity, |one, other| {
        identity(one) == identity(other)
    });
    for place in 0..old.len().min(new.len()) {
        if origins[place].is_none() && !taken[place] {
            origins[place] = Some(place);
            taken[place] = true;
        }
    }
    origins
}

/// Pairs items that are still alone by a key, in their order.
fn pair(
    old: &[Value],
    new: &[Value],
    origins: &mut [Option<usize>],
    taken: &mut [bool],
    key: impl Fn(&Value) -> Option<u64>,
    fits: impl Fn(&Value, &Value) -> bool,
) {
    let mut by_key: HashMap<u64, VecDeque<usize>> = HashMap::new();
    for place in (0..old.len()).filter(|place| !taken[*place]) {
        if let Some(key) = key(&old[place]) {
            by_key.entry(key).or_default().push_back(place);
        }
    }
    for place in 0..new.len() {
        if origins[place].is_some() {
            continue;
        }
        let Some(candidates) = key(&new[place]).and_then(|key| by_key.get_mut(&key)) else {
            continue;
        };
        let Some(found) = candidates.iter().position(|from| fits(&old[*from], &new[place])) else {
            continue;
        };
        if let Some(from) = candidates.remove(found) {
            origins[place] = Some(from);
            taken[from] = true;
        }
    }
}

/// By what an object is known again: its first member that names it, with its value.
fn identity(value: &Value) -> Option<u64> {
    let object = value.as_object()?;
    let (name, value) = IDENTITIES
        .into_iter()
        .find_map(|name| Some((name, object.get(name).filter(|value| !value.is_null())?)))?;
    let mut hasher = DefaultHasher::new();
    (name, fingerprint(value)).hash(&mut hasher);
    Some(hasher.finish())
}

/// The same for equal values, whatever the order of their members.
fn fingerprint(value: &Value) -> u64 {
    let mut hasher = DefaultHasher::new();
    match value {
        Value::Null => 0u8.hash(&mut hasher),
        Value::Bool(value) => (1u8, value).hash(&mut hasher),
        Value::Number(number) => (2u8, number).hash(&mut hasher),
        Value::String(text) => (3u8, text).hash(&mut hasher),
        Value::Array(items) => {
            (4u8, items.len()).hash(&mut hasher);
            items.iter().for_each(|item| fingerprint(item).hash(&mut hasher));
        }
        Value::Object(members) => {
            let sum = members.iter().fold(0u64, |sum, (name, value)| {
                let mut member = DefaultHasher::new();
                (name, fingerprint(value)).hash(&mut member);
                sum.wrapping_add(member.finish())
            });
            (5u8, members.len(), sum).hash(&mut hasher);
        }
    }
    hasher.finish()
}

/// Tells which items stand in another order: all but a longest run that rises.
fn mark_moved(origins: Vec<Option<usize>>) -> Vec<Option<(usize, bool)>> {
    // For each length, the place where the run of that length with the smallest end ends (patience sorting).
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = vec![None; origins.len()];
    for (place, origin) in origins.iter().enumerate() {
        let Some(from) = origin else { continue };
        let length = ends.partition_point(|end| origins[*end].is_some_and(|other| other < *from));
        before[place] = length.checked_sub(1).map(|shorter| ends[shorter]);
        match ends.get_mut(length) {
            Some(end) => *end = place,
            None => ends.push(place),
        }
    }
    let mut stays = vec![false; origins.len()];
    let mut next = ends.last().copied();
    while let Some(place) = next {
        stays[place] = true;
        next = before[place];
    }
    origins
        .into_iter()
        .zip(stays)
        .map(|(origin, stays)| origin.map(|from| (from, !stays)))
        .collect()
}

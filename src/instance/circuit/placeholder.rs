//! Placeholders in circuits: `{0.field.sub}` stands for what an earlier step came to.
//!
//! How they are written is `protocol::circuit`'s; here they are filled. A string that is nothing but a
//! placeholder becomes the value itself; within other text it becomes the value's text. What was put in is
//! never looked at again.

use crate::model::json_size;
use crate::protocol::circuit::{Piece, pieces};
use crate::protocol::strict_json::may_be_rounded;
use serde_json::Value;

/// Bytes that one filled step may have.
pub const LARGEST_STEP: usize = 1024 * 1024;

/// Why a step cannot be filled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FillError {
    /// Nothing is at the path: the placeholder, and what is there instead.
    #[error("the placeholder {{{0}}} finds nothing: {1}")]
    Nothing(String, String),
    /// What is there has a whole number whose last digits are lost.
    #[error(
        "the placeholder {{{0}}} would put in a number that the peer of step {1} wrote with more digits than are kept, \
         and so another number; have the peer write it as text"
    )]
    Rounded(String, usize),
    /// The step would become too large.
    #[error("the step becomes larger than {LARGEST_STEP} bytes when its placeholders are filled")]
    TooLarge,
}

/// The last step that any placeholder in a value refers to.
pub fn last_reference(value: &Value) -> Option<usize> {
    match value {
        Value::String(text) => pieces(text).filter_map(|piece| piece.step()).max(),
        Value::Array(items) => items.iter().filter_map(last_reference).max(),
        Value::Object(members) => members.values().filter_map(last_reference).max(),
        _ => None,
    }
}

/// The value with every placeholder replaced by what `results` have; in those of the `rounded` steps a whole number had
/// more digits than are kept.
pub fn fill(value: &Value, results: &[Value], rounded: &[usize]) -> Result<Value, FillError> {
    Filling {
        results,
        rounded,
        left: LARGEST_STEP,
    }
    .value(value)
}

struct Filling<'a> {
    results: &'a [Value],
    rounded: &'a [usize],
    left: usize,
}

impl<'a> Filling<'a> {
    fn value(&mut self, value: &Value) -> Result<Value, FillError> {
        Ok(match value {
            Value::String(text) => self.text(text)?,
            Value::Array(items) => Value::Array(
                items
                    .iter()
                    .map(|item| self.value(item))
                    .collect::<Result<_, _>>()?,
            ),
            Value::Object(members) => Value::Object(
                members
                    .iter()
                    .map(|(name, member)| Ok((name.clone(), self.value(member)?)))
                    .collect::<Result<_, FillError>>()?,
            ),
            plain => plain.clone(),
        })
    }

    fn text(&mut self, text: &str) -> Result<Value, FillError> {
        let mut filled = String::new();
        for piece in pieces(text) {
            match piece {
                Piece::Text(part) => {
                    self.spend(part.len())?;
                    filled.push_str(part);
                }
                Piece::Placeholder { inner, step } => {
                    let found = self.find(inner)?;
                    if self.rounded.contains(&step) && may_be_rounded(found) {
                        return Err(FillError::Rounded(inner.to_owned(), step));
                    }
                    let size = json_size(found, self.left).ok_or(FillError::TooLarge)?;
                    self.spend(size)?;
                    if inner.len() + 2 == text.len() {
                        return Ok(found.clone());
                    }
                    match found {
                        Value::String(found) => filled.push_str(found),
                        other => filled.push_str(&other.to_string()),
                    }
                }
            }
        }
        Ok(Value::String(filled))
    }

    fn find(&self, inner: &str) -> Result<&'a Value, FillError> {
        let nothing = |why: String| FillError::Nothing(inner.to_owned(), why);
        let mut path = inner.split('.');
        let step = path.next().unwrap_or_default();
        let first = step.parse::<usize>().ok().and_then(|step| self.results.get(step));
        let mut found = first.ok_or_else(|| nothing(format!("there is no step {step} before it")))?;
        let mut within = None;
        for name in path {
            let next = match found {
                Value::Array(items) => name.parse::<usize>().ok().and_then(|place| items.get(place)),
                Value::Object(members) => members.get(name),
                _ => None,
            };
            found = next.ok_or_else(|| {
                let whose = within.map_or_else(
                    || format!("what step {step} came to"),
                    |name| format!("its {name}"),
                );
                nothing(format!("{whose} {}", lack(found, name)))
            })?;
            within = Some(name);
        }
        Ok(found)
    }

    fn spend(&mut self, bytes: usize) -> Result<(), FillError> {
        self.left = self.left.checked_sub(bytes).ok_or(FillError::TooLarge)?;
        Ok(())
    }
}

/// What a value has, that has not what is looked for. Names only: whoever runs a circuit need not see what it finds.
fn lack(value: &Value, name: &str) -> String {
    const MOST_NAMES: usize = 8;
    match value {
        Value::Array(items) => format!("is a list of {} and has no {name:?}", items.len()),
        Value::Object(members) if members.is_empty() => format!("is empty and has no {name:?}"),
        Value::Object(members) => {
            let mut names: Vec<String> = members
                .keys()
                .take(MOST_NAMES)
                .map(|name| format!("{:?}", name.chars().take(40).collect::<String>()))
                .collect();
            if members.len() > MOST_NAMES {
                names.push("…".to_owned());
            }
            format!("has no {name:?}, only {}", names.join(", "))
        }
        Value::String(_) => format!("is a text and has no {name:?}"),
        Value::Null => format!("is null and has no {name:?}"),
        _ => format!("is a plain value and has no {name:?}"),
    }
}

#[cfg(test)]
mod tests;

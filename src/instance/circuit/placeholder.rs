//! Placeholders in circuits: `{0.field.sub}` stands for what an earlier step came to.
//!
//! The number is the step, counted from 0; the rest is a path into its result, through members of
//! objects and places in lists. A string that is nothing but a placeholder becomes the value itself;
//! within other text it becomes the value's text. What was put in is never looked at again.

use crate::instance::size::json_size;
use serde_json::Value;

/// Bytes that one filled step may have.
pub const LARGEST_STEP: usize = 1024 * 1024;

/// Why a step cannot be filled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FillError {
    /// Nothing is at the path.
    #[error("the placeholder {{{0}}} finds nothing in the results so far")]
    Nothing(String),
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

/// The value with every placeholder replaced.
pub fn fill(value: &Value, results: &[Value]) -> Result<Value, FillError> {
    Filling {
        results,
        left: LARGEST_STEP,
    }
    .value(value)
}

struct Filling<'a> {
    results: &'a [Value],
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
                Piece::Placeholder { inner, .. } => {
                    let found = self.find(inner)?;
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
        let mut path = inner.split('.');
        let step = path.next().and_then(|step| step.parse::<usize>().ok());
        let first = step.and_then(|step| self.results.get(step));
        path.try_fold(first, |found, name| {
            Some(match found? {
                Value::Array(items) => items.get(name.parse::<usize>().ok()?),
                Value::Object(members) => members.get(name),
                _ => None,
            })
        })
        .flatten()
        .ok_or_else(|| FillError::Nothing(inner.to_owned()))
    }

    fn spend(&mut self, bytes: usize) -> Result<(), FillError> {
        self.left = self.left.checked_sub(bytes).ok_or(FillError::TooLarge)?;
        Ok(())
    }
}

/// A part of a string.
#[derive(Debug, PartialEq)]
enum Piece<'a> {
    Text(&'a str),
    /// `inner` is what stands between the braces.
    Placeholder {
        step: usize,
        inner: &'a str,
    },
}

impl Piece<'_> {
    fn step(&self) -> Option<usize> {
        match self {
            Self::Text(_) => None,
            Self::Placeholder { step, .. } => Some(*step),
        }
    }
}

/// Takes a string apart; the pieces put together again are the string.
fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        if let Some((piece, after)) = placeholder(rest) {
            rest = after;
            return Some(piece);
        }
        let end = rest
            .match_indices('{')
            .map(|(at, _)| at)
            .find(|at| placeholder(&rest[*at..]).is_some())
            .unwrap_or(rest.len());
        let (part, after) = rest.split_at(end);
        rest = after;
        Some(Piece::Text(part))
    })
}

/// The placeholder that a text begins with, and what follows it.
fn placeholder(text: &str) -> Option<(Piece<'_>, &str)> {
    let after_brace = text.strip_prefix('{')?;
    let inside = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    let end = after_brace.bytes().position(|byte| !inside(byte))?;
    let (inner, after) = after_brace.split_at(end);
    let after = after.strip_prefix('}')?;
    let mut path = inner.split('.');
    let number = path.next()?;
    let is_number = (1..=6).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number || path.any(str::is_empty) {
        return None;
    }
    let step = number.parse().ok()?;
    Some((Piece::Placeholder { step, inner }, after))
}

#[cfg(test)]
mod tests;

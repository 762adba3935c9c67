//! A result that is JSON text from the beginning: what is only sent or handed on never becomes a tree of values.

use super::strict_json;
use serde::Serialize;
use serde_json::Value;
use std::sync::OnceLock;

/// Bytes for which there is room before anything is written: most results need no more.
const USUAL: usize = 1_000;

/// JSON text that was made of something, and its value for whoever asks.
#[derive(Debug, Clone)]
pub struct Rendered {
    text: String,
    value: OnceLock<Value>,
    /// How deep it nests, where that is known.
    levels: Option<usize>,
}

impl Rendered {
    /// Of anything that becomes JSON with string keys.
    pub fn of(thing: &impl Serialize) -> Self {
        let mut json = Vec::with_capacity(USUAL);
        serde_json::to_writer(&mut json, thing).expect("only what has string keys is rendered");
        Self {
            text: String::from_utf8(json).expect("JSON is written as UTF-8"),
            value: OnceLock::new(),
            levels: None,
        }
    }

    /// JSON text that was read before, is JSON and nests so deep.
    pub(super) fn read(text: impl Into<String>, levels: usize) -> Self {
        Self {
            text: text.into(),
            value: OnceLock::new(),
            levels: Some(levels),
        }
    }

    /// How deep it nests: 0 levels for what is neither an array nor an object.
    pub(super) fn depth(&self) -> usize {
        self.levels
            .unwrap_or_else(|| strict_json::depth_of_text(&self.text))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The value, read at most once.
    pub fn value(&self) -> &Value {
        self.value.get_or_init(|| read(&self.text))
    }

    /// The value.
    pub fn into_value(self) -> Value {
        self.value.into_inner().unwrap_or_else(|| read(&self.text))
    }
}

impl PartialEq for Rendered {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

fn read(text: &str) -> Value {
    serde_json::from_str(text).expect("it was rendered as JSON")
}

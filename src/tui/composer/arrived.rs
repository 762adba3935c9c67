//! A reply as far as it stands beside the query.

use crate::workspace::{Failure, Sent};
use serde_json::{Map, Value};

/// A reply, short enough to stand beside the query; the invoke's page has all of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Arrived {
    /// Its place in the invoke log, if it is there.
    pub log_id: Option<u64>,
    /// All of it, where it is in no log, and why it is not.
    pub unlogged: Option<(Value, Failure)>,
    /// Its status.
    pub status: String,
    /// Microseconds.
    pub elapsed_us: u64,
    /// Bytes of all of it.
    pub bytes: u64,
    /// What of it is shown.
    pub value: Value,
    /// Whether something is left out.
    pub is_cut: bool,
}

/// Values that are shown at most, items of a list, and letters of a text.
const MOST_VALUES: usize = 1_500;
const MOST_ITEMS: usize = 100;
const MOST_LETTERS: usize = 2_000;

impl Arrived {
    /// The beginning of a reply. Where the phases went is for the page.
    pub fn of(sent: &Sent) -> Self {
        let mut left = MOST_VALUES;
        let mut is_cut = false;
        let mut value = sent.reply.to_value();
        if let Some(members) = value.as_object_mut() {
            members.shift_remove("trace");
        }
        let unlogged = sent.log_id.as_ref().err();
        let unlogged = unlogged.map(|failure| (value.clone(), failure.clone()));
        let value = shortened(&value, &mut left, &mut is_cut);
        Self {
            log_id: sent.log_id.as_ref().ok().copied(),
            unlogged,
            status: sent.reply.status().to_owned(),
            elapsed_us: sent.elapsed_us,
            bytes: sent.reply.to_bytes().len() as u64,
            value,
            is_cut,
        }
    }
}

fn shortened(value: &Value, left: &mut usize, is_cut: &mut bool) -> Value {
    *left = left.saturating_sub(1);
    match value {
        Value::Array(items) => {
            let mut shown = Vec::new();
            for item in items {
                if *left == 0 || shown.len() == MOST_ITEMS {
                    *is_cut = true;
                    shown.push(Value::String(format!("… {} more", items.len() - shown.len())));
                    break;
                }
                shown.push(shortened(item, left, is_cut));
            }
            Value::Array(shown)
        }
        Value::Object(members) => {
            let mut shown = Map::new();
            for (name, member) in members {
                if *left == 0 {
                    *is_cut = true;
                    shown.insert(
                        "…".to_owned(),
                        Value::String(format!("{} more", members.len() - shown.len())),
                    );
                    break;
                }
                shown.insert(name.clone(), shortened(member, left, is_cut));
            }
            Value::Object(shown)
        }
        Value::String(text) if text.len() > MOST_LETTERS => {
            *is_cut = true;
            let beginning: String = text.chars().take(MOST_LETTERS).collect();
            Value::String(format!("{beginning}…"))
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_long_reply_is_shown_from_its_beginning_and_says_so() {
        let (mut left, mut is_cut) = (MOST_VALUES, false);
        let long = json!({"list": vec![1; 1_000_000], "text": "x".repeat(1_000_000)});
        let shown = shortened(&long, &mut left, &mut is_cut);
        assert!(is_cut && shown.to_string().len() < 10_000);
        assert_eq!(shown["list"].as_array().unwrap().last().unwrap(), "… 999900 more");
        let (mut left, mut is_cut) = (MOST_VALUES, false);
        let short = json!({"a": [1, {"b": null}]});
        assert_eq!(shortened(&short, &mut left, &mut is_cut), short);
        assert!(!is_cut);
    }
}

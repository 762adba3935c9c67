//! Queries to begin with: skeletons of actions, and those sent before.

use super::super::{Failure, LogKind, Workspace};
use crate::model::Timestamp;
use crate::protocol::json_text::quoted;
use crate::protocol::{ActionInfo, ParameterInfo, ValueKind};
use crate::vault::LogQuery;
use serde::Serialize;
use serde_json::Value;
use std::collections::HashSet;

/// Replies longer than this are not opened only to see the query beside them.
const LONGEST_REPLY: u64 = 256 * 1024;
/// Lines of the log that are looked at.
const LOOKED_AT: u64 = 400;

/// A query that was sent.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SentQuery {
    /// Its place in the log.
    pub log_id: u64,
    /// When.
    pub at: Timestamp,
    /// To which instance.
    pub instance: String,
    /// How it ended.
    pub status: String,
    /// The query, in one line.
    pub query: String,
}

impl Workspace {
    /// Queries that were sent, newest first, each once. Those beside a very long reply are left out.
    pub async fn sent_queries(&self) -> Result<Vec<SentQuery>, Failure> {
        let newest = LogQuery {
            limit: LOOKED_AT,
            ..LogQuery::default()
        };
        let rows = self.in_vault(move |vault| vault.log(&newest)).await?;
        let mut seen = HashSet::new();
        let mut found = Vec::new();
        for row in rows
            .into_iter()
            .map(|(line, _)| line)
            .filter(|line| line.reply_bytes <= LONGEST_REPLY)
        {
            let Ok(entry) = self.log_entry(row.id).await else {
                continue;
            };
            if entry.row.kind != LogKind::Invoke && entry.query.get("action").is_none() {
                continue;
            }
            let query = entry.query.to_string();
            if seen.insert((entry.row.instance.clone(), query.clone())) {
                found.push(SentQuery {
                    log_id: entry.row.id,
                    at: entry.row.at,
                    instance: entry.row.instance,
                    status: entry.row.status,
                    query,
                });
            }
        }
        Ok(found)
    }
}

/// A query for an action with everything that it needs, still to be filled in.
pub fn skeleton(action: &ActionInfo) -> String {
    let mut lines = vec![format!("  \"action\": {}", quoted(&action.name))];
    let needed = action.parameters.iter().filter(|parameter| parameter.required);
    lines.extend(needed.map(|parameter| format!("  {}: {}", quoted(&parameter.name), blank(parameter))));
    format!("{{\n{}\n}}", lines.join(",\n"))
}

/// A value of a parameter's kind, still to be filled in.
pub fn blank(parameter: &ParameterInfo) -> String {
    match parameter.kind {
        ValueKind::Flag => "false".to_owned(),
        ValueKind::Count | ValueKind::Number => "0".to_owned(),
        ValueKind::Texts => "[]".to_owned(),
        ValueKind::Json => "{}".to_owned(),
        ValueKind::Text => quoted(parameter.choices.first().map_or("", String::as_str)),
        ValueKind::PointerAddress | ValueKind::ConnectionId | ValueKind::DomainId => "\"\"".to_owned(),
    }
}

/// JSON as one edits it: indented, objects and lists that are short on one line.
pub fn laid_out(value: &Value) -> String {
    let mut text = String::new();
    lay_out(value, 0, &mut text);
    text
}

/// Up to this length a list or object stands on one line.
const SHORT: usize = 56;

fn lay_out(value: &Value, depth: usize, text: &mut String) {
    let flat = value.to_string();
    let is_short = depth > 0 && flat.len() <= SHORT;
    let indent = "  ".repeat(depth + 1);
    let lines: Vec<(String, &Value)> = match value {
        Value::Object(members) if !members.is_empty() && !is_short => members
            .iter()
            .map(|(name, value)| (format!("{}: ", quoted(name)), value))
            .collect(),
        Value::Array(items) if !items.is_empty() && !is_short => {
            items.iter().map(|item| (String::new(), item)).collect()
        }
        _ => {
            text.push_str(&on_one_line(value));
            return;
        }
    };
    let (open, close) = if value.is_object() { ('{', '}') } else { ('[', ']') };
    text.push(open);
    for (index, (name, value)) in lines.iter().enumerate() {
        text.push_str(if index == 0 { "\n" } else { ",\n" });
        text.push_str(&indent);
        text.push_str(name);
        lay_out(value, depth + 1, text);
    }
    text.push('\n');
    text.push_str(&"  ".repeat(depth));
    text.push(close);
}

/// On one line, with blanks after colons and commas.
pub fn on_one_line(value: &Value) -> String {
    let parts = |items: Vec<String>, open, close| format!("{open}{}{close}", items.join(", "));
    match value {
        Value::Object(members) => {
            let items = members
                .iter()
                .map(|(name, value)| format!("{}: {}", quoted(name), on_one_line(value)));
            parts(items.collect(), "{", "}")
        }
        Value::Array(items) => parts(items.iter().map(on_one_line).collect(), "[", "]"),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{Actions, Query};
    use serde_json::json;

    #[test]
    fn every_skeleton_is_a_query() {
        for action in &Actions::of_originals().list {
            let text = skeleton(action);
            let query = Query::parse(text.as_bytes()).unwrap();
            assert_eq!(query.action(), action.name);
            for parameter in action.parameters.iter().filter(|parameter| parameter.required) {
                assert!(query.get(&parameter.name).is_some(), "{text}");
            }
        }
    }

    #[test]
    fn what_is_laid_out_is_the_value_again() {
        let value = json!({"action": "relay", "tags": ["a", "b"], "query": {"action": "search_pointers",
            "search_term": "a term that is long enough for a line of its own", "none": null, "empty": {}}});
        let text = laid_out(&value);
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
        assert!(text.contains("\n  \"tags\": [\"a\", \"b\"],\n"), "{text}");
    }
}

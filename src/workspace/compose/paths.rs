//! What stands where in a reply, as jq says it, for whoever writes a blank that takes something of one. Pure.

use crate::workspace::jq::{list_in_short, object_in_short, step};
use serde_json::Value;

/// Paths of one reply at most, and how deep they go.
const MOST: usize = 300;
const DEEPEST: usize = 8;
/// Letters of a text that are shown.
const SHOWN: usize = 48;

/// Something in a reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplyPath {
    /// Where it stands, in the language of jq.
    pub path: String,
    /// What it is, in short.
    pub shown: String,
}

/// What can be taken of a reply, in its order. Of a list, the first item stands for all of them; what is null cannot go
/// into a query, and a name with what ends a blank cannot stand in one.
pub(super) fn paths(reply: &Value) -> Vec<ReplyPath> {
    let mut found = Vec::new();
    walk(reply, "", 0, &mut found);
    found
}

fn walk(value: &Value, path: &str, depth: usize, found: &mut Vec<ReplyPath>) {
    if value.is_null() || found.len() == MOST || depth > DEEPEST {
        return;
    }
    if depth > 0 {
        found.push(ReplyPath {
            path: path.to_owned(),
            shown: shown(value),
        });
    }
    match value {
        Value::Object(members) => {
            for (name, member) in members.iter().filter(|(name, _)| !name.contains("}}")) {
                walk(member, &format!("{path}{}", step(name)), depth + 1, found);
            }
        }
        Value::Array(items) => {
            if let Some(first) = items.first() {
                let owner = if path.is_empty() { "." } else { path };
                walk(first, &format!("{owner}[0]"), depth + 1, found);
            }
        }
        _ => {}
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Object(members) => object_in_short(members.len() as u64),
        Value::Array(items) => list_in_short(items.len() as u64),
        Value::String(text) if text.chars().count() > SHOWN => {
            let beginning: String = text.chars().take(SHOWN).collect();
            format!("{beginning}…")
        }
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::{JqLimits, jq};
    use serde_json::json;

    fn said(reply: &Value) -> Vec<(String, String)> {
        paths(reply)
            .into_iter()
            .map(|one| (one.path, one.shown))
            .collect()
    }

    #[test]
    fn everything_has_a_path_that_jq_understands() {
        let reply = json!({"status": "success", "result": {"pointers": [{"address": "ptr_1", "tags": ["a"]}, 2],
            "next": null, "a \"b\"": {"c": 1}, "d}}": 3, "count": 2}});
        let said = said(&reply);
        let expected = [
            (".status", "success"),
            (".result", "{…} with 5 members"),
            (".result.pointers", "[…] with 2 items"),
            (".result.pointers[0]", "{…} with 2 members"),
            (".result.pointers[0].address", "ptr_1"),
            (".result.pointers[0].tags", "[…] with 1 item"),
            (".result.pointers[0].tags[0]", "a"),
            (".result.\"a \\\"b\\\"\"", "{…} with 1 member"),
            (".result.\"a \\\"b\\\"\".c", "1"),
            (".result.count", "2"),
        ];
        assert_eq!(
            said,
            expected.map(|(path, shown)| (path.to_owned(), shown.to_owned()))
        );
        for (path, _) in said {
            let answer = jq(reply.to_string().into(), &path, JqLimits::default()).unwrap();
            assert_eq!(answer.results.len(), 1, "{path}");
        }
        assert_eq!(paths(&json!([7]))[0].path, ".[0]");
    }

    #[test]
    fn long_replies_and_deep_ones_are_told_from_their_beginning() {
        let wide: Value = (0..1_000)
            .map(|at| (format!("m{at}"), json!("x".repeat(100))))
            .collect();
        let found = paths(&wide);
        assert_eq!((found.len(), found[0].shown.chars().count()), (MOST, SHOWN + 1));
        let mut deep = json!(1);
        for _ in 0..100 {
            deep = json!({"a": deep});
        }
        assert_eq!(paths(&deep).len(), DEEPEST);
    }
}

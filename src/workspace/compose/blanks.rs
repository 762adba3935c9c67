//! Blanks in a query that is written to be sent again: `{{site}}` is asked for before it is sent, `{{limit:json}}` too,
//! and taken as JSON, and `{{create_pointer | .result.pointer.address}}` is what a jq expression makes of the last
//! reply to that action. Only texts have blanks, and never the one that names the action, so that what a query may do can be
//! told before it is filled in. Pure: where the values come from is told from outside.

use crate::protocol::strict_json;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// What goes into blanks that ask for something, by name.
pub type Answers = BTreeMap<String, String>;

/// Where what goes into a blank comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source<'a> {
    /// Somebody is asked for it, by this name.
    Asked {
        /// The name.
        name: &'a str,
        /// Whether the answer is JSON, and not a text.
        is_json: bool,
    },
    /// The last reply to an action.
    Reply(FromReply<'a>),
}

/// What is taken of the last reply to an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FromReply<'a> {
    /// The action.
    pub action: &'a str,
    /// The instance that answered; none for the one that the query is for.
    pub instance: Option<&'a str>,
    /// What is taken of the reply, in the language of jq.
    pub expression: &'a str,
}

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece<'a> {
    Text(&'a str),
    Blank {
        source: Source<'a>,
        /// With its braces.
        written: &'a str,
    },
    /// Between double braces, and no blank: it stays as it is written.
    Unclear(&'a str),
}

/// A blank that somebody is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedBlank {
    /// By which name.
    pub name: String,
    /// Whether the answer is JSON somewhere, and not a text.
    pub is_json: bool,
    /// The first text in which it stands.
    pub stands_in: String,
}

impl AskedBlank {
    /// Why an answer does not go in.
    pub fn refusal(&self, answer: &str) -> Option<String> {
        if !self.is_json {
            return None;
        }
        let error = strict_json::parse(answer.as_bytes()).err()?;
        Some(format!(
            "what goes into {} is to be JSON, such as 7, true, \"text\" or [1, 2]: {error}",
            self.name
        ))
    }
}

/// What somebody is asked for, in the order of the query, each name once.
pub fn asked(query: &Value) -> Vec<AskedBlank> {
    let mut blanks: Vec<AskedBlank> = Vec::new();
    each_text(query, &mut |text| {
        for source in sources(text) {
            let Source::Asked { name, is_json } = source else {
                continue;
            };
            match blanks.iter_mut().find(|known| known.name == name) {
                Some(known) => known.is_json |= is_json,
                None => blanks.push(AskedBlank {
                    name: name.to_owned(),
                    is_json,
                    stands_in: text.to_owned(),
                }),
            }
        }
    });
    blanks
}

/// Where blanks stand in a text.
pub fn spans(text: &str) -> Vec<Range<usize>> {
    let mut at = 0;
    let mut found = Vec::new();
    for piece in pieces(text) {
        let (length, is_blank) = match piece {
            Piece::Text(part) | Piece::Unclear(part) => (part.len(), false),
            Piece::Blank { written, .. } => (written.len(), true),
        };
        if is_blank {
            found.push(at..at + length);
        }
        at += length;
    }
    found
}

/// A blank that is being written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BegunBlank<'a> {
    /// The name by which somebody is asked, or of the action whose reply is used.
    Name,
    /// What is taken of the last reply to an action.
    Expression {
        /// The action.
        action: &'a str,
        /// The instance that answered; none for the one that the query is for.
        instance: Option<&'a str>,
    },
}

/// The blank that a text ends in the middle of, and where what is being written of it begins.
pub fn begun(text: &str) -> Option<(usize, BegunBlank<'_>)> {
    // Braces that nothing closes are left in the last piece.
    let Some(Piece::Text(rest)) = pieces(text).pop() else {
        return None;
    };
    let inner = &rest[rest.find("{{")? + 2..];
    let (offset, begun) = begun_in(inner)?;
    Some((text.len() - inner.len() + offset, begun))
}

fn begun_in(inner: &str) -> Option<(usize, BegunBlank<'_>)> {
    let Some((from, expression)) = inner.split_once('|') else {
        let written = inner.trim_start();
        return Some((inner.len() - written.len(), BegunBlank::Name));
    };
    let (action, instance) = reply_of(from)?;
    let written = expression.trim_start();
    let begun = BegunBlank::Expression { action, instance };
    Some((inner.len() - written.len(), begun))
}

/// The replies that are wanted.
pub(super) fn replies(query: &Value) -> BTreeSet<FromReply<'_>> {
    let mut found = BTreeSet::new();
    each_text(query, &mut |text| {
        found.extend(sources(text).filter_map(|source| match source {
            Source::Reply(wanted) => Some(wanted),
            Source::Asked { .. } => None,
        }));
    });
    found
}

/// Whether a value has a blank, so that what it will be cannot be told yet.
pub(super) fn has_blank(value: &Value) -> bool {
    let mut has_one = false;
    each_text(value, &mut |text| has_one |= sources(text).next().is_some());
    has_one
}

/// What stands between double braces in a value and is no blank.
pub(super) fn unclear(value: &Value) -> Option<&str> {
    let mut found = None;
    each_text(value, &mut |text| {
        let no_blank = |piece| match piece {
            Piece::Unclear(written) => Some(written),
            _ => None,
        };
        found = found.or_else(|| pieces(text).into_iter().find_map(no_blank));
    });
    found
}

/// The query with its blanks filled in. A text that is one blank becomes what goes in, whatever its kind.
pub(super) fn fill(query: &Value, find: &mut impl FnMut(&Source<'_>) -> Value) -> Value {
    match query {
        Value::String(text) => fill_text(text, find),
        Value::Array(items) => items.iter().map(|item| fill(item, find)).collect(),
        Value::Object(members) => {
            let mut filled = Map::new();
            for (name, value) in members {
                let value = if name == ACTION {
                    value.clone()
                } else {
                    fill(value, find)
                };
                filled.insert(name.clone(), value);
            }
            Value::Object(filled)
        }
        other => other.clone(),
    }
}

/// The member that has no blanks.
const ACTION: &str = "action";

fn fill_text(text: &str, find: &mut impl FnMut(&Source<'_>) -> Value) -> Value {
    let pieces = pieces(text);
    if let [Piece::Blank { source, .. }] = pieces.as_slice() {
        return find(source);
    }
    let mut filled = String::new();
    for piece in &pieces {
        match piece {
            Piece::Text(text) | Piece::Unclear(text) => filled.push_str(text),
            Piece::Blank { source, .. } => match find(source) {
                Value::String(text) => filled.push_str(&text),
                other => filled.push_str(&other.to_string()),
            },
        }
    }
    Value::String(filled)
}

fn each_text<'a>(value: &'a Value, look: &mut impl FnMut(&'a str)) {
    match value {
        Value::String(text) => look(text),
        Value::Array(items) => items.iter().for_each(|item| each_text(item, look)),
        Value::Object(members) => {
            for (_, value) in members.iter().filter(|(name, _)| *name != ACTION) {
                each_text(value, look);
            }
        }
        _ => {}
    }
}

fn sources(text: &str) -> impl Iterator<Item = Source<'_>> {
    pieces(text).into_iter().filter_map(|piece| match piece {
        Piece::Blank { source, .. } => Some(source),
        _ => None,
    })
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("{{") {
        let Some(end) = end_of(&rest[start + 2..]) else {
            break;
        };
        let (whole, after) = rest.split_at(start + 2 + end + 2);
        if start > 0 {
            pieces.push(Piece::Text(&rest[..start]));
        }
        let written = &whole[start..];
        let inner = &whole[start + 2..start + 2 + end];
        pieces.push(match source(inner) {
            Some(source) => Piece::Blank { source, written },
            None => Piece::Unclear(written),
        });
        rest = after;
    }
    if !rest.is_empty() || pieces.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    pieces
}

/// Where the braces close: an expression may have braces and texts of its own.
fn end_of(inner: &str) -> Option<usize> {
    let (mut open, mut in_text, mut is_escaped) = (0_usize, false, false);
    for (at, letter) in inner.char_indices() {
        match letter {
            _ if is_escaped => is_escaped = false,
            '\\' if in_text => is_escaped = true,
            '"' => in_text = !in_text,
            _ if in_text => {}
            '{' => open += 1,
            '}' if open > 0 => open -= 1,
            '}' if inner[at + 1..].starts_with('}') => return Some(at),
            _ => {}
        }
    }
    None
}

fn source(inner: &str) -> Option<Source<'_>> {
    if let Some((from, expression)) = inner.split_once('|') {
        let (action, instance) = reply_of(from)?;
        let expression = expression.trim();
        return (!expression.is_empty()).then_some(Source::Reply(FromReply {
            action,
            instance,
            expression,
        }));
    }
    let (name, is_json) = match inner.split_once(':') {
        Some((name, kind)) if kind.trim() == "json" => (name.trim(), true),
        Some(_) => return None,
        None => (inner.trim(), false),
    };
    is_name(name).then_some(Source::Asked { name, is_json })
}

/// An action, and the instance that answered, where one is named.
fn reply_of(from: &str) -> Option<(&str, Option<&str>)> {
    let from = from.trim();
    let (action, instance) = match from.split_once('@') {
        Some((action, instance)) => (action, Some(instance)),
        None => (from, None),
    };
    (is_name(action) && instance.is_none_or(is_name)).then_some((action, instance))
}

fn is_name(text: &str) -> bool {
    let begins = text.starts_with(|letter: char| letter.is_alphabetic() || letter == '_');
    begins
        && text.chars().count() <= LONGEST_NAME
        && text
            .chars()
            .all(|letter| letter.is_alphanumeric() || "_-.".contains(letter))
}

/// Letters of a name.
const LONGEST_NAME: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn filled(query: &Value) -> Value {
        fill(query, &mut |source| match source {
            Source::Asked { name: "site", .. } => json!("Oslo"),
            Source::Asked { is_json: true, .. } => json!(7),
            Source::Asked { name, .. } => json!(format!("<{name}>")),
            Source::Reply(wanted) => json!({"of": wanted.expression}),
        })
    }

    #[test]
    fn a_blank_is_asked_for_once_and_filled_in_everywhere() {
        let query = json!({"action": "search_pointers", "search_term": "tides of {{site}}, {{ year }}",
            "tags": ["{{site}}", "public"], "limit": "{{limit:json}}", "query": {"deep": ["{{ site }}"]}});
        let blanks = asked(&query);
        let names: Vec<_> = blanks
            .iter()
            .map(|blank| (blank.name.as_str(), blank.is_json))
            .collect();
        assert_eq!(names, [("site", false), ("year", false), ("limit", true)]);
        assert_eq!(blanks[0].refusal("Oslo"), None);
        assert!(
            blanks[2]
                .refusal("Oslo")
                .unwrap()
                .starts_with("what goes into limit is to be JSON")
        );
        assert_eq!(blanks[2].refusal("[7]"), None);
        assert_eq!(
            filled(&query),
            json!({"action": "search_pointers", "search_term": "tides of Oslo, <year>",
                "tags": ["Oslo", "public"], "limit": 7, "query": {"deep": ["Oslo"]}})
        );
    }

    #[test]
    fn what_names_the_action_is_never_a_blank() {
        let query = json!({"action": "{{site}}", "query": {"action": "{{site}}", "name": "{{site}}"}});
        let expected = json!({"action": "{{site}}", "query": {"action": "{{site}}", "name": "Oslo"}});
        assert_eq!(filled(&query), expected);
        assert_eq!(asked(&json!({"action": "{{site}}"})), []);
    }

    #[test]
    fn an_expression_may_have_braces_bars_and_texts_of_its_own() {
        let text = r#"{{create_pointer@beta | {a: {b: .x}} | .a["}}"] }}"#;
        let expected = Source::Reply(FromReply {
            action: "create_pointer",
            instance: Some("beta"),
            expression: r#"{a: {b: .x}} | .a["}}"]"#,
        });
        assert_eq!(sources(text).collect::<Vec<_>>(), [expected]);
        let query = json!([text, "{{a}}"]);
        assert_eq!(replies(&query).len(), 1);
    }

    #[test]
    fn a_blank_is_begun_until_its_braces_close() {
        let name = |at| Some((at, BegunBlank::Name));
        assert_eq!(begun("tides of {{si"), name(11));
        assert_eq!(begun("{{"), name(2));
        assert_eq!(begun("{{a}} {{ b"), name(9));
        for none in ["", "{", "{{a}}", "{{a}} and", "}}{{a}}", "{{a b | .x", "{{| .x"] {
            assert_eq!(begun(none), None, "{none}");
        }
        let expression = |at, instance| {
            let action = "whoami";
            Some((at, BegunBlank::Expression { action, instance }))
        };
        assert_eq!(begun("{{whoami |"), expression(10, None));
        assert_eq!(begun("é{{whoami@beta | .res"), expression(18, Some("beta")));
        assert_eq!(begun("{{whoami|{a: .b}"), expression(9, None));
    }

    #[test]
    fn what_is_no_blank_stays_as_it_is_and_is_told() {
        for written in [
            "{{}}",
            "{{ }}",
            "{{0.field}}",
            "{{a b}}",
            "{{a:number}}",
            "{{ | .x}}",
            "{{a@ | .x}}",
            "{{a | }}",
        ] {
            assert_eq!(filled(&json!({"x": written})), json!({"x": written}));
            assert_eq!(unclear(&json!({"x": [written]})), Some(written));
        }
        for plain in ["", "{{", "{{open", "}}{{", "{a}", "a {0.x} b"] {
            assert_eq!(filled(&json!(plain)), json!(plain));
            assert_eq!(unclear(&json!(plain)), None, "{plain}");
            assert!(!has_blank(&json!(plain)));
        }
        assert_eq!(spans("é{{site}} {{a b}}{{ x }}"), [2..10, 18..25]);
        assert_eq!(filled(&json!("{{{{site}}")), json!("{{{{site}}"));
        assert_eq!(filled(&json!("é{{site}}é{{b}}")), json!("éOsloé<b>"));
    }
}

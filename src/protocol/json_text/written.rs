//! JSON as it is written for people: laid out in lines, with nothing in it that a terminal would obey.

use crate::model::is_visible;
use std::borrow::Cow;
use std::fmt::Write;

/// What one level is moved to the right.
const INDENT: &str = "  ";

/// The same JSON in lines, a member each. Numbers and strings stay as they are spelled.
pub fn indented(json: &str) -> String {
    let mut written = String::with_capacity(json.len() + json.len() / 4);
    let mut depth = 0usize;
    let mut is_fresh = false;
    let mut characters = json.chars();
    while let Some(character) = characters.next() {
        match character {
            ' ' | '\t' | '\r' | '\n' => continue,
            '{' | '[' => {
                start_if(is_fresh, &mut written, depth);
                written.push(character);
                depth += 1;
                is_fresh = true;
                continue;
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                start_if(!is_fresh, &mut written, depth);
                written.push(character);
            }
            ',' => {
                written.push(character);
                start_if(true, &mut written, depth);
            }
            ':' => written.push_str(": "),
            '"' => {
                start_if(is_fresh, &mut written, depth);
                take_string(&mut characters, &mut written);
            }
            other => {
                start_if(is_fresh, &mut written, depth);
                written.push(other);
            }
        }
        is_fresh = false;
    }
    written
}

fn start_if(wanted: bool, written: &mut String, depth: usize) {
    if !wanted {
        return;
    }
    written.push('\n');
    for _ in 0..depth {
        written.push_str(INDENT);
    }
}

/// A string to its end, of which the first quotation mark is read.
fn take_string(characters: &mut std::str::Chars<'_>, written: &mut String) {
    written.push('"');
    let mut is_escaped = false;
    for character in characters {
        written.push(character);
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return,
            _ => {}
        }
    }
}

/// Escapes characters that a terminal would obey, or that a person would not see, as JSON escapes them: the value
/// stays what it is (RFC 8259, 7).
pub fn inert_json(json: &str) -> Cow<'_, str> {
    // Outside strings JSON has no such character but the line feeds of the form in lines.
    let needs_escape = |character: char| character != '\n' && !is_visible(character);
    if !json.chars().any(needs_escape) {
        return Cow::Borrowed(json);
    }
    let mut escaped = String::with_capacity(json.len() + 16);
    for character in json.chars() {
        if !needs_escape(character) {
            escaped.push(character);
            continue;
        }
        for unit in character.encode_utf16(&mut [0; 2]) {
            let _ = write!(escaped, "\\u{unit:04x}");
        }
    }
    Cow::Owned(escaped)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    #[test]
    fn t42_escaped_json_stays_the_same_value() {
        let value = json!({"a\u{9b}31m": "x\u{202e}\u{e0041}\u{1b}", "b": ["ü", "\u{7f}"]});
        for text in [
            serde_json::to_string(&value).unwrap(),
            serde_json::to_string_pretty(&value).unwrap(),
        ] {
            let escaped = inert_json(&text);
            assert!(
                !escaped
                    .chars()
                    .any(|character| character != '\n' && !is_visible(character))
            );
            assert_eq!(serde_json::from_str::<Value>(&escaped).unwrap(), value);
        }
    }

    #[test]
    fn what_is_spelled_in_its_own_way_stays_so() {
        assert_eq!(
            indented(r#" {"a":1.50e+3,"b":"\u00fc \"}{","c":[ ],"d":{"e":[null,{}]}} "#),
            "{\n  \"a\": 1.50e+3,\n  \"b\": \"\\u00fc \\\"}{\",\n  \"c\": [],\n  \"d\": {\n    \"e\": [\n      null,\n      {}\n    ]\n  }\n}"
        );
        assert_eq!(indented("\"plain\""), "\"plain\"");
    }

    fn values() -> impl Strategy<Value = Value> {
        let plain = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            ".{0,8}".prop_map(Value::from),
        ];
        plain.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map(".{0,4}", inner, 0..4)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn lines_are_those_that_the_library_writes(value in values()) {
            prop_assert_eq!(indented(&value.to_string()), serde_json::to_string_pretty(&value).unwrap());
        }

        #[test]
        fn no_text_is_too_strange(text in ".{0,40}") {
            indented(&text);
        }
    }
}

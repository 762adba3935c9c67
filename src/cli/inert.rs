//! Text from other machines, made harmless before it reaches a terminal (THREATS 42).

use crate::model::is_visible;
use std::borrow::Cow;
use std::fmt::Write;

/// Shows control, bidirectional and invisible characters as `\u{…}` instead of letting them act.
pub fn inert(text: &str) -> Cow<'_, str> {
    if !text.chars().any(acts) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if acts(character) {
            let _ = write!(shown, "\\u{{{:x}}}", u32::from(character));
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
}

/// Like [`inert`], for text of several lines: line feeds stay.
pub fn inert_lines(text: &str) -> String {
    text.split('\n').map(inert).collect::<Vec<_>>().join("\n")
}

/// Escapes the same characters in JSON text as JSON escapes them: the value stays what it is (RFC 8259, 7).
pub fn inert_json(json: &str) -> Cow<'_, str> {
    // Outside strings JSON has no such character but the line feeds of the pretty form.
    let needs_escape = |character: char| character != '\n' && acts(character);
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

/// Whether a terminal would do something with the character, or a person would not see it.
fn acts(character: char) -> bool {
    !is_visible(character)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn escape_sequences_and_overrides_are_shown_not_obeyed() {
        assert_eq!(inert("\u{1b}]0;x\u{7}"), "\\u{1b}]0;x\\u{7}");
        assert_eq!(inert("a\u{202e}b\u{200b}"), "a\\u{202e}b\\u{200b}");
        assert_eq!(inert("Grüße 🦋"), "Grüße 🦋");
    }

    #[test]
    fn json_stays_the_same_value() {
        let value = json!({"a\u{9b}31m": "x\u{202e}\u{e0041}\u{1b}", "b": ["ü", "\u{7f}"]});
        for text in [
            serde_json::to_string(&value).unwrap(),
            serde_json::to_string_pretty(&value).unwrap(),
        ] {
            let escaped = inert_json(&text);
            assert!(
                !escaped
                    .chars()
                    .any(|character| character != '\n' && acts(character))
            );
            assert_eq!(serde_json::from_str::<Value>(&escaped).unwrap(), value);
        }
    }
}

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

/// Whether a terminal would do something with the character, or a person would not see it.
fn acts(character: char) -> bool {
    !is_visible(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_and_overrides_are_shown_not_obeyed() {
        assert_eq!(inert("\u{1b}]0;x\u{7}"), "\\u{1b}]0;x\\u{7}");
        assert_eq!(inert("a\u{202e}b\u{200b}"), "a\\u{202e}b\\u{200b}");
        assert_eq!(inert("Grüße 🦋"), "Grüße 🦋");
    }
}

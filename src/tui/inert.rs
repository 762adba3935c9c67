//! Strings from other machines made inert before they reach the screen (THREATS 42): nothing in them
//! can move the cursor, reach the clipboard, turn the direction of writing or hide.

use crate::model::is_visible;
use std::borrow::Cow;

/// The text with everything that is not plainly visible replaced by something that is.
pub fn inert(text: &str) -> Cow<'_, str> {
    if text.chars().all(is_plain) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(visible).collect())
}

fn is_plain(character: char) -> bool {
    visible(character) == character
}

/// What is shown for a character.
fn visible(character: char) -> char {
    match character {
        // The control pictures block shows each control character as itself.
        '\0'..='\x1f' => char::from_u32(0x2400 + u32::from(character)).unwrap_or('\u{fffd}'),
        '\x7f' => '\u{2421}',
        // Line and paragraph separators.
        '\u{2028}' | '\u{2029}' => '\u{2424}',
        other if is_visible(other) => other,
        _ => '\u{fffd}',
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn t42_nothing_of_theirs_reaches_the_terminal() {
        assert_eq!(inert("\x1b]52;c;aGk=\x07"), "␛]52;c;aGk=␇");
        assert_eq!(inert("invoice\u{202e}fdp.exe"), "invoice\u{fffd}fdp.exe");
        assert_eq!(inert("a\u{200b}b\u{9b}2Jc"), "a\u{fffd}b\u{fffd}2Jc");
        assert_eq!(inert("two\nlines"), "two␊lines");
    }

    #[test]
    fn plain_text_of_any_language_stays() {
        for text in ["übermäßig", "日本語", "עברית", "emoji 🦋", "a\u{0301}"] {
            assert!(matches!(inert(text), Cow::Borrowed(_)), "{text}");
        }
    }

    proptest! {
        #[test]
        fn nothing_that_controls_survives(text in ".*") {
            let shown = inert(&text);
            prop_assert!(!shown.chars().any(char::is_control));
            prop_assert_eq!(shown.chars().count(), text.chars().count());
        }
    }
}

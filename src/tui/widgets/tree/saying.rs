//! What the beginning of a long text says, without looking at the rest of it.

use std::borrow::Cow;

/// The first so many characters of what a text says that is spelled like this, with its quotes.
pub(super) fn beginning(quoted: &str, characters: usize) -> Cow<'_, str> {
    let inner = quoted.strip_prefix('"').unwrap_or(quoted);
    let mut end = 0;
    for _ in 0..characters {
        match spelling(&inner[end..]) {
            0 => break,
            bytes => end += bytes,
        }
    }
    let part = &inner[..end];
    if !part.contains('\\') {
        return Cow::Borrowed(part);
    }
    serde_json::from_str(&format!("\"{part}\"")).map_or(Cow::Borrowed(part), Cow::Owned)
}

/// How many bytes spell the first character; none where the text ends.
fn spelling(rest: &str) -> usize {
    let bytes = match rest.as_bytes() {
        [] | [b'"', ..] => 0,
        [b'\\', b'u', ..] if is_pair(rest) => 12,
        [b'\\', b'u', ..] => 6,
        [b'\\', ..] => 2,
        _ => 1,
    };
    rest.ceil_char_boundary(bytes)
}

/// Whether two escapes stand there that are one character.
fn is_pair(rest: &str) -> bool {
    let unit = |at: usize| {
        rest.get(at..at + 4)
            .and_then(|digits| u16::from_str_radix(digits, 16).ok())
    };
    rest.get(6..8) == Some("\\u")
        && unit(2).is_some_and(|first| (0xd800..0xdc00).contains(&first))
        && unit(8).is_some_and(|second| (0xdc00..0xe000).contains(&second))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_character_is_whole_however_it_is_spelled() {
        let spelled = r#""a\"\\\u00e9\ud83e\udd8b日🦋e""#;
        let said = "a\"\\é🦋日🦋e";
        for characters in 0..9 {
            let wanted: String = said.chars().take(characters).collect();
            assert_eq!(beginning(spelled, characters), wanted);
        }
    }

    #[test]
    fn what_is_no_proper_text_stays_as_it_is_spelled() {
        for (spelled, shown) in [
            (r#""a\"#, r"a\"),
            (r#""\é\u12"#, r"\é\u12"),
            (r#""\ud83e\ud83e""#, r"\ud83e\ud83e"),
            ("", ""),
            ("\"", ""),
        ] {
            assert_eq!(beginning(spelled, 40), shown);
        }
    }

    proptest! {
        #[test]
        fn it_is_the_beginning_of_what_is_said(said in "\\PC{0,12}|[\\x00-\\x1f\"\\\\🦋é]{0,12}", characters in 0usize..14) {
            let plain = serde_json::to_string(&said).unwrap();
            let escaped: String = said.encode_utf16().map(|unit| format!("\\u{unit:04X}")).collect();
            let escaped = format!("\"{escaped}\"");
            let wanted: String = said.chars().take(characters).collect();
            prop_assert_eq!(&*beginning(&plain, characters), &*wanted);
            prop_assert_eq!(&*beginning(&escaped, characters), &*wanted);
        }

        #[test]
        fn nothing_makes_it_stumble(text in "[\"\\\\ud8e🦋0é]{0,20}", characters in 0usize..30) {
            let _ = beginning(&text, characters);
        }
    }
}

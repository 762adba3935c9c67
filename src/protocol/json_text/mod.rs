//! JSON as it is being typed: tokens and structure with their places in the text, also where it is not whole yet.
//!
//! Whether a text is acceptable is for `strict_json` to say; this is for whoever writes one: colours, matching
//! brackets, completion, and the places that a remark is about.

mod token;
mod tree;
mod written;

pub use token::{Token, TokenKind, tokens};
pub use tree::{Container, Member, Shape, Tree};
pub use written::{indented, inert_json};

use super::strict_json;
use std::ops::Range;

/// What is wrong with a text, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Bytes of the text that it is about; never empty, but where the text is.
    pub span: Range<usize>,
    /// What it is, in words.
    pub message: String,
}

/// The first thing for which `strict_json` refuses a text.
pub fn mistake(text: &str) -> Option<Mistake> {
    let refused = strict_json::locate(text.as_bytes())?;
    if let Some(twice) = tree::duplicate(text) {
        // The reader notices at the end of the second value; a person looks for its name.
        return Some(twice);
    }
    Some(Mistake {
        span: cut_word(text, refused.offset).unwrap_or_else(|| spot(text, refused.offset)),
        message: worded(refused.message),
    })
}

/// What the reader says of escapes is for those who wrote it.
fn worded(message: String) -> String {
    if message.contains("hex escape") {
        return r"a \u escape that is cut short, or half a character: a lone surrogate".to_owned();
    }
    message
}

/// The word that is none of JSON's, if reading stopped in it or right behind it.
fn cut_word(text: &str, offset: usize) -> Option<Range<usize>> {
    let tokens = tokens(text);
    let last = tokens.iter().rfind(|token| token.span.start < offset)?;
    let is_wrong =
        last.kind == TokenKind::Word && !matches!(&text[last.span.clone()], "true" | "false" | "null");
    is_wrong.then(|| last.span.clone())
}

/// The character at an offset, or the last one before it.
fn spot(text: &str, offset: usize) -> Range<usize> {
    let mut start = offset.min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let rest = text[start..].chars().next();
    if let Some(character) = rest.filter(|character| !character.is_whitespace()) {
        return start..start + character.len_utf8();
    }
    let before = text[..start].trim_end();
    let last = before.chars().next_back().map_or(0, char::len_utf8);
    before.len() - last..before.len()
}

/// The bracket that belongs to the one at or right before an offset: both their places.
pub fn matching(tokens: &[Token], offset: usize) -> Option<(usize, usize)> {
    let here = tokens
        .iter()
        .position(|token| token.is_bracket() && (token.span.start == offset || token.span.end == offset))?;
    let opens = tokens[here].opens();
    let mut depth = 0i64;
    let others: Box<dyn Iterator<Item = &Token>> = if opens {
        Box::new(tokens[here..].iter())
    } else {
        Box::new(tokens[..=here].iter().rev())
    };
    for token in others.filter(|token| token.is_bracket()) {
        depth += if token.opens() == opens { 1 } else { -1 };
        if depth == 0 {
            return Some((tokens[here].span.start, token.span.start));
        }
    }
    None
}

/// A string as JSON.
pub fn quoted(text: &str) -> String {
    serde_json::Value::String(text.to_owned()).to_string()
}

/// Fills the room that an escape leaves.
const SUBSTITUTE: char = '\x1a';

/// What a text means that stands in JSON, for finding something in it: of the same length, every letter where it is
/// written, and a substitute (which can be in no text of JSON) where an escape leaves room.
pub fn meant_in_place(written: &str) -> String {
    let mut meant = String::with_capacity(written.len());
    let mut letters = written.chars();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            meant.push(letter);
            continue;
        }
        meant.push(SUBSTITUTE);
        meant.extend(letters.next().map(|escaped| match escaped {
            'b' | 'f' | 'n' | 'r' | 't' | 'u' => SUBSTITUTE,
            itself => itself,
        }));
    }
    meant
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_meant_stands_where_it_is_written() {
        let written = r#"é{{a | .\"x y\" \\ \n}}"#;
        let meant = meant_in_place(written).replace(SUBSTITUTE, "~");
        assert_eq!(meant, "é{{a | .~\"x y~\" ~\\ ~~}}");
        assert_eq!(meant.len(), written.len());
        assert_eq!(meant_in_place("\\é").len(), 3);
        assert_eq!(meant_in_place("a\\").len(), 2);
    }

    fn place(text: &str) -> (String, String) {
        let mistake = mistake(text).unwrap_or_else(|| panic!("{text} is acceptable"));
        (text[mistake.span].to_owned(), mistake.message)
    }

    #[test]
    fn mistakes_are_where_a_person_looks_for_them() {
        assert_eq!(place("{\"a\": 1, \"a\": 2}").0, "\"a\"");
        assert!(place("{\"a\": 1, \"a\": 2}").1.contains("twice"));
        assert_eq!(place("{\n  \"a\": tru\n}").0, "tru");
        assert_eq!(place("{\"a\": 1").0, "1");
        assert_eq!(place("{\"a\" 1}").0, "1");
        assert!(place(&"[".repeat(65)).1.contains("64"));
        assert!(place(r#"{"a": "\ud800"}"#).1.contains("surrogate"));
        assert_eq!(mistake("{}"), None);
    }

    #[test]
    fn brackets_find_each_other() {
        let text = r#"{"a": ["]", {}]}"#;
        let tokens = tokens(text);
        assert_eq!(matching(&tokens, 0), Some((0, text.len() - 1)));
        assert_eq!(matching(&tokens, text.len()), Some((text.len() - 1, 0)));
        assert_eq!(matching(&tokens, 6), Some((6, 14)));
        assert_eq!(matching(&tokens, 3), None);
    }

    proptest! {
        #[test]
        fn whatever_is_typed_has_a_mistake_exactly_if_it_is_refused(text in r#"[\[\]{}:,"a0-1\\ \n\tétrue.-]{0,24}"#) {
            let refused = strict_json::parse(text.as_bytes()).is_err();
            let mistake = mistake(&text);
            prop_assert_eq!(refused, mistake.is_some());
            if let Some(mistake) = mistake {
                prop_assert!(text.get(mistake.span).is_some());
                prop_assert!(!mistake.message.is_empty());
            }
        }
    }
}

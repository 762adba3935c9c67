//! Tokens.

use std::ops::Range;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// `{`
    OpenObject,
    /// `}`
    CloseObject,
    /// `[`
    OpenArray,
    /// `]`
    CloseArray,
    /// `:`
    Colon,
    /// `,`
    Comma,
    /// A string; without its closing quote it ends with its line.
    Text {
        /// Whether the closing quote is there.
        closed: bool,
    },
    /// Something that begins like a number.
    Number,
    /// Letters: `true`, `false`, `null`, or part of one.
    Word,
    /// What JSON has no use for.
    Junk,
}

/// A token and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Its bytes in the text.
    pub span: Range<usize>,
}

impl Token {
    /// Whether it opens or closes an object or array.
    pub fn is_bracket(&self) -> bool {
        self.opens() || matches!(self.kind, TokenKind::CloseObject | TokenKind::CloseArray)
    }

    /// Whether it opens one.
    pub fn opens(&self) -> bool {
        matches!(self.kind, TokenKind::OpenObject | TokenKind::OpenArray)
    }
}

/// The tokens of a text. Together with the blanks between them they cover all of it.
pub fn tokens(text: &str) -> Vec<Token> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let (kind, end) = match bytes[at] {
            byte if byte.is_ascii_whitespace() => {
                at += 1;
                continue;
            }
            b'{' => (TokenKind::OpenObject, at + 1),
            b'}' => (TokenKind::CloseObject, at + 1),
            b'[' => (TokenKind::OpenArray, at + 1),
            b']' => (TokenKind::CloseArray, at + 1),
            b':' => (TokenKind::Colon, at + 1),
            b',' => (TokenKind::Comma, at + 1),
            b'"' => text_token(bytes, at),
            b'-' | b'0'..=b'9' => (TokenKind::Number, run(bytes, at, is_number)),
            byte if byte.is_ascii_alphabetic() || byte == b'_' => (TokenKind::Word, run(bytes, at, is_word)),
            _ => (TokenKind::Junk, junk(text, at)),
        };
        found.push(Token { kind, span: at..end });
        at = end;
    }
    found
}

fn text_token(bytes: &[u8], start: usize) -> (TokenKind, usize) {
    let mut at = start + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => return (TokenKind::Text { closed: true }, at + 1),
            b'\n' => break,
            b'\\' if at + 1 < bytes.len() && bytes[at + 1] != b'\n' => at += 2,
            _ => at += 1,
        }
    }
    (TokenKind::Text { closed: false }, at.min(bytes.len()))
}

fn run(bytes: &[u8], start: usize, belongs: fn(u8) -> bool) -> usize {
    let length = bytes[start..].iter().take_while(|byte| belongs(**byte)).count();
    start + length.max(1)
}

fn is_number(byte: u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E')
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn junk(text: &str, start: usize) -> usize {
    start + text[start..].chars().next().map_or(1, char::len_utf8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn tokens_and_blanks_cover_any_text_in_order(text in r#"[\[\]{}:,"a0-1\\ \n\té.#-]{0,40}"#) {
            let mut at = 0;
            for token in tokens(&text) {
                prop_assert!(text[at..token.span.start].trim().is_empty());
                prop_assert!(token.span.start < token.span.end);
                prop_assert!(text.get(token.span.clone()).is_some());
                at = token.span.end;
            }
            prop_assert!(text[at..].trim().is_empty());
        }
    }
}

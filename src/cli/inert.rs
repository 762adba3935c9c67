//! Text from other machines, made harmless before it reaches a terminal (THREATS 42).

use crate::model::is_visible;
use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write};
use std::mem;
use std::str;

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

/// What is written through it reaches the target as [`inert_lines`], however the bytes come in pieces.
pub struct InertWriter<W> {
    target: W,
    /// The bytes of a character that has only begun.
    begun: Vec<u8>,
}

impl<W: Write> InertWriter<W> {
    /// Nothing is written yet.
    pub fn new(target: W) -> Self {
        Self {
            target,
            begun: Vec::new(),
        }
    }

    fn pass_on(&mut self, bytes: &[u8]) -> io::Result<()> {
        let text = String::from_utf8_lossy(bytes);
        self.target.write_all(inert_lines(&text).as_bytes())
    }
}

impl<W: Write> Write for InertWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut come = mem::take(&mut self.begun);
        come.extend_from_slice(bytes);
        let whole = match str::from_utf8(&come) {
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            _ => come.len(),
        };
        self.begun = come.split_off(whole);
        self.pass_on(&come)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let begun = mem::take(&mut self.begun);
        self.pass_on(&begun)?;
        self.target.flush()
    }
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

    #[test]
    fn pieces_of_any_size_are_written_as_the_whole_is() {
        let text = "a,\u{1b}[31m\u{9b}\nGrüße 🦋\u{202e}\n";
        for size in 1..=text.len() {
            let mut written = Vec::new();
            let mut writer = InertWriter::new(&mut written);
            for piece in text.as_bytes().chunks(size) {
                writer.write_all(piece).unwrap();
            }
            writer.flush().unwrap();
            assert_eq!(String::from_utf8(written).unwrap(), inert_lines(text), "{size}");
        }
    }

    #[test]
    fn what_is_no_text_is_shown_as_such() {
        let mut written = Vec::new();
        let mut writer = InertWriter::new(&mut written);
        writer.write_all(b"\xffa\xf0\x9f").unwrap();
        writer.flush().unwrap();
        assert_eq!(String::from_utf8(written).unwrap(), "\u{fffd}a\u{fffd}");
    }
}

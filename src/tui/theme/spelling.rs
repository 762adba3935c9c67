//! How the program's own words are written where the terminal shows nothing but ASCII.
//!
//! Only what the program itself writes is spelled otherwise: signs and the marks between words. Letters of other scripts
//! are people's own text, and stay as they are.

use super::Glyphs;
use std::borrow::Cow;

impl Glyphs {
    /// Whether it is ASCII and nothing else.
    pub fn is_plain(&self) -> bool {
        self.ellipsis.is_ascii()
    }

    /// A text as these signs can show it, in as many columns.
    pub fn spelled<'text>(&self, text: &'text str) -> Cow<'text, str> {
        if !self.is_plain() || text.is_ascii() {
            return Cow::Borrowed(text);
        }
        Cow::Owned(text.chars().map(|sign| self.plain(sign)).collect())
    }

    fn plain(&self, sign: char) -> char {
        match sign {
            '“' | '”' => '"',
            '‘' | '’' => '\'',
            '–' | '—' | '·' => '-',
            '•' => '*',
            '…' => '~',
            'µ' => 'u',
            '×' => 'x',
            '✓' => '+',
            '←' => '<',
            '→' => '>',
            '↑' => '^',
            '↓' => 'v',
            // Pictures of what a stranger's text must not do to the terminal.
            '\u{2400}'..='\u{243f}' | '\u{fffd}' => '?',
            other => other,
        }
    }

    /// The name of a key, or of keys in a row.
    pub fn spelled_keys(&self, keys: &impl ToString) -> String {
        let text = keys.to_string();
        if !self.is_plain() {
            return text;
        }
        text.replace("↑↓", "Up/Down")
            .replace("←→", "Left/Right")
            .replace('⏎', "Enter")
            .replace('⇧', "S-")
            .replace('↑', "Up")
            .replace('↓', "Down")
            .replace('←', "Left")
            .replace('→', "Right")
    }
}

#[cfg(test)]
mod tests {
    use crate::tui::theme::{ASCII, UNICODE};

    #[test]
    fn signs_are_spelled_and_letters_stay() {
        assert_eq!(ASCII.spelled("“Häfen” · 840 µs…"), "\"Häfen\" - 840 us~");
        assert_eq!(ASCII.spelled("a ␛[2J"), "a ?[2J");
        assert_eq!(UNICODE.spelled("“Häfen”"), "“Häfen”");
        assert_eq!(ASCII.spelled_keys(&"⏎"), "Enter");
        assert_eq!(UNICODE.spelled_keys(&"⏎"), "⏎");
    }
}

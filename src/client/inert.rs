//! Making text of other machines harmless before it gets into a message for people.

use crate::model::is_visible;

/// Most characters of a remote text that a message repeats.
const LONGEST: usize = 200;

/// The text on one line and cut short, without control, bidirectional, zero-width and other invisible
/// characters: nothing of it can move a cursor, colour a screen or reorder what is read.
pub fn inert(text: &str) -> String {
    let mut shown = String::new();
    for word in text.split_whitespace() {
        let visible: String = word.chars().filter(|&character| is_visible(character)).collect();
        if visible.is_empty() {
            continue;
        }
        if !shown.is_empty() {
            shown.push(' ');
        }
        shown.push_str(&visible);
    }
    if shown.chars().count() <= LONGEST {
        return shown;
    }
    let mut cut: String = shown.chars().take(LONGEST - 1).collect();
    cut.push('…');
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threat_42_terminal_tricks_in_remote_text_are_inert() {
        let hostile = "a\u{1b}[31mb\u{9b}2Jc\u{1b}]52;c;ZXZpbA==\u{7}\u{202e}d\u{200b}e\u{feff}\r\nf";
        assert_eq!(inert(hostile), "a[31mb2Jc]52;c;ZXZpbA==de f");
    }

    #[test]
    fn long_text_is_cut_and_says_so() {
        let shown = inert(&"ä".repeat(500));
        assert_eq!(shown.chars().count(), LONGEST);
        assert!(shown.ends_with('…'));
        assert_eq!(inert("short text"), "short text");
    }
}

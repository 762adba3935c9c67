//! Where something stands in a text that a person wrote: every message about such a file names its line.

/// The line of a byte of the text, counted from 1.
pub fn line_of(text: &str, place: usize) -> usize {
    let before = text.as_bytes().iter().take(place);
    1 + before.filter(|byte| **byte == b'\n').count()
}

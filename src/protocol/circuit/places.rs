//! Where in a text something stands: for faults that are found after it was parsed.

/// A text that is searched from its beginning to its end.
pub(super) struct Places<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Places<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// Line and column of the next place at which something stands as it is written; searching goes on behind
    /// it. None where it is written with escapes.
    pub(super) fn next(&mut self, written: &str) -> Option<(usize, usize)> {
        let found = self.text.get(self.at..)?.find(written)? + self.at;
        self.at = found + written.len();
        let before = &self.text[..found];
        let line = before.matches('\n').count() + 1;
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Some((line, before[start..].chars().count() + 1))
    }
}

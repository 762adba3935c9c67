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

/// Line and column, from 1, at which each step of a circuit begins, also in a text that is no JSON yet: as far as it
/// is written. Columns count bytes, as parsers do.
pub(super) fn step_starts(text: &str) -> Vec<(usize, usize)> {
    let is_list = text.trim_start().starts_with('[');
    let (mut depth, mut is_due) = (0usize, !is_list);
    let (mut in_text, mut escaped) = (false, false);
    let (mut line, mut column) = (1, 0);
    let mut starts = Vec::new();
    for byte in text.bytes() {
        if byte == b'\n' {
            (line, column) = (line + 1, 0);
            continue;
        }
        column += 1;
        if in_text {
            in_text = escaped || byte != b'"';
            escaped = byte == b'\\' && !escaped;
            continue;
        }
        let is_between = byte.is_ascii_whitespace() || matches!(byte, b',' | b']' | b'}');
        if is_due && !is_between && depth == usize::from(is_list) {
            starts.push((line, column));
            is_due = false;
        }
        match byte {
            b'"' => in_text = true,
            b'[' | b'{' => {
                // The bracket of the list itself lets the first step come.
                is_due |= is_list && depth == 0 && starts.is_empty();
                depth += 1;
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            b',' if is_list && depth == 1 => is_due = true,
            _ => {}
        }
    }
    starts
}

//! How placeholders in circuits are written: `{0.field.sub}`. The number is the step, counted from 0; the rest is
//! a path into its result, through members of objects and places in lists.

/// A part of a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Text that stays as it is.
    Text(&'a str),
    /// What an earlier step came to.
    Placeholder {
        /// That step, counted from 0.
        step: usize,
        /// What stands between the braces.
        inner: &'a str,
    },
}

impl Piece<'_> {
    /// The step that it takes from; none for text.
    pub fn step(&self) -> Option<usize> {
        match self {
            Self::Text(_) => None,
            Self::Placeholder { step, .. } => Some(*step),
        }
    }
}

/// Takes a string apart; the pieces put together again are the string.
pub fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        if let Some((piece, after)) = placeholder(rest) {
            rest = after;
            return Some(piece);
        }
        let end = rest
            .match_indices('{')
            .map(|(at, _)| at)
            .find(|at| placeholder(&rest[*at..]).is_some())
            .unwrap_or(rest.len());
        let (part, after) = rest.split_at(end);
        rest = after;
        Some(Piece::Text(part))
    })
}

/// The placeholder that a text begins with, and what follows it.
pub(super) fn placeholder(text: &str) -> Option<(Piece<'_>, &str)> {
    let after_brace = text.strip_prefix('{')?;
    let inside = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    let end = after_brace.bytes().position(|byte| !inside(byte))?;
    let (inner, after) = after_brace.split_at(end);
    let after = after.strip_prefix('}')?;
    let mut path = inner.split('.');
    let number = path.next()?;
    let is_number = (1..=6).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number || path.any(str::is_empty) {
        return None;
    }
    let step = number.parse().ok()?;
    Some((Piece::Placeholder { step, inner }, after))
}

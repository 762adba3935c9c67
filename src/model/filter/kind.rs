//! What the values of a field are.

/// What the values of a field are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Any text.
    Text,
    /// A text that many have not: any text, `any` for whoever has one, `none` for whoever has not.
    Remark,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A whole number.
    Number,
    /// A size: `300`, `20kB`, `1MB`, `1MiB`.
    Bytes,
    /// A length of time: `250us`, `100ms`, `3s`, `2m`, `1h`, `7d`.
    Duration,
    /// A moment: `1h` (so long ago), `10:30`, `today`, `yesterday`, `2026-11-22`, `2026-11-22T10:30`.
    Moment,
}

impl Kind {
    /// What a value looks like, for errors and help.
    pub fn example(self) -> String {
        match self {
            Self::Text => "a text".to_owned(),
            Self::Remark => "a text, any or none".to_owned(),
            Self::OneOf(words) => words.join(", "),
            Self::Number => "a whole number".to_owned(),
            Self::Bytes => "a size, such as 300, 20kB or 1MB".to_owned(),
            Self::Duration => "a length of time, such as 250us, 100ms or 3s".to_owned(),
            Self::Moment => "a moment, such as 1h (ago), 10:30, today or 2026-11-22".to_owned(),
        }
    }

    /// Whether more and less mean something.
    pub(super) const fn has_order(self) -> bool {
        !matches!(self, Self::Text | Self::Remark | Self::OneOf(_))
    }
}

//! The table of fields: each list that can be filtered has its own.

use super::value::Comparison;

/// A field that can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Its name: small letters and `_`.
    pub name: &'static str,
    /// Other names that are understood.
    pub also: &'static [&'static str],
    /// What its values are.
    pub kind: Kind,
    /// What `field:value` means, where no sign says otherwise.
    pub plain: Comparison,
    /// What it is, in a few words.
    pub help: &'static str,
}

/// What the values of a field are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Any text.
    Text,
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

impl Field {
    /// A field of this kind: lengths of time, sizes and moments mean "at least", all others "is".
    pub const fn new(name: &'static str, kind: Kind, help: &'static str) -> Self {
        let plain = match kind {
            Kind::Bytes | Kind::Duration | Kind::Moment => Comparison::AtLeast,
            Kind::Text | Kind::OneOf(_) | Kind::Number => Comparison::Is,
        };
        Self {
            name,
            also: &[],
            kind,
            plain,
            help,
        }
    }

    /// The same with other names that are understood.
    pub const fn also(self, also: &'static [&'static str]) -> Self {
        Self { also, ..self }
    }

    /// The same with another meaning of `field:value`.
    pub const fn meaning(self, plain: Comparison) -> Self {
        Self { plain, ..self }
    }

    /// Whether it goes by this name.
    pub(super) fn is_called(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name) || self.also.iter().any(|also| also.eq_ignore_ascii_case(name))
    }
}

impl Kind {
    /// What a value looks like, for errors and help.
    pub fn example(self) -> String {
        match self {
            Self::Text => "a text".to_owned(),
            Self::OneOf(words) => words.join(", "),
            Self::Number => "a whole number".to_owned(),
            Self::Bytes => "a size, such as 300, 20kB or 1MB".to_owned(),
            Self::Duration => "a length of time, such as 250us, 100ms or 3s".to_owned(),
            Self::Moment => "a moment, such as 1h (ago), 10:30, today or 2026-11-22".to_owned(),
        }
    }

    /// Whether more and less mean something.
    pub(super) const fn has_order(self) -> bool {
        !matches!(self, Self::Text | Self::OneOf(_))
    }
}

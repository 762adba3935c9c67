//! The table of fields: each list that can be filtered has its own.

use super::kind::Kind;
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

impl Field {
    /// A field of this kind: lengths of time, sizes and moments mean "at least", all others "is".
    pub const fn new(name: &'static str, kind: Kind, help: &'static str) -> Self {
        let plain = match kind {
            Kind::Bytes | Kind::Duration | Kind::Moment => Comparison::AtLeast,
            Kind::Text | Kind::Remark | Kind::OneOf(_) | Kind::Number => Comparison::Is,
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

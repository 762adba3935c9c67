//! Keys pressed one after the other, which together mean one thing: `j`, `g g`, `u c`.

use super::Key;
use std::fmt;

/// One key or several in a row.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Sequence(Vec<Key>);

impl Sequence {
    /// Reads keys with blanks between them.
    pub fn parse(text: &str) -> Option<Self> {
        let keys: Vec<Key> = text.split_whitespace().map(Key::parse).collect::<Option<_>>()?;
        (!keys.is_empty()).then_some(Self(keys))
    }

    /// Its keys, in the order of pressing.
    pub fn keys(&self) -> &[Key] {
        &self.0
    }

    /// Whether it begins with these keys, or is just them.
    pub fn starts_with(&self, keys: &[Key]) -> bool {
        self.0.starts_with(keys)
    }

    /// As it is written in a keymap file.
    pub fn spelled(&self) -> String {
        let keys: Vec<String> = self.0.iter().map(Key::spelled).collect();
        keys.join(" ")
    }
}

impl fmt::Display for Sequence {
    /// As it is shown to people: `gg`, `^X g`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_bare = |key: &Key| key.spelled().chars().count() == 1;
        let gap = if self.0.iter().all(is_bare) { "" } else { " " };
        for (index, key) in self.0.iter().enumerate() {
            if index > 0 {
                formatter.write_str(gap)?;
            }
            write!(formatter, "{key}")?;
        }
        Ok(())
    }
}

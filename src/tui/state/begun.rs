//! A sequence of keys that was begun and may go on.

use crate::command::Key;

/// The keys pressed so far, while more may follow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Begun {
    /// The keys.
    pub keys: Vec<Key>,
    /// Whether what may follow is shown.
    pub shown: bool,
    /// Counts the keys that others may follow, so that a pause for an earlier one shows nothing.
    pub turn: u64,
}

impl Begun {
    /// Takes the keys, and begins anew.
    pub fn take(&mut self) -> Self {
        let turn = self.turn;
        std::mem::replace(
            self,
            Self {
                turn,
                ..Self::default()
            },
        )
    }
}

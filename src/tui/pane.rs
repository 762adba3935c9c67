//! The four panes, by name.

use crate::command::Scope;

/// One of the four panes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the words say it")]
pub enum Pane {
    Instances,
    Pointers,
    Credentials,
    Log,
}

impl Pane {
    /// All of them, in the order of their digits.
    pub const ALL: [Self; 4] = [Self::Instances, Self::Pointers, Self::Credentials, Self::Log];

    /// Its place in `ALL`.
    pub const fn index(self) -> usize {
        match self {
            Self::Instances => 0,
            Self::Pointers => 1,
            Self::Credentials => 2,
            Self::Log => 3,
        }
    }

    /// What it is called on the screen.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Instances => "Instances",
            Self::Pointers => "Pointers",
            Self::Credentials => "Credentials",
            Self::Log => "Invoke log",
        }
    }

    /// The scope of its own keys.
    pub const fn scope(self) -> Scope {
        match self {
            Self::Instances => Scope::Instances,
            Self::Pointers => Scope::Pointers,
            Self::Credentials => Scope::Credentials,
            Self::Log => Scope::Log,
        }
    }
}

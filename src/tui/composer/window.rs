//! A choice that lies over the composer, as it stands.

use tui_input::Input;

/// Which choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Queries to begin with.
    Templates,
    /// Queries that were sent.
    History,
    /// As whom, and which way.
    Ways,
    /// A name for the query that is kept.
    Name,
    /// What goes into a blank of the query.
    Blank,
}

/// A choice.
pub struct Window {
    /// Which.
    pub kind: Kind,
    /// What is typed to find something, or the name.
    pub input: Input,
    /// Which row is selected.
    pub selected: usize,
    /// The template that the next press forgets or replaces.
    pub armed: Option<String>,
}

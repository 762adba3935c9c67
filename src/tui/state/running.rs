//! What is under way.

use super::whereabouts::Whereabouts;

/// Work that is under way because a person asked for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Running {
    /// Its number.
    pub ticket: u64,
    /// What is being done.
    pub words: String,
    /// Whether it can be stopped between two steps, and tells then what was done.
    pub is_gentle: bool,
    /// Whether it is to stop: what was done by then is still waited for.
    pub is_stopping: bool,
    /// Whether a failure deserves a page of its own.
    pub foreground: bool,
    /// Where one was when it began: there it may open a page.
    pub begun_at: Whereabouts,
}

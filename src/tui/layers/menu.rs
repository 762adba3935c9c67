//! A choice among a few things, each on a key of its own.

use crate::tui::effect::Work;

/// One of the things.
pub struct Item {
    /// The key that chooses it at once.
    pub key: char,
    /// In a word or two.
    pub label: String,
    /// In a sentence.
    pub doc: String,
    /// What it leads to.
    pub work: Work,
}

/// The choice as it stands.
pub struct Menu {
    /// What is chosen.
    pub title: String,
    /// The things.
    pub items: Vec<Item>,
    /// Which is selected.
    pub selected: usize,
}

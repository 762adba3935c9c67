//! What the vault keeps for the console from one run to the next, and whether it has told it. May depend on nothing.

use std::collections::BTreeMap;

/// Whether something was told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Told {
    /// It is asked for.
    #[default]
    Waiting,
    /// It was told.
    Known,
    /// It could not be told; it is asked for again.
    Failed,
}

impl Told {
    /// It could not be told; whether that is news.
    pub fn fail(&mut self) -> bool {
        std::mem::replace(self, Self::Failed) != Self::Failed
    }
}

/// What was kept.
#[derive(Debug, Default)]
pub struct Kept {
    /// How everything was set.
    pub settings: Told,
    /// What was being written.
    pub drafts: Told,
    /// After how long the console locks itself.
    pub idle_lock: Told,
    /// Settings that changed before those of earlier were told, by name.
    pub held_back: BTreeMap<&'static str, String>,
}

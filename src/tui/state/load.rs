//! What is known of something that has to be fetched.

use crate::workspace::Failure;

/// What is known of something that has to be fetched.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Load {
    /// Not there yet.
    #[default]
    Waiting,
    /// There.
    Ready,
    /// Could not be had; what was there before stays on the screen.
    Failed(Failure),
}

impl Load {
    /// Whether it could not be had.
    pub fn has_failed(&self) -> bool {
        matches!(self, Self::Failed(_))
    }
}

/// Whether what is on its way has to be asked for once more.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Again {
    /// It will do.
    #[default]
    No,
    /// If not everybody could be asked: somebody answers again.
    IfMissing,
    /// It may be older than what was changed meanwhile.
    Yes,
}

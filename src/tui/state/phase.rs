//! How far the console is with its home.

/// How far the console is with its home.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// There is none yet: a person chooses.
    FirstRun,
    /// It is locked: a person is asked.
    Locked,
    /// It is being made or opened.
    Opening,
    /// It is open.
    Open,
    /// It was locked while nobody was there: a person is asked before anything is shown again.
    Shut,
    /// Hosted instances are being stopped.
    Stopping,
    /// Over.
    Done,
}

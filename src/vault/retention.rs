//! How much of the invoke log is kept.

/// How much of the log is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogRetention {
    /// Lines at most, from the newest on.
    pub lines: u64,
    /// Days at most.
    pub days: u32,
    /// Marked and noted lines that are kept beyond that; of more than so many, the oldest lose theirs.
    pub marked: u64,
}

impl Default for LogRetention {
    fn default() -> Self {
        Self {
            lines: 100_000,
            days: 90,
            marked: 10_000,
        }
    }
}

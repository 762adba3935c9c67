//! The invoke log: every invoke and call of this home, kept sealed in the vault.

use super::{Failure, LogEntry, LogFilter, LogRow, Workspace};

impl Workspace {
    /// Lines of the log, newest first.
    pub async fn log(&self, _filter: &LogFilter) -> Result<Vec<LogRow>, Failure> {
        todo!()
    }

    /// Everything kept of one line.
    pub async fn log_entry(&self, _id: u64) -> Result<LogEntry, Failure> {
        todo!()
    }

    /// How many lines there are.
    pub async fn log_count(&self) -> Result<u64, Failure> {
        todo!()
    }
}

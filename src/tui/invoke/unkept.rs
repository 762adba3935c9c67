//! Why nothing was kept of what travelled.

use crate::workspace::{LogEntry, LogKind};

/// Why this line has neither exchanges nor times, in a sentence.
pub fn why(entry: &LogEntry) -> &'static str {
    if entry.row.kind == LogKind::Load {
        return "It sums up many calls. The slowest of those that were traced have lines of their own.";
    }
    if entry.row.status == "failed" {
        return "It failed before anything was sealed, or it was logged by an earlier version, which kept nothing of what failed.";
    }
    "The instance was asked inside this process."
}

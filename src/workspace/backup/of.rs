//! Which instance a backup is of, and files that are no backups.

use crate::model::{InstanceId, InstanceName, Timestamp};
use crate::protocol::Code;
use crate::workspace::Failure;
use serde::Serialize;

/// Which instance a backup is of, and when it was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BackupOf {
    /// What it is called on record.
    pub id: String,
    /// The instance's name when it was made.
    pub name: InstanceName,
    /// The instance.
    pub instance_id: InstanceId,
    /// When.
    pub made_at: Timestamp,
}

pub(super) fn damaged() -> Failure {
    Failure::new(
        Code::BundleRefused,
        "the backup is damaged: it was cut short or changed",
        "take another copy of it, or an earlier backup",
    )
}

/// A file that is none of ours.
pub(super) fn foreign(reason: &str) -> Failure {
    Failure::new(
        Code::BundleRefused,
        format!("this file cannot be restored: {reason}"),
        "give the file that `instance backup` wrote",
    )
}

//! How much of its audit trail a local instance keeps, as it is said on the command line.

use crate::instance::AuditKept;
use crate::workspace::InstanceChange;
use clap::Args;

/// How much of its audit trail a local instance keeps. A running one follows within a minute.
#[derive(Debug, Clone, Copy, Args)]
pub struct AuditLimits {
    /// For how many days a local instance keeps its audit trail; 0 for ever. A new one begins with 400.
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(..=i64::from(AuditKept::MOST_DAYS)))]
    pub audit_days: Option<u32>,
    /// Up to which size, in MiB, a local instance keeps its audit trail; 0 for any. Beyond it the oldest tenth goes. A new
    /// one begins with 1024.
    #[arg(long, value_name = "MIB", value_parser = clap::value_parser!(u32).range(..=i64::from(AuditKept::MOST_MIB)))]
    pub audit_mib: Option<u32>,
}

impl AuditLimits {
    /// As a change of an instance.
    pub fn change(self) -> InstanceChange {
        InstanceChange {
            audit_days: self.audit_days,
            audit_mib: self.audit_mib,
            ..InstanceChange::default()
        }
    }
}

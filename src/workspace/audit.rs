//! Audit trails of instances: reading them, and proving that nothing was taken out.

use super::{AuditReport, Failure, Workspace};
use crate::store::AuditRecord;

impl Workspace {
    /// Records of an instance's audit trail, newest first, older than `before` if given.
    pub async fn audit(
        &self,
        instance: &str,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<AuditRecord>, Failure> {
        let _ = (instance, before, limit);
        todo!()
    }

    /// Walks the trail and compares its end with what this console and the peers of the federation have kept.
    pub async fn verify_audit(&self, instance: &str) -> Result<AuditReport, Failure> {
        let _ = instance;
        todo!()
    }
}

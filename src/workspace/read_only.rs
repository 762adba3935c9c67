//! Instances that nothing may be changed on from here: a person's choice, kept in the vault.

use super::{Failure, only_reads};
use crate::protocol::{Code, Query};
use crate::vault::InstanceRecord;

/// Refuses to change something on an instance that is read-only in this home.
pub(super) fn permit(record: &InstanceRecord, query: &Query) -> Result<(), Failure> {
    // What a pointer leads to when it is invoked is another matter.
    let is_invoke = query.action() == "invoke_through_connection";
    if !record.read_only || is_invoke || only_reads(query.action()) {
        return Ok(());
    }
    Err(Failure::new(
        Code::ReadOnly,
        format!(
            "{} is read-only in this home, and {} may change something",
            record.name,
            query.action()
        ),
        format!(
            "if you mean it, allow changes first: `butterfly instance edit {} --set-read-only off`",
            record.name
        ),
    )
    .on(record.name.as_str()))
}

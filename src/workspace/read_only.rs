//! Instances that nothing may be changed on from here: a person's choice, kept in the vault.

use super::{Failure, only_reads};
use crate::protocol::{Code, Query};
use crate::vault::InstanceRecord;

/// Calls through a pointer are use, not change: what they reach is for the instance's own grants to decide.
const THROUGH: &str = "invoke_through_connection";

/// Refuses to change something on an instance that is read-only in this home.
pub(super) fn permit(record: &InstanceRecord, query: &Query) -> Result<(), Failure> {
    permit_action(record, Some(query.action()))
}

/// The same where only the action is known, or not even that: then it may do anything.
pub(super) fn permit_action(record: &InstanceRecord, action: Option<&str>) -> Result<(), Failure> {
    let is_harmless = action.is_some_and(|action| action == THROUGH || only_reads(action));
    if !record.read_only || is_harmless {
        return Ok(());
    }
    Err(Failure::new(
        Code::ReadOnly,
        format!(
            "{} is read-only in this home, and {} may change something",
            record.name,
            action.unwrap_or("a query that is not known")
        ),
        format!(
            "if you mean it, allow changes first: `butterfly instance edit {} --set-read-only off`",
            record.name
        ),
    )
    .on(record.name.as_str()))
}

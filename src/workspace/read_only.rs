//! Instances that nothing may be changed on from here: a person's choice, kept in the vault.

use super::Failure;
use crate::instance::actions::table;
use crate::protocol::{Code, Query};
use crate::vault::InstanceRecord;

/// Beginnings of the names of actions that only read, on original instances.
const READING: [&str; 4] = ["get_", "list_", "search_", "find_"];

/// Whether an action changes nothing on the instance that is asked; one that we do not know is taken for changing.
/// What a pointer leads to when it is invoked is another matter.
fn only_reads(action: &str) -> bool {
    match table::find(action) {
        Some(known) => !known.writes,
        None => READING.iter().any(|beginning| action.starts_with(beginning)),
    }
}

/// Refuses to change something on an instance that is read-only in this home.
pub(super) fn permit(record: &InstanceRecord, query: &Query) -> Result<(), Failure> {
    if !record.read_only || only_reads(query.action()) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_is_known_and_everything_else_is_taken_for_changing() {
        for action in ["get_pointer_summary", "get_all_tags", "list_credentials"] {
            assert!(only_reads(action), "{action}");
        }
        for action in ["create_pointer", "rotate_credential", "unheard_of", ""] {
            assert!(!only_reads(action), "{action}");
        }
    }
}

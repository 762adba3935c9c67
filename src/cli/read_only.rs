//! What a query may do in read-only mode.

use super::session::Session;
use crate::protocol::Query;
use crate::workspace::{Failure, only_reads};

/// Refuses, in read-only mode, a query whose action may change something: also one that we do not know.
pub fn permit_query(session: &Session, query: &Query) -> Result<(), Failure> {
    if only_reads(query.action(), None) {
        return Ok(());
    }
    session.permit(&format!(
        "the action {:?}, which may change something",
        query.action()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_is_known_and_everything_else_is_taken_for_writing() {
        assert!(only_reads("get_pointer_summary", None));
        assert!(only_reads("get_all_tags", None));
        for action in [
            "create_pointer",
            "relay",
            "invoke_through_connection",
            "unheard_of",
            "",
        ] {
            assert!(!only_reads(action, None), "{action}");
        }
    }
}

//! What a query may do in read-only mode.

use super::session::Session;
use crate::protocol::Query;
use crate::workspace::Failure;

/// Beginnings of the names of actions that only read, here and on original instances.
const READING: [&str; 4] = ["get_", "list_", "search_", "find_"];

/// Refuses, in read-only mode, a query whose action may change something: also one that we do not know.
pub fn permit_query(session: &Session, query: &Query) -> Result<(), Failure> {
    if only_reads(query.action()) {
        return Ok(());
    }
    session.permit(&format!(
        "the action {:?}, which may change something",
        query.action()
    ))
}

fn only_reads(action: &str) -> bool {
    action == "whoami" || READING.iter().any(|beginning| action.starts_with(beginning))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_is_known_and_everything_else_is_taken_for_writing() {
        assert!(only_reads("get_pointer_summary"));
        assert!(only_reads("whoami"));
        for action in ["create_pointer", "invoke_through_connection", "unheard_of", ""] {
            assert!(!only_reads(action), "{action}");
        }
    }
}

//! Which queries only read, also on instances of which no more is known than the names of their actions.

use super::actions::Table;
use crate::protocol::Query;
use crate::protocol::circuit::RELAY;

/// Beginnings of the names of actions that only read, on original instances.
const READING: [&str; 4] = ["get_", "list_", "search_", "find_"];
/// What it reaches is for the instance that has the pointer to decide, by its own grants.
const THROUGH: &str = "invoke_through_connection";

/// Whether an action only reads: one that we do not know is taken for writing.
pub fn only_reads(action: &str, table: Table) -> bool {
    match table.find(action) {
        // What it reaches decides, and that may be a circuit that changes something.
        Some(known) => !known.writes && known.name != THROUGH,
        None => READING.iter().any(|beginning| action.starts_with(beginning)),
    }
}

/// Whether a query may change something at the instance that it is relayed to, or at one that it is relayed on to from
/// there: what the innermost of relays asks counts.
pub fn may_write_at_a_peer(query: &Query, table: Table) -> bool {
    match query.action() {
        THROUGH => false,
        RELAY => query
            .get("query")
            .and_then(|onward| Query::from_value(onward.clone()).ok())
            .is_none_or(|onward| may_write_at_a_peer(&onward, table)),
        action => !only_reads(action, table),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instance::actions::table::ALL;
    use serde_json::{Value, json};

    #[test]
    fn reading_is_known_and_everything_else_is_taken_for_writing() {
        assert!(only_reads("get_pointer_summary", ALL));
        assert!(only_reads("get_all_tags", ALL));
        for action in ["create_pointer", "relay", THROUGH, "unheard_of", ""] {
            assert!(!only_reads(action, ALL), "{action}");
        }
    }

    #[test]
    fn what_is_asked_at_the_end_of_the_relays_decides() {
        let relay =
            |query: Value| json!({"action": "relay", "connection_id": "conn_0123456789ab", "query": query});
        let may_write = |query: Value| may_write_at_a_peer(&Query::from_value(query).unwrap(), ALL);
        let reading = json!({"action": "get_pointer"});
        let writing = json!({"action": "create_pointer"});
        assert!(!may_write(reading.clone()) && !may_write(relay(relay(reading))));
        assert!(may_write(writing.clone()) && may_write(relay(relay(writing))));
        assert!(may_write(json!({"action": "unheard_of"})));
        assert!(may_write(relay(json!("no query"))));
        assert!(!may_write(relay(json!({"action": THROUGH}))));
    }
}

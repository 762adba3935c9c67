//! Which actions only read.

use crate::instance::actions::table;

/// Beginnings of the names of actions that only read, on original instances.
const READING: [&str; 4] = ["get_", "list_", "search_", "find_"];

/// Whether an action only reads: one that we do not know is taken for writing.
pub fn only_reads(action: &str) -> bool {
    match table::ALL.find(action) {
        // What it reaches decides, and that may be a circuit that changes something.
        Some(known) => !known.writes && known.name != "invoke_through_connection",
        None => READING.iter().any(|beginning| action.starts_with(beginning)),
    }
}

#[cfg(test)]
mod tests {
    use super::only_reads;

    #[test]
    fn reading_is_known_and_everything_else_is_taken_for_writing() {
        assert!(only_reads("get_pointer_summary"));
        assert!(only_reads("get_all_tags"));
        for action in [
            "create_pointer",
            "relay",
            "invoke_through_connection",
            "unheard_of",
            "",
        ] {
            assert!(!only_reads(action), "{action}");
        }
    }
}

//! What drives a search and what is required of the rows that it gives, as SQL.

use rusqlite::types::Value;

/// A pattern that names more tags than this is matched on the rows instead.
pub(super) const FEW_TAGS: usize = 8;

/// How the rows of a search are found.
#[derive(Clone)]
pub(super) struct Plan {
    pub(super) from: String,
    /// The driver's column that holds the pointer's id.
    pub(super) id: &'static str,
    pub(super) conditions: Vec<String>,
    pub(super) values: Vec<Value>,
    /// Whether every row that the driver gives is likely to match, so that counting is cheap.
    pub(super) narrow: bool,
}

impl Plan {
    /// Whether every pointer there is would be given.
    pub(super) fn is_everything(&self) -> bool {
        self.conditions.is_empty() && self.id == "p.id"
    }

    pub(super) fn drive(&mut self, table: &str, id: &'static str) {
        // CROSS JOIN keeps the order: the driver outside, its pointers inside.
        self.from = format!("{table} CROSS JOIN pointers p ON p.id = {id}");
        self.id = id;
        self.narrow = true;
    }

    pub(super) fn require(&mut self, condition: String, values: impl IntoIterator<Item = Value>) {
        self.conditions.push(condition);
        self.values.extend(values);
    }
}

/// Whether the trigram index can help: three characters in a row that stand for themselves.
pub(super) fn has_trigram(pattern: &str) -> bool {
    pattern.split(['%', '_']).any(|run| run.chars().count() >= 3)
}

//! The embedded store: SQLite in WAL mode, one writer with group commit, readers that never wait for it.
//!
//! `writer` is the one thread that changes anything, `reader` everything that only looks; `open` decides
//! what may be opened at all. The other files each know a few tables. Everything here runs on
//! `rusqlite`; nothing of it shows outside.

mod audit;
mod audit_chain;
mod audit_cut;
mod audit_rows;
mod audit_walk;
mod blocks;
mod changes;
mod conditions;
mod copying;
mod credentials;
mod descriptions;
mod digits;
mod domains;
mod driven;
mod failure;
mod federations;
mod fetch;
mod gather;
mod heads;
mod ids;
mod import;
mod imports;
mod jump;
mod matching;
mod noted;
mod once;
mod open;
mod order;
mod places;
mod plan;
mod pointers;
mod reader;
mod relationships;
mod remembered;
mod rows;
mod scan;
mod search;
mod search_index;
mod sorted;
mod store;
mod tags;
#[cfg(test)]
mod tests;
mod text_search;
mod texts;
mod walk;
mod wording;
mod writer;

pub use audit::SqliteAuditLog;
pub use changes::changes_kept;
pub use copying::{
    Schema, check_database, check_trail, copy_database, issued_credentials, schema_of_data, schema_of_trail,
};
pub use store::SqliteStore;

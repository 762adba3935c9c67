//! The embedded store: SQLite in WAL mode, one writer with group commit, readers that never wait for it.
//!
//! `writer` is the one thread that changes anything, `reader` everything that only looks; `open` decides
//! what may be opened at all. The other files each know a few tables. Everything here runs on
//! `rusqlite`; nothing of it shows outside.

mod audit;
mod audit_chain;
mod audit_cut;
mod audit_rows;
mod audit_tokens;
mod audit_walk;
mod blocks;
mod changes;
mod copying;
mod credentials;
mod domains;
mod failure;
mod federations;
mod heads;
mod import;
mod import_bounds;
mod import_connections;
mod imports;
mod nearby;
mod once;
mod open;
mod places;
mod pointers;
mod reader;
mod relationships;
mod rows;
mod search;
mod search_index;
mod store;
mod tags;
#[cfg(test)]
mod tests;
mod writer;

pub use audit::SqliteAuditLog;
pub use changes::changes_kept;
pub use copying::{
    Schema, check_database, check_trail, copy_database, issued_credentials, schema_of_data, schema_of_trail,
};
pub use store::SqliteStore;

//! Bringing the vault's schema to where this program knows it, with other processes that do the same at this moment.

use super::VaultError;
use rusqlite::Connection;
use std::path::Path;

mod embedded {
    refinery::embed_migrations!("src/vault/migrations");
}

/// What `user_version` says after the newest migration.
const VERSION: i64 = 4;
/// How often it is tried: each time that it fails, somebody else wrote meanwhile, or it fails for good.
const TRIES: u32 = 3;

/// Brings the schema from where it is to where the migrations lead.
pub(super) fn migrate(connection: &mut Connection, path: &Path) -> Result<(), VaultError> {
    let mut told = Ok(());
    for _ in 0..TRIES {
        match version(connection)? {
            VERSION => return Ok(()),
            newer if newer > VERSION => return Err(VaultError::TooNew(path.to_owned())),
            _ => {}
        }
        told = run(connection);
        if told.is_ok() {
            break;
        }
        // Another process may have been quicker at the same migration, or be at it still.
        wait_for_writer(connection)?;
    }
    told
}

fn version(connection: &Connection) -> Result<i64, VaultError> {
    Ok(connection.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

/// All or nothing: by itself each migration and the note that it was made would be two transactions.
fn run(connection: &mut Connection) -> Result<(), VaultError> {
    let runner = embedded::migrations::runner().set_grouped(true);
    runner
        .run(connection)
        .map(drop)
        .map_err(|error| VaultError::Failed(error.to_string()))
}

/// Waits, as long as this connection has patience, until nobody writes.
fn wait_for_writer(connection: &Connection) -> Result<(), VaultError> {
    Ok(connection.execute_batch("BEGIN IMMEDIATE; ROLLBACK")?)
}

//! One import: its rows are staged in a file of their own, where no reader sees them, and moved into the database by
//! one transaction.

use super::blocks::BLOCK_BITS;
use super::failure::{RowError, damaged, is_unique_violation};
use super::import_bounds;
use super::import_connections::{self, Connections};
use super::open::{self, private_file};
use super::pointers::holder_of;
use super::rows::{address, coordinates, federated_to_json, list_to_json, number, one};
use super::search_index;
use crate::model::{PointerAddress, Timestamp};
use crate::seal::random;
use crate::store::records::uniqueness;
use crate::store::{ImportBounds, ImportRow, Staged, StoreError};
use rusqlite::{Connection, params};
use std::fs::File;
use std::path::{Path, PathBuf};

/// One session's rows.
pub(super) struct Staging {
    conn: Connection,
    rows: u64,
    file: StagingFile,
}

/// The file, removed when nobody needs it any more.
struct StagingFile {
    path: PathBuf,
    /// Held under a lock, which is how a start tells a leftover from a session of another process.
    _lock: File,
}

impl Drop for StagingFile {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_file(&self.path) {
            tracing::warn!(path = %self.path.display(), %error, "a staging file could not be removed");
        }
    }
}

const STAGED: &str = "
    PRAGMA journal_mode = MEMORY;
    PRAGMA synchronous = OFF;
    PRAGMA cache_size = -16384;
    CREATE TABLE staged (
        n INTEGER PRIMARY KEY,
        address INTEGER NOT NULL,
        uniqueness BLOB NOT NULL UNIQUE,
        connection INTEGER,
        tags TEXT NOT NULL,
        description TEXT NOT NULL,
        credential_pointer INTEGER,
        x REAL NOT NULL,
        y REAL NOT NULL,
        z REAL NOT NULL,
        data_reference TEXT NOT NULL,
        federated TEXT,
        author TEXT
    ) STRICT;
    CREATE UNIQUE INDEX staged_addresses ON staged (address);
    CREATE TABLE staged_tags (tag TEXT NOT NULL, n INTEGER NOT NULL) STRICT;
";

impl Staging {
    /// An empty one, in this file.
    pub(super) fn create(path: &Path) -> Result<Self, StoreError> {
        let failed = |error: std::io::Error| StoreError::Failed(format!("cannot stage an import: {error}"));
        let path = private_file(path)?;
        let lock = File::open(&path).map_err(failed)?;
        lock.lock().map_err(failed)?;
        let file = StagingFile { path, _lock: lock };
        let conn = Connection::open(&file.path)?;
        conn.execute_batch(STAGED)?;
        conn.execute_batch(import_connections::STAGED)?;
        conn.set_prepared_statement_cache_capacity(16);
        Ok(Self { conn, rows: 0, file })
    }

    /// Stages the rows that can be, and tells which cannot; on any other error none. `existing` reads the database that
    /// they will go to.
    pub(super) fn add(&mut self, existing: &Connection, new: &[ImportRow]) -> Result<Staged, StoreError> {
        self.conn.execute_batch("SAVEPOINT batch")?;
        let added = self.add_each(existing, new);
        if added.is_err() {
            self.conn.execute_batch("ROLLBACK TO batch")?;
        }
        self.conn.execute_batch("RELEASE batch")?;
        let refused = added?;
        self.rows += (new.len() - refused.len()) as u64;
        Ok(Staged {
            rows: self.rows,
            refused,
        })
    }

    /// The address of the pointer, there or staged, that has this data_reference and leads to no other instance.
    pub(super) fn holder(
        &self,
        existing: &Connection,
        data_reference: &str,
    ) -> Result<Option<PointerAddress>, StoreError> {
        let unique = uniqueness(data_reference, None);
        if let Some(found) = holder_of(existing, &unique)? {
            return Ok(Some(found));
        }
        let sql = "SELECT address FROM staged WHERE uniqueness = ?1";
        one(&self.conn, sql, unique, |row| address(row.get(0)?))
    }

    /// Whether every row is one that may be made now. `existing` is the database that they will go to.
    pub(super) fn check(&self, existing: &Connection, bounds: &ImportBounds) -> Result<(), RowError> {
        import_bounds::check(&self.conn, existing, bounds)
    }

    /// A row is refused before anything of it is written, so that there is nothing to take back.
    fn add_each(
        &self,
        existing: &Connection,
        new: &[ImportRow],
    ) -> Result<Vec<(usize, StoreError)>, StoreError> {
        let mut connections = Connections::of(existing);
        let mut refused = Vec::new();
        let mut n = self.rows.cast_signed() + 1;
        for (index, row) in new.iter().enumerate() {
            match self.add_one(existing, &mut connections, row, n) {
                Ok(()) => n += 1,
                Err(error) if error.is_about_a_row() => refused.push((index, error)),
                Err(error) => return Err(error),
            }
        }
        Ok(refused)
    }

    fn add_one(
        &self,
        existing: &Connection,
        connections: &mut Connections<'_>,
        row: &ImportRow,
        n: i64,
    ) -> Result<(), StoreError> {
        let new = &row.pointer;
        let unique = uniqueness(&new.data_reference, new.federated.as_ref());
        if let Some(address) = holder_of(existing, &unique)? {
            return Err(StoreError::DuplicateReference { address });
        }
        let federated = federated_to_json(new.federated.as_ref());
        let connection = connections.assigned_to(new)?;
        let needed = connections.needed_by(connection, row, federated.as_deref())?;
        loop {
            let at = random::pointer_address();
            let taken = one(
                existing,
                "SELECT 1 FROM pointers WHERE address = ?1",
                number(at.as_str()),
                |_| Ok(()),
            )?;
            if taken.is_some() {
                continue;
            }
            let (x, y, z) = coordinates(&at);
            let inserted = self
                .conn
                .prepare_cached(
                    "INSERT INTO staged VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
                )?
                .execute(params![
                    n,
                    number(at.as_str()),
                    unique,
                    connection,
                    list_to_json(&new.tags),
                    new.description,
                    new.credential_pointer_address
                        .as_ref()
                        .map(|at| number(at.as_str())),
                    x,
                    y,
                    z,
                    new.data_reference,
                    federated,
                    new.author,
                ]);
            match inserted {
                Ok(_) => break,
                Err(error) if is_unique_violation(&error) => {
                    let sql = "SELECT address FROM staged WHERE uniqueness = ?1";
                    if let Some(address) = one(&self.conn, sql, unique, |row| address(row.get(0)?))? {
                        return Err(StoreError::DuplicateReference { address });
                    }
                }
                Err(error) => return Err(error.into()),
            }
        }
        for tag in &new.tags {
            self.conn
                .prepare_cached("INSERT INTO staged_tags VALUES (?1, ?2)")?
                .execute(params![tag, n])?;
        }
        connections.note(&self.conn, &needed, n)
    }
}

/// Moves everything that was staged into the database, in one transaction. Runs on the writer's thread,
/// outside any other transaction; every other write waits.
pub(super) fn commit(conn: &Connection, staged: Staging, now: Timestamp) -> Result<u64, RowError> {
    let Staging {
        conn: staging,
        rows,
        file,
    } = staged;
    staging.close().map_err(|(_, error)| StoreError::from(error))?;
    if rows == 0 {
        return Ok(0);
    }
    let path = file
        .path
        .to_str()
        .ok_or_else(|| damaged("path", &file.path.to_string_lossy()))?;
    conn.execute("ATTACH ?1 AS staging", [path])
        .map_err(StoreError::from)?;
    let roomy = conn.pragma_update(None, "cache_size", open::ROOMY_CACHE);
    let moved = move_rows(conn, now);
    let restored = conn
        .pragma_update(None, "cache_size", open::CACHE)
        .and_then(|()| conn.execute_batch("DETACH staging; PRAGMA shrink_memory"));
    moved?;
    roomy.and(restored).map_err(StoreError::from)?;
    Ok(rows)
}

fn move_rows(conn: &Connection, now: Timestamp) -> Result<(), RowError> {
    conn.execute_batch("BEGIN IMMEDIATE").map_err(StoreError::from)?;
    let moved =
        move_within(conn, now).and_then(|()| Ok(conn.execute_batch("COMMIT").map_err(StoreError::from)?));
    if moved.is_err() && !conn.is_autocommit() {
        let _ = conn.execute_batch("ROLLBACK");
    }
    moved
}

fn move_within(conn: &Connection, now: Timestamp) -> Result<(), RowError> {
    if let Some((n, error)) = import_connections::first_gone(conn)? {
        return Err(RowError::of_staged(n, error));
    }
    let base = last_id(conn)?;
    let moved = conn.execute(
        "INSERT INTO pointers (id, address, uniqueness, created_at, last_modified, connection, tags,
             description, credential_pointer, x, y, z, data_reference, federated, author)
         SELECT ?1 + n, address, uniqueness, ?2, ?2, connection, tags,
             description, credential_pointer, x, y, z, data_reference, federated, author
         FROM staging.staged ORDER BY n",
        params![base, now.as_micros()],
    );
    match moved {
        Ok(_) => {}
        Err(error) if is_unique_violation(&error) => {
            return Err(clash(conn)?.unwrap_or(StoreError::from(error).into()));
        }
        Err(error) => return Err(StoreError::from(error).into()),
    }
    index_moved(conn, base)?;
    Ok(())
}

fn index_moved(conn: &Connection, base: i64) -> Result<(), StoreError> {
    conn.execute_batch("INSERT OR IGNORE INTO tags (tag) SELECT DISTINCT tag FROM staging.staged_tags")?;
    conn.execute(
        "INSERT OR IGNORE INTO pointer_tags (tag_id, pointer_id)
         SELECT t.id, ?1 + s.n FROM staging.staged_tags s JOIN tags t ON t.tag = s.tag ORDER BY 1, 2",
        [base],
    )?;
    conn.execute(
        "INSERT INTO pointer_blocks (block, live)
         SELECT (?1 + n) >> ?2 AS block, count(*) FROM staging.staged WHERE true GROUP BY 1
         ON CONFLICT (block) DO UPDATE SET live = live + excluded.live",
        [base, BLOCK_BITS],
    )?;
    search_index::add_from(conn, base + 1)
}

fn last_id(conn: &Connection) -> Result<i64, StoreError> {
    let seq = one(
        conn,
        "SELECT seq FROM sqlite_sequence WHERE name = ?1",
        "pointers",
        |row| Ok(row.get(0)?),
    )?;
    Ok(seq.unwrap_or(0))
}

/// Which staged row met a pointer that was made after it had been staged.
fn clash(conn: &Connection) -> Result<Option<RowError>, StoreError> {
    let found = one(
        conn,
        "SELECT s.n, p.address FROM staging.staged s JOIN pointers p ON p.uniqueness = s.uniqueness
         WHERE s.n > ?1 ORDER BY s.n LIMIT 1",
        0,
        |row| Ok((row.get::<_, i64>(0)?, address(row.get(1)?)?)),
    )?;
    Ok(found.map(|(n, address)| RowError::of_staged(n, StoreError::DuplicateReference { address })))
}

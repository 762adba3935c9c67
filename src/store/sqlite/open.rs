//! Opening a database file: who may read it, which SQLite this is, how it behaves, which schema it has.

use super::search;
use crate::seal::private;
use crate::store::StoreError;
use refinery::Runner;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Before this version a WAL reset with two connections could lose a transaction.
const OLDEST_SQLITE: i32 = 3_051_003;
/// How long anyone waits for another process to let go of the file.
pub(super) const BUSY: Duration = Duration::from_secs(5);
/// The writer's page cache, in KiB as a negative number (that is how SQLite wants it).
pub(super) const CACHE: i64 = -32_768;
/// The same for an audit trail, which only grows at its end.
pub(super) const CACHE_OF_TRAIL: i64 = -4_096;
/// The same while an import is moved in, whose index entries fall all over the file.
pub(super) const ROOMY_CACHE: i64 = -131_072;
/// How much of the file is seen without copying it through SQLite's own cache.
const MMAP: i64 = 1 << 30;

/// What brings a database's schema up to date.
pub(super) struct Migrations {
    /// The version that they lead to. It is said beside them because reading it from their names compiles a regular
    /// expression, which takes longer than all the rest of opening a database.
    pub newest: i64,
    pub runner: fn() -> Runner,
}

/// Opens a database that is there for its one writer, and brings its schema up to date. One that is missing is not made:
/// whoever lost it should hear so, and not find an empty one in its place.
///
/// The path that comes back has no symbolic link in it; readers open that one.
pub(super) fn writer(path: &Path, migrations: &Migrations) -> Result<(Connection, PathBuf), StoreError> {
    let path = file_that_is_there(path)?;
    let (conn, applied) = connect_writer(&path)?;
    if applied.is_none() {
        return Err(missing(&path));
    }
    finish(conn, path, applied, migrations)
}

/// The same for one that is made if it is not there.
pub(super) fn new_writer(path: &Path, migrations: &Migrations) -> Result<(Connection, PathBuf), StoreError> {
    let path = private_file(path)?;
    let (conn, applied) = connect_writer(&path)?;
    finish(conn, path, applied, migrations)
}

/// A connection in the mode that everybody uses it in, and how far its schema is; none where it has no tables at all.
fn connect_writer(path: &Path) -> Result<(Connection, Option<i64>), StoreError> {
    check_version()?;
    let conn = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let mode = conn.query_row("PRAGMA journal_mode = WAL", [], |row| row.get::<_, String>(0));
    let mode = mode.map_err(|error| damaged_file(path, error))?;
    if mode != "wal" {
        return Err(StoreError::Failed(format!(
            "{} cannot be used with a write-ahead log (it is in mode {mode:?}); put it on a local disk",
            path.display()
        )));
    }
    let applied = applied(&conn)?;
    Ok((conn, applied))
}

fn finish(
    mut conn: Connection,
    path: PathBuf,
    applied: Option<i64>,
    migrations: &Migrations,
) -> Result<(Connection, PathBuf), StoreError> {
    conn.pragma_update(None, "synchronous", "FULL")?;
    conn.pragma_update(None, "foreign_keys", true)?;
    conn.pragma_update(None, "cache_size", CACHE)?;
    conn.pragma_update(None, "mmap_size", MMAP)?;
    migrate(&mut conn, &path, applied, migrations)?;
    Ok((conn, path))
}

/// Writes a page as it is: nothing changes, but the disk has to take it.
pub(super) fn touch(conn: &Connection) -> Result<(), StoreError> {
    let version: i64 = conn.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    conn.pragma_update(None, "user_version", version)?;
    Ok(())
}

/// Opens a connection that can only read.
pub(super) fn reader(path: &Path) -> Result<Connection, StoreError> {
    let conn = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(|error| {
        // A link that leads nowhere is there, and no database.
        if std::fs::symlink_metadata(path).is_ok() {
            error
        } else {
            missing(path)
        }
    })?;
    conn.pragma_update(None, "mmap_size", MMAP)?;
    conn.pragma_update(None, "query_only", true)?;
    search::teach(&conn)?;
    Ok(conn)
}

fn connect(path: &Path, access: OpenFlags) -> Result<Connection, StoreError> {
    let flags = access | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let conn = Connection::open_with_flags(path, flags)
        .map_err(|error| StoreError::Failed(format!("cannot open {}: {error}", path.display())))?;
    conn.busy_timeout(BUSY)?;
    conn.pragma_update(None, "trusted_schema", false)?;
    conn.set_prepared_statement_cache_capacity(96);
    Ok(conn)
}

/// Names the file where SQLite says no more than that it cannot make sense of it.
fn damaged_file(path: &Path, error: rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => StoreError::Failed(format!(
            "{} is not a database, or is damaged; put it back from a backup",
            path.display()
        )),
        _ => error.into(),
    }
}

fn check_version() -> Result<(), StoreError> {
    if rusqlite::version_number() >= OLDEST_SQLITE {
        return Ok(());
    }
    Err(StoreError::Failed(format!(
        "SQLite {} can lose data in a write-ahead log; this program needs 3.51.3 or newer",
        rusqlite::version()
    )))
}

/// Makes sure that the file is there, is a file, and is nobody else's to read. A symbolic link in the
/// folders above it is the administrator's choice; one in its place is somebody's trap.
pub(super) fn private_file(path: &Path) -> Result<PathBuf, StoreError> {
    let path = without_links(path)?;
    match private::files().write(true).create_new(true).open(&path) {
        Ok(_) => Ok(path),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => check_file(path),
        Err(error) => Err(cannot_open(&path, &error)),
    }
}

/// The same, but it must be there.
fn file_that_is_there(path: &Path) -> Result<PathBuf, StoreError> {
    let path = without_links(path)?;
    match std::fs::symlink_metadata(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Err(missing(&path)),
        _ => check_file(path),
    }
}

pub(super) fn missing(path: &Path) -> StoreError {
    StoreError::Missing {
        path: path.display().to_string(),
    }
}

fn cannot_open(path: &Path, error: &std::io::Error) -> StoreError {
    StoreError::Failed(format!("cannot open {}: {error}", path.display()))
}

/// The path with no link in the folders above the file.
fn without_links(path: &Path) -> Result<PathBuf, StoreError> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let name = path
        .file_name()
        .ok_or_else(|| StoreError::Failed(format!("{} does not name a file", path.display())))?;
    let folder = folder.canonicalize().map_err(|error| cannot_open(path, &error))?;
    Ok(folder.join(name))
}

fn check_file(path: PathBuf) -> Result<PathBuf, StoreError> {
    let found = std::fs::symlink_metadata(&path)
        .map_err(|error| StoreError::Failed(format!("cannot look at {}: {error}", path.display())))?;
    if found.is_symlink() {
        return Err(StoreError::Failed(format!(
            "{} is a symbolic link; put the database itself there",
            path.display()
        )));
    }
    if !found.is_file() {
        return Err(StoreError::Failed(format!("{} is not a file", path.display())));
    }
    if let Some(mode) = private::open_to_others(&found) {
        return Err(StoreError::Failed(format!(
            "{} can be read or written by other users (mode {mode:04o}); run: chmod 600 {}",
            path.display(),
            path.display()
        )));
    }
    Ok(path)
}

/// Brings a schema from where it is to where the migrations lead.
fn migrate(
    conn: &mut Connection,
    path: &Path,
    from: Option<i64>,
    migrations: &Migrations,
) -> Result<(), StoreError> {
    let known = migrations.newest;
    match from {
        Some(version) if version > known => {
            return Err(StoreError::TooNew {
                path: path.display().to_string(),
            });
        }
        Some(version) if version == known => return Ok(()),
        _ => {}
    }
    // All or nothing: by itself each migration and the note that it was made would be two transactions.
    if let Err(error) = (migrations.runner)().set_grouped(true).run(conn) {
        // Another process may have been quicker at the same migration.
        if applied(conn)? != Some(known) {
            return Err(StoreError::Failed(format!(
                "cannot bring the schema of {} up to date: {error}",
                path.display()
            )));
        }
    }
    Ok(())
}

pub(super) fn applied(conn: &Connection) -> Result<Option<i64>, StoreError> {
    if !conn.table_exists(None, "refinery_schema_history")? {
        return Ok(None);
    }
    Ok(
        conn.query_row("SELECT max(version) FROM refinery_schema_history", [], |row| {
            row.get(0)
        })?,
    )
}

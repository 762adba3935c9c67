//! Copies of databases that others go on writing to, and whether a database is whole.

use super::{audit_walk, open};
use crate::store::{AuditVerdict, IssuedRecord, StoreError};
use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};
use std::cmp::Ordering;
use std::path::Path;

/// Findings that are told of one database: the first ones say what there is to know.
const MOST_FINDINGS: u32 = 10;

/// Copies a database as it is at one moment into a new file (mode 0600), whoever writes to it meanwhile.
///
/// Page by page and in one step: that is one read transaction of the write-ahead log, which writers do not wait
/// for. In several steps another process's writes would make it begin anew, again and again.
pub fn copy_database(from: &Path, to: &Path) -> Result<(), StoreError> {
    let source = open::reader(from)?;
    let to = open::private_file(to)?;
    let mut copy = Connection::open_with_flags(&to, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    copy.busy_timeout(open::BUSY)?;
    let step = Backup::new(&source, &mut copy)?.step(-1)?;
    copy.close().map_err(|(_, error)| error)?;
    match step {
        StepResult::Done => Ok(()),
        _ => Err(StoreError::Busy(format!("{} is locked", from.display()))),
    }
}

/// What is wrong inside a database file, in SQLite's words; nothing if it is whole. `thoroughly` compares indexes
/// with their tables too, which takes several times as long.
pub fn check_database(path: &Path, thoroughly: bool) -> Result<Vec<String>, StoreError> {
    let conn = open::reader(path)?;
    let pragma = if thoroughly {
        "integrity_check"
    } else {
        "quick_check"
    };
    let mut statement = conn.prepare(&format!("PRAGMA {pragma}({MOST_FINDINGS})"))?;
    let findings: Vec<String> = statement
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok(findings.into_iter().filter(|finding| finding != "ok").collect())
}

/// How the schema of a database stands to this program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schema {
    /// The one that it writes.
    Current,
    /// One that it brings up to date when it opens the database.
    Older,
    /// One that it does not know.
    Newer,
}

/// The schema of an instance's data. Changes nothing.
pub fn schema_of_data(path: &Path) -> Result<Schema, StoreError> {
    schema(path, super::store::MIGRATIONS.newest)
}

/// The schema of an audit trail. Changes nothing.
pub fn schema_of_trail(path: &Path) -> Result<Schema, StoreError> {
    schema(path, super::audit::MIGRATIONS.newest)
}

/// The issued credentials of an instance, their secrets sealed, whoever hosts it. Changes nothing.
pub fn issued_credentials(path: &Path) -> Result<Vec<IssuedRecord>, StoreError> {
    super::credentials::issued(&open::reader(path)?)
}

fn schema(path: &Path, known: i64) -> Result<Schema, StoreError> {
    let applied = open::applied(&open::reader(path)?)?.ok_or_else(|| open::missing(path))?;
    Ok(match applied.cmp(&known) {
        Ordering::Less => Schema::Older,
        Ordering::Equal => Schema::Current,
        Ordering::Greater => Schema::Newer,
    })
}

/// Walks an audit trail from the outside, whoever writes to it meanwhile.
pub fn check_trail(path: &Path) -> Result<AuditVerdict, StoreError> {
    // One transaction: the end that the walk should come to is of the same moment as its records.
    let mut conn = open::reader(path)?;
    let snapshot = conn.transaction()?;
    audit_walk::verify(&snapshot)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicBool, Ordering as Order};

    #[test]
    fn a_copy_is_of_one_moment_whoever_writes_meanwhile() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data.db");
        open::private_file(&path).unwrap();
        let conn = Connection::open(&path).unwrap();
        conn.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; CREATE TABLE a (x); CREATE TABLE b (x);",
        )
        .unwrap();
        conn.busy_timeout(open::BUSY).unwrap();
        let is_over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let is_over = &is_over;
            scope.spawn(move || {
                while !is_over.load(Order::Relaxed) {
                    conn.execute_batch(
                        "BEGIN; INSERT INTO a VALUES (randomblob(3000)); INSERT INTO b VALUES (1); COMMIT;",
                    )
                    .unwrap();
                }
            });
            for number in 0..10 {
                let copy = folder.path().join(format!("copy-{number}.db"));
                copy_database(&path, &copy).unwrap();
                assert_eq!(check_database(&copy, true).unwrap(), Vec::<String>::new());
                let copied = open::reader(&copy).unwrap();
                let counts: (i64, i64) = copied
                    .query_row(
                        "SELECT (SELECT count(*) FROM a), (SELECT count(*) FROM b)",
                        [],
                        |row| Ok((row.get(0)?, row.get(1)?)),
                    )
                    .unwrap();
                assert_eq!(counts.0, counts.1);
            }
            is_over.store(true, Order::Relaxed);
        });
        assert!(copy_database(&path, &folder.path().join("no/such/place.db")).is_err());
    }

    #[test]
    fn what_is_damaged_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data.db");
        open::private_file(&path).unwrap();
        let conn = Connection::open(&path).unwrap();
        conn.execute_batch("CREATE TABLE a (x); CREATE INDEX i ON a (x);")
            .unwrap();
        for _ in 0..200 {
            conn.execute("INSERT INTO a VALUES (randomblob(500))", [])
                .unwrap();
        }
        drop(conn);
        assert!(check_database(&path, false).unwrap().is_empty());
        let mut bytes = std::fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle..middle + 4096].fill(0xa5);
        std::fs::write(&path, bytes).unwrap();
        assert!(check_database(&path, true).map_or(true, |findings| !findings.is_empty()));
    }
}

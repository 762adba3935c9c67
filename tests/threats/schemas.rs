//! Databases of every earlier schema, under the real process: brought up to date with everything in them, whether it
//! is killed meanwhile or the disk refuses.

use crate::crashes::{ask, check_files, everything, make, ready, serving};
use crate::support::faults::Faults;
use butterfly_console::protocol::HeldCredential;
use refinery::{Runner, Target};
use rusqlite::Connection;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

mod data {
    refinery::embed_migrations!("src/store/sqlite/migrations/data");
}
mod vault {
    refinery::embed_migrations!("src/vault/migrations");
}

const POINTERS: usize = 20;
/// Moments at which a process is killed, at most.
const MOMENTS: usize = 12;

/// A home with an instance that has some pointers, and its owner.
async fn filled() -> (TempDir, HeldCredential) {
    let home = tempfile::tempdir().unwrap();
    let owner = make(home.path()).await;
    let _process = ready(serving(home.path()));
    for number in 0..POINTERS {
        let parameters = json!({
            "data_reference": format!("pointer {number}"),
            "description": format!("an owl, number {number}"),
            "tags": ["crash"],
        });
        ask(&owner, "create_pointer", parameters).await.unwrap();
    }
    (home, owner)
}

fn database(home: &Path) -> PathBuf {
    home.join("instances/alpha/instance.db")
}

fn newest(migrations: &Runner) -> i32 {
    let versions = migrations
        .get_migrations()
        .iter()
        .map(|migration| migration.version());
    versions.max().unwrap()
}

/// Turns the database of an instance into one of an earlier schema.
fn age(home: &Path, version: i32) {
    let path = database(home);
    age_database(&path, data::migrations::runner(), version);
    let conn = Connection::open(path).unwrap();
    conn.execute_batch("INSERT INTO pointer_search (pointer_search) VALUES ('rebuild')")
        .unwrap();
}

/// Turns a database into one of an earlier schema, with as much in it as that has room for.
fn age_database(path: &Path, migrations: Runner, version: i32) {
    let older = path.with_extension("older");
    let mut conn = Connection::open(&older).unwrap();
    conn.pragma_update(None, "journal_mode", "WAL").unwrap();
    // Tables are filled in any order.
    conn.pragma_update(None, "foreign_keys", false).unwrap();
    migrations
        .set_target(Target::Version(version))
        .run(&mut conn)
        .unwrap();
    conn.execute("ATTACH ?1 AS newer", [path.to_str().unwrap()])
        .unwrap();
    for table in tables(&conn) {
        let columns = columns(&conn, "main", &table);
        let kept: Vec<_> = self::columns(&conn, "newer", &table);
        let both: Vec<_> = columns
            .into_iter()
            .filter(|column| kept.contains(column))
            .collect();
        let both = both.join(", ");
        conn.execute_batch(&format!(
            "INSERT OR REPLACE INTO main.{table} ({both}) SELECT {both} FROM newer.{table}"
        ))
        .unwrap();
    }
    conn.execute_batch("DETACH newer").unwrap();
    conn.close().unwrap();
    for beside in ["db-wal", "db-shm"] {
        let _ = std::fs::remove_file(path.with_extension(beside));
    }
    std::fs::set_permissions(&older, std::fs::metadata(path).unwrap().permissions()).unwrap();
    std::fs::rename(older, path).unwrap();
}

/// The tables of the older schema that hold rows of their own.
fn tables(conn: &Connection) -> Vec<String> {
    let mut statement = conn
        .prepare(
            "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'
             AND name NOT LIKE 'sqlite%' AND name <> 'refinery_schema_history'",
        )
        .unwrap();
    let names = statement.query_map([], |row| row.get(0)).unwrap();
    names.map(Result::unwrap).collect()
}

fn columns(conn: &Connection, schema: &str, table: &str) -> Vec<String> {
    let mut statement = conn
        .prepare("SELECT name FROM pragma_table_info(?1, ?2)")
        .unwrap();
    let names = statement.query_map([table, schema], |row| row.get(0)).unwrap();
    names.map(Result::unwrap).collect()
}

fn version(database: &Path) -> i32 {
    let conn = Connection::open(database).unwrap();
    conn.query_row("SELECT max(version) FROM refinery_schema_history", [], |row| {
        row.get(0)
    })
    .unwrap()
}

/// It serves, and has everything that it had.
async fn check_up_to_date(home: &Path, owner: &HeldCredential) {
    let process = ready(serving(home));
    assert_eq!(version(&database(home)), newest(&data::migrations::runner()));
    assert_eq!(everything(owner).await.len(), POINTERS);
    let found = ask(owner, "search_pointers", json!({"query": "owl"}))
        .await
        .unwrap();
    assert_eq!(found["count"], POINTERS, "{found}");
    let verdict = ask(owner, "verify_audit", json!({})).await.unwrap();
    assert_eq!(verdict["valid"], true);
    drop(process);
    check_files(home);
}

fn copy(home: &Path) -> TempDir {
    let other = tempfile::tempdir().unwrap();
    let status = Command::new("cp")
        .arg("-a")
        .arg(home.join("."))
        .arg(other.path())
        .status();
    assert!(status.unwrap().success());
    other
}

/// Serves until it ends by itself, or says that it is ready.
fn try_to_serve(home: &Path, faults: &Faults) -> Option<Output> {
    let mut command = serving(home);
    faults.put_under(&mut command);
    // Ready or dead: a line, or the end of the output.
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = std::io::BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    std::io::BufRead::read_line(&mut stdout, &mut line).unwrap();
    if line.is_empty() {
        return Some(child.wait_with_output().unwrap());
    }
    child.kill().unwrap();
    child.wait().unwrap();
    None
}

#[tokio::test]
async fn every_earlier_schema_is_brought_up_to_date_with_everything_in_it() {
    let (home, owner) = filled().await;
    for earlier in 1..newest(&data::migrations::runner()) {
        let home = copy(home.path());
        age(home.path(), earlier);
        assert_eq!(version(&database(home.path())), earlier);
        check_up_to_date(home.path(), &owner).await;
    }
}

#[tokio::test]
async fn threat_46_killed_while_it_brings_a_schema_up_to_date_it_goes_on_where_it_was() {
    let (home, owner) = filled().await;
    age(home.path(), 1);
    let faults = Faults::none();
    faults.set("kill instance.db 0");
    assert!(try_to_serve(copy(home.path()).path(), &faults).is_none());
    let changes = faults.take_count();
    assert!(changes > MOMENTS, "{changes} changes");
    for moment in 0..MOMENTS {
        let home = copy(home.path());
        faults.set(&format!("kill instance.db {}", 1 + moment * changes / MOMENTS));
        let ended = try_to_serve(home.path(), &faults).expect("it was killed");
        assert_eq!(
            ended.status.code(),
            None,
            "{}",
            String::from_utf8_lossy(&ended.stderr)
        );
        check_up_to_date(home.path(), &owner).await;
    }
}

#[tokio::test]
async fn threat_47_a_schema_that_the_disk_refuses_stays_as_it_was_and_is_brought_up_to_date_later() {
    let (home, owner) = filled().await;
    age(home.path(), 1);
    let faults = Faults::none();
    for rule in ["full instance.db", "write instance.db", "sync instance.db"] {
        let home = copy(home.path());
        faults.set(rule);
        let ended = try_to_serve(home.path(), &faults).expect("it cannot serve");
        let said = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert_eq!(ended.status.code(), Some(1), "{rule}: {said}");
        assert!(said.contains("disk"), "{rule}: {said}");
        faults.mend();
        check_up_to_date(home.path(), &owner).await;
    }
}

/// A verb of the program on a home, with faults or without.
fn verb(home: &Path, line: &[&str], faults: Option<&Faults>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_butterfly"));
    command
        .args(line)
        .env("BUTTERFLY_HOME", home)
        .stdin(Stdio::null());
    if let Some(faults) = faults {
        faults.put_under(&mut command);
    }
    command.output().unwrap()
}

#[test]
fn threat_46_killed_while_it_brings_the_vault_up_to_date_it_goes_on_where_it_was() {
    let home = tempfile::tempdir().unwrap();
    let init = [
        "--home",
        home.path().to_str().unwrap(),
        "instance",
        "init",
        "alpha",
        "--listen",
        "127.0.0.1:0",
    ];
    let made = verb(home.path(), &init, None);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let vault = |home: &TempDir| home.path().join("console.db");
    age_database(&vault(&home), vault::migrations::runner(), 1);
    let faults = Faults::none();
    faults.set("kill console.db 0");
    let list = ["instance", "list", "--json"];
    let listed = verb(copy(home.path()).path(), &list, Some(&faults));
    assert!(
        listed.status.success(),
        "{}",
        String::from_utf8_lossy(&listed.stderr)
    );
    let changes = faults.take_count();
    assert!(changes > MOMENTS, "{changes} changes");
    for moment in 0..MOMENTS {
        let home = copy(home.path());
        faults.set(&format!("kill console.db {}", 1 + moment * changes / MOMENTS));
        let ended = verb(home.path(), &list, Some(&faults));
        assert_eq!(
            ended.status.code(),
            None,
            "{}",
            String::from_utf8_lossy(&ended.stderr)
        );
        let again = verb(home.path(), &list, None);
        assert!(
            again.status.success(),
            "{}",
            String::from_utf8_lossy(&again.stderr)
        );
        assert_eq!(again.stdout, listed.stdout);
        assert_eq!(version(&vault(&home)), newest(&vault::migrations::runner()));
    }
}

//! How fast pointers are imported, beside a plain load of the same rows without search index, tags and checks.
//!
//! `cargo bench --bench import`

mod support;

use butterfly_console::model::{NewPointer, Timestamp};
use butterfly_console::store::Store;
use butterfly_console::store::sqlite::SqliteStore;
use rusqlite::Connection;
use std::path::Path;
use std::time::Instant;
use support::{ROWS, median, report, rows};

/// Rows handed over at a time, as the console's importer does.
const CHUNK: usize = 5_000;
const ROUNDS: usize = 3;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let (mut plain, mut imported) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let folder = tempfile::tempdir().expect("a folder");
        plain.push(plain_load(&folder.path().join("plain.db")));
        imported.push(runtime.block_on(import(&folder.path().join("instance.db"))));
    }
    let ratios = plain
        .iter()
        .zip(&imported)
        .map(|(plain, imported)| imported / plain)
        .collect();
    println!("{ROWS} rows, {ROUNDS} rounds");
    report("import, rows a second", median(imported), "-");
    report("plain load, rows a second", median(plain), "-");
    report(
        "import with search index / plain load",
        median(ratios),
        "0.30 (0.37)",
    );
}

/// Rows a second into one plain table.
fn plain_load(path: &Path) -> f64 {
    let rows = rows(ROWS);
    let began = Instant::now();
    let mut database = Connection::open(path).expect("a database");
    database
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
             CREATE TABLE pointers (id INTEGER PRIMARY KEY, address TEXT NOT NULL UNIQUE, description TEXT NOT NULL,
                data_reference TEXT NOT NULL UNIQUE, tags TEXT NOT NULL, created_at INTEGER NOT NULL);",
        )
        .expect("a table");
    let transaction = database.transaction().expect("a transaction");
    {
        let mut insert = transaction
            .prepare("INSERT INTO pointers (address, description, data_reference, tags, created_at) VALUES (?, ?, ?, ?, ?)")
            .expect("a statement");
        for (index, row) in rows.iter().enumerate() {
            let tags = serde_json::to_string(&row.tags).expect("tags are strings");
            insert
                .execute((
                    format!("ptr_{index:012x}"),
                    &row.description,
                    &row.data_reference,
                    tags,
                    0,
                ))
                .expect("a row");
        }
    }
    transaction.commit().expect("a commit");
    ROWS as f64 / began.elapsed().as_secs_f64()
}

/// Rows a second through an import session, with everything that belongs to it.
async fn import(path: &Path) -> f64 {
    let rows: Vec<NewPointer> = rows(ROWS);
    let store = SqliteStore::open(path).expect("a store");
    let began = Instant::now();
    let id = store.begin_import().await.expect("a session");
    for chunk in rows.chunks(CHUNK) {
        store.import_rows(id, chunk.to_vec()).await.expect("good rows");
    }
    let count = store.commit_import(id, Timestamp::now()).await.expect("a commit");
    assert_eq!(count, ROWS as u64);
    let rate = ROWS as f64 / began.elapsed().as_secs_f64();
    store.close().await;
    rate
}

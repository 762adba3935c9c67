//! How fast pointers are imported, beside a plain load of the same rows into the same tables without the
//! search index, and without the checks and the staging that make an import all or nothing.
//!
//! `cargo bench --bench import`

mod support;

use butterfly_console::model::{NewPointer, Timestamp, gyroid_coordinates};
use butterfly_console::seal::random;
use butterfly_console::store::Store;
use butterfly_console::store::sqlite::SqliteStore;
use rusqlite::Connection;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::path::Path;
use std::time::Instant;
use support::{Figures, Goal, ROWS, median, rows};

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
        let tables = folder.path().join("plain.db");
        runtime.block_on(empty_tables(&tables));
        plain.push(plain_load(&tables));
        imported.push(runtime.block_on(import(&folder.path().join("instance.db"))));
    }
    let ratios = plain
        .iter()
        .zip(&imported)
        .map(|(plain, imported)| imported / plain)
        .collect();
    let mut figures = Figures::of(format!("import: {ROWS} rows, {ROUNDS} rounds"));
    figures.add("import, rows a second", median(imported), Goal::Nothing);
    figures.add("plain load, rows a second", median(plain), Goal::Nothing);
    figures.add(
        "import with search index / plain load",
        median(ratios),
        Goal::AtLeast(0.30, 0.37),
    );
    figures.show();
}

/// Rows a second into the same tables by plain statements in one transaction, without search index.
fn plain_load(path: &Path) -> f64 {
    let rows = rows(ROWS);
    let began = Instant::now();
    let mut database = Connection::open(path).expect("the database");
    database
        // As roomy as an import has it: index entries fall all over the file.
        .execute_batch("PRAGMA synchronous = FULL; PRAGMA cache_size = -131072;")
        .expect("a pragma");
    let transaction = database.transaction().expect("a transaction");
    {
        let mut insert = transaction
            .prepare(
                "INSERT INTO pointers (address, uniqueness, created_at, last_modified, tags, description, x, y, z, data_reference)
                 VALUES (?, ?, 0, 0, ?, ?, ?, ?, ?, ?)",
            )
            .expect("a statement");
        let mut insert_tag = transaction
            .prepare("INSERT INTO pointer_tags (tag_id, pointer_id) VALUES (?, ?)")
            .expect("a statement");
        let mut tag_ids = HashMap::new();
        for row in &rows {
            let address = random::pointer_address();
            let number = i64::from_str_radix(&address.as_str()[4..], 16).expect("hexadecimal digits");
            let digest: [u8; 32] = Sha256::digest(address.as_str()).into();
            let uniqueness = &Sha256::digest(&row.data_reference)[..16];
            let (x, y, z) = gyroid_coordinates(&digest);
            let tags = serde_json::to_string(&row.tags).expect("tags are strings");
            insert
                .execute((
                    number,
                    uniqueness,
                    tags,
                    &row.description,
                    x,
                    y,
                    z,
                    &row.data_reference,
                ))
                .expect("a row");
            let pointer = transaction.last_insert_rowid();
            for tag in &row.tags {
                let id = *tag_ids.entry(tag.as_str()).or_insert_with(|| {
                    transaction
                        .execute("INSERT INTO tags (tag) VALUES (?)", [tag])
                        .expect("a tag");
                    transaction.last_insert_rowid()
                });
                insert_tag.execute((id, pointer)).expect("a tag's row");
            }
        }
    }
    transaction.commit().expect("a commit");
    ROWS as f64 / began.elapsed().as_secs_f64()
}

/// The instance's tables, empty.
async fn empty_tables(path: &Path) {
    SqliteStore::create(path).expect("a store").close().await;
}

/// Rows a second through an import session, with everything that belongs to it.
async fn import(path: &Path) -> f64 {
    let rows: Vec<NewPointer> = rows(ROWS);
    let store = SqliteStore::create(path).expect("a store");
    let began = Instant::now();
    let id = store
        .begin_import("bench", Timestamp::now())
        .await
        .expect("a session");
    for chunk in rows.chunks(CHUNK) {
        store
            .import_rows(
                id,
                "bench",
                chunk.iter().cloned().map(Into::into).collect(),
                Timestamp::now(),
            )
            .await
            .expect("good rows");
    }
    let count = store
        .commit_import(id, "bench", None, Timestamp::now())
        .await
        .expect("a commit");
    assert_eq!(count, ROWS as u64);
    let rate = ROWS as f64 / began.elapsed().as_secs_f64();
    store.close().await;
    rate
}

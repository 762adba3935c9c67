//! A small table of pointers, for tests of what is kept of it in memory.

use rusqlite::Connection;

/// One without pointers.
pub(super) fn table() -> Connection {
    let conn = Connection::open_in_memory().unwrap();
    conn.execute_batch(
        "CREATE TABLE pointers (id INTEGER PRIMARY KEY, address INTEGER, description TEXT);
         CREATE TABLE pointer_blocks (block INTEGER PRIMARY KEY, live INTEGER);
         INSERT INTO pointer_blocks VALUES (0, 0);",
    )
    .unwrap();
    conn
}

/// Adds a pointer; without an id it gets the next one.
pub(super) fn add(conn: &Connection, id: Option<i64>, address: i64, description: &str) {
    conn.execute(
        "INSERT INTO pointers VALUES (?1, ?2, ?3)",
        (id, address, description),
    )
    .unwrap();
    conn.execute("UPDATE pointer_blocks SET live = live + 1", [])
        .unwrap();
}

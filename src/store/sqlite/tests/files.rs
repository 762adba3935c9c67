//! Which files are opened and which are refused.

use super::*;
use crate::store::{Store, StoreError};

#[cfg(unix)]
fn mode(path: &std::path::Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[cfg(unix)]
#[tokio::test]
async fn threat_53_files_are_made_private() {
    let place = Place::new();
    let store = place.store();
    let _log = place.log();
    store.create_domain("d", &app(), NOW).await.unwrap();
    let id = store.begin_import("ann", NOW).await.unwrap();
    for entry in std::fs::read_dir(place.folder.path()).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
    store.abort_import(id, "ann").await.unwrap();
}

#[cfg(unix)]
#[tokio::test]
async fn threat_53_a_loose_mode_is_refused_with_the_remedy() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    place.store().close().await;
    for loose in [0o644, 0o660, 0o604] {
        std::fs::set_permissions(place.data(), std::fs::Permissions::from_mode(loose)).unwrap();
        let refusal = SqliteStore::open(&place.data()).err().unwrap().to_string();
        assert!(refusal.contains("chmod 600"), "{refusal}");
    }
    std::fs::set_permissions(place.data(), std::fs::Permissions::from_mode(0o600)).unwrap();
    place.store();
}

#[cfg(unix)]
#[tokio::test]
async fn threat_53_a_symlinked_database_is_refused() {
    let place = Place::new();
    place.store().close().await;
    let link = place.folder.path().join("link.db");
    std::os::unix::fs::symlink(place.data(), &link).unwrap();
    let refusal = SqliteStore::open(&link).err().unwrap().to_string();
    assert!(refusal.contains("symbolic link"), "{refusal}");
    let dangling = place.folder.path().join("dangling.db");
    std::os::unix::fs::symlink(place.folder.path().join("nowhere"), &dangling).unwrap();
    assert!(SqliteAuditLog::open(&dangling).is_err());
    assert!(SqliteAuditLog::create(&dangling).is_err());
    assert!(!place.folder.path().join("nowhere").exists());
}

#[test]
fn the_versions_named_are_the_ones_that_the_migrations_lead_to() {
    use crate::store::sqlite::{audit, store};
    for migrations in [store::MIGRATIONS, audit::MIGRATIONS] {
        let runner = (migrations.runner)();
        let versions = runner.get_migrations().iter().map(|one| i64::from(one.version()));
        assert_eq!(versions.max(), Some(migrations.newest));
    }
}

#[tokio::test]
async fn a_newer_schema_is_refused() {
    let place = Place::new();
    place.store().close().await;
    let conn = rusqlite::Connection::open(place.data()).unwrap();
    conn.execute_batch("UPDATE refinery_schema_history SET version = version + 998")
        .unwrap();
    drop(conn);
    assert!(matches!(
        SqliteStore::open(&place.data()),
        Err(StoreError::TooNew { .. })
    ));
}

#[tokio::test]
async fn what_is_missing_or_empty_is_not_made_by_opening_it() {
    let place = Place::new();
    let is_missing = |opened: Result<(), StoreError>| matches!(opened, Err(StoreError::Missing { .. }));
    assert!(is_missing(SqliteStore::open(&place.data()).map(drop)));
    assert!(is_missing(SqliteAuditLog::open(&place.trail()).map(drop)));
    assert!(!place.data().exists() && !place.trail().exists());
    crate::seal::private::files()
        .write(true)
        .create_new(true)
        .open(place.data())
        .unwrap();
    assert!(is_missing(SqliteStore::open(&place.data()).map(drop)));
}

#[test]
fn what_is_not_a_database_is_refused() {
    let place = Place::new();
    std::fs::create_dir(place.data()).unwrap();
    assert!(SqliteStore::open(&place.data()).is_err());
    assert!(SqliteStore::open(&place.folder.path().join("no/such/folder/x.db")).is_err());
}

#[tokio::test]
async fn threat_47_a_full_disk_is_said_and_what_was_there_stays() {
    let place = Place::new();
    let store = place.store();
    let kept = store.create_pointer(new("kept", "", &[]), NOW).await.unwrap();
    store.close().await;
    let conn = rusqlite::Connection::open(place.data()).unwrap();
    let pages: i64 = conn.query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
    // SQLite reports a database at its largest allowed size just as it does a full disk.
    conn.pragma_update(None, "max_page_count", pages).unwrap();
    let readers = std::sync::Arc::new(crate::store::sqlite::reader::Readers::new(place.data()));
    let changes = std::sync::Arc::new(crate::store::sqlite::changes::Changes::of(&place.data()));
    let remembered = std::sync::Arc::default();
    let writer =
        crate::store::sqlite::writer::Writer::start(conn, place.data(), readers, remembered, changes)
            .unwrap();
    let big = "x".repeat(200_000);
    let fill = move |work: &crate::store::sqlite::writer::Work| -> Result<(), StoreError> {
        work.conn.execute("INSERT INTO tags (tag) VALUES (?1)", [&big])?;
        Ok(())
    };
    assert!(matches!(writer.write(fill).await, Err(StoreError::Full(_))));
    writer.close().await;
    assert_eq!(place.store().pointer(&kept.address).await.unwrap(), Some(kept));
}

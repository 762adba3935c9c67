//! Tests of the embedded store, on real files.

mod audit;
mod files;
mod filtering;
mod imports;
mod nearby;
mod once;
mod pointers;
mod records;
mod relating;
mod searching;
mod tokens;
mod writing;

use super::{SqliteAuditLog, SqliteStore};
use crate::model::{AppId, NewPointer, Timestamp};
use std::path::PathBuf;
use tempfile::TempDir;

const NOW: Timestamp = Timestamp::from_micros(1_795_428_672_123_456);

/// A folder with a database in it.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("instance.db")
    }

    fn trail(&self) -> PathBuf {
        self.folder.path().join("audit.db")
    }

    fn store(&self) -> SqliteStore {
        SqliteStore::create(&self.data()).unwrap()
    }

    fn log(&self) -> SqliteAuditLog {
        SqliteAuditLog::create(&self.trail()).unwrap()
    }
}

fn new(reference: &str, description: &str, tags: &[&str]) -> NewPointer {
    NewPointer {
        data_reference: reference.to_owned(),
        description: description.to_owned(),
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        connection_id: None,
        credential_pointer_address: None,
        federated: None,
        author: None,
    }
}

fn app() -> AppId {
    AppId::parse("owner-app").unwrap()
}

/// How many files lie beside the databases whose names hold this.
fn files_with(place: &Place, part: &str) -> usize {
    std::fs::read_dir(place.folder.path())
        .unwrap()
        .filter(|entry| {
            entry
                .as_ref()
                .unwrap()
                .file_name()
                .to_string_lossy()
                .contains(part)
        })
        .count()
}

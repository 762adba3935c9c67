//! The vault as a whole, to be carried elsewhere: its database file without the lock, and the data key.

use super::lock::LockRow;
use super::manifest::Manifest;
use super::migrating::migrate;
use super::{Lock, Vault, VaultError, files, leftovers};
use crate::seal::DataKey;
use rusqlite::Connection;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// A copy of a vault. The database opens with the key, and with nothing else.
pub struct Image {
    /// The database file: sealed row by row, as it was.
    pub database: Vec<u8>,
    /// What opens its rows.
    pub key: DataKey,
}

/// How much a vault holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Instances, local and remote.
    pub instances: u64,
    /// Credentials that the console holds.
    pub credentials: u64,
    /// Handshakes, under way or over.
    pub handshakes: u64,
    /// Lines of the invoke log.
    pub log_lines: u64,
}

/// A file that is gone again however its making ends.
struct Passing(PathBuf);

impl Drop for Passing {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

impl Vault {
    /// How much it holds; every sealed row is opened for that.
    pub fn counts(&self) -> Result<Counts, VaultError> {
        Ok(Counts {
            instances: self.instances()?.len() as u64,
            credentials: self.held()?.len() as u64,
            handshakes: self.handshakes()?.len() as u64,
            log_lines: self.log_count()?,
        })
    }

    /// A copy of everything at one moment, while others may go on writing.
    pub fn image(&self, with_log: bool) -> Result<Image, VaultError> {
        let key = self.key()?;
        leftovers::remove_unfinished(self.folder());
        let copy = Passing(
            self.path()
                .with_file_name(format!("console.db.copy-{}", std::process::id())),
        );
        let _ = std::fs::remove_file(&copy.0);
        files::make_file(&copy.0)?;
        let name = copy
            .0
            .to_str()
            .ok_or_else(|| VaultError::Failed("the home's path is not UTF-8".to_owned()))?;
        self.connection().execute("VACUUM INTO ?1", [name])?;
        let outside = Connection::open_with_flags(&copy.0, super::open::flags())?;
        outside.execute("DELETE FROM lock", [])?;
        if !with_log {
            outside.execute_batch(
                "DELETE FROM log; DELETE FROM log_body; DELETE FROM log_marks; UPDATE counters SET log_lines = 0 WHERE id = 1;",
            )?;
        }
        outside.execute("VACUUM", [])?;
        outside.close().map_err(|(_, error)| error)?;
        let database = std::fs::read(&copy.0).map_err(|error| VaultError::Failed(error.to_string()))?;
        Ok(Image { database, key })
    }

    /// Makes `folder` if need be, and in it the vault of this image, locked as told. Nothing of it stays if it
    /// cannot be opened from one end to the other.
    pub fn restore(folder: &Path, image: &Image, lock: &Lock) -> Result<Self, VaultError> {
        Self::create_by(folder, lock, |path| {
            std::fs::write(path, &image.database).map_err(|error| VaultError::Failed(error.to_string()))?;
            let mut connection = Connection::open_with_flags(path, super::open::flags())?;
            migrate(&mut connection, path)?;
            // With another key, or with rows that are not its own, it is no vault.
            Manifest::read(&connection, &image.key)?;
            let row = LockRow::seal(&image.key, lock)?;
            row.write(&connection)?;
            Ok(())
        })
    }
}

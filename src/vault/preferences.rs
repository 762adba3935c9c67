//! Remembered settings of the console: layout, theme, ports. Nothing secret.

use super::{Vault, VaultError};
use rusqlite::{OptionalExtension, params};

impl Vault {
    /// A remembered setting.
    pub fn preference(&self, name: &str) -> Result<Option<String>, VaultError> {
        let value = self
            .connection()
            .prepare_cached("SELECT value FROM preferences WHERE name = ?1")?
            .query_row([name], |row| row.get(0))
            .optional()?;
        Ok(value)
    }

    /// Remembers a setting.
    pub fn set_preference(&self, name: &str, value: &str) -> Result<(), VaultError> {
        self.write(|transaction| {
            transaction
                .prepare_cached("INSERT OR REPLACE INTO preferences VALUES (?1, ?2)")?
                .execute(params![name, value])?;
            Ok(())
        })
    }
}

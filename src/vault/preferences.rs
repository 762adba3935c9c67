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

    /// Every remembered setting whose name begins like this, with its name.
    pub fn preferences(&self, prefix: &str) -> Result<Vec<(String, String)>, VaultError> {
        let connection = self.connection();
        let mut statement = connection
            .prepare_cached("SELECT name, value FROM preferences WHERE substr(name, 1, length(?1)) = ?1")?;
        let found = statement
            .query_map([prefix], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        Ok(found)
    }

    /// Forgets a setting; whether it was there.
    pub fn forget_preference(&self, name: &str) -> Result<bool, VaultError> {
        self.write(|transaction| {
            let gone = transaction
                .prepare_cached("DELETE FROM preferences WHERE name = ?1")?
                .execute([name])?;
            Ok(gone > 0)
        })
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

//! Keeping large bodies within a limit: the newest stay whole, older ones give way to what their owner makes
//! of them.

use super::identity;
use crate::seal::row;
use crate::vault::numbers::stored;
use crate::vault::{Vault, VaultError};
use rusqlite::params;

impl Vault {
    /// Lines whose replies have at least so many bytes, newest first, with their sizes.
    pub fn large_log_lines(&self, least: u64) -> Result<Vec<(u64, u64)>, VaultError> {
        let connection = self.connection();
        let mut statement = connection
            .prepare_cached("SELECT id, reply_bytes FROM log WHERE reply_bytes >= ?1 ORDER BY id DESC")?;
        let lines = statement
            .query_map([stored(least)], |row| {
                Ok((
                    row.get::<_, i64>(0)?.unsigned_abs(),
                    row.get::<_, i64>(1)?.unsigned_abs(),
                ))
            })?
            .collect::<Result<_, _>>()?;
        Ok(lines)
    }

    /// How many bytes the sealed body of a line takes; none if there is no such line.
    pub fn log_body_bytes(&self, id: u64) -> Result<Option<u64>, VaultError> {
        use rusqlite::OptionalExtension;
        let size = self
            .connection()
            .prepare_cached("SELECT length(sealed) FROM log_body WHERE id = ?1")?
            .query_row([stored(id)], |row| row.get::<_, i64>(0))
            .optional()?;
        Ok(size.map(i64::unsigned_abs))
    }

    /// Puts another body in the place of a line's.
    pub fn replace_log_body(&self, id: u64, body: &[u8]) -> Result<(), VaultError> {
        let Some((line, ..)) = self.log_entry(id)? else {
            return Ok(());
        };
        let key = self.key()?;
        self.write(|transaction| {
            transaction
                .prepare_cached("UPDATE log_body SET sealed = ?2 WHERE id = ?1")?
                .execute(params![stored(id), row::seal(&key, &identity(&line), body)])?;
            Ok(())
        })
    }
}

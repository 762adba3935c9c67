//! Letting go of old lines.

use crate::model::Timestamp;
use crate::vault::numbers::stored;
use crate::vault::{Vault, VaultError};
use rusqlite::Transaction;

impl Vault {
    /// Lets go of lines that are too many or too old, as of when the newest was written.
    pub(super) fn prune(
        &self,
        transaction: &Transaction<'_>,
        newest: i64,
        now: Timestamp,
    ) -> Result<(), VaultError> {
        let by_count = newest.saturating_sub(stored(self.retention.lines));
        let too_old = now.plus_seconds(-i64::from(self.retention.days) * 86_400);
        // Places rise with time, so what is too old is a run at the beginning: found without a walk through all.
        let by_age: i64 = transaction
            .prepare_cached("SELECT coalesce(min(id), 0) - 1 FROM (SELECT id FROM log WHERE at >= ?1 ORDER BY id LIMIT 1)")?
            .query_row([too_old.as_micros()], |row| row.get(0))?;
        let last = by_count.max(by_age);
        if last <= 0 {
            return Ok(());
        }
        self.forget_marks_beyond(transaction, last)?;
        let removed = transaction
            .prepare_cached("DELETE FROM log WHERE id <= ?1 AND id NOT IN (SELECT id FROM log_marks)")?
            .execute([last])?;
        transaction
            .prepare_cached("DELETE FROM log_body WHERE id <= ?1 AND id NOT IN (SELECT id FROM log_marks)")?
            .execute([last])?;
        if removed == 0 {
            return Ok(());
        }
        transaction
            .prepare_cached(
                "UPDATE counters SET log_lines = log_lines - ?1, log_floor = max(log_floor, ?2), log_epoch = log_epoch + 1
                 WHERE id = 1",
            )?
            .execute([stored(removed as u64), last])?;
        Ok(())
    }

    /// Of the lines that only a mark or note keeps, the oldest lose theirs if they are too many.
    fn forget_marks_beyond(&self, transaction: &Transaction<'_>, last: i64) -> Result<(), VaultError> {
        let kept: i64 = transaction
            .prepare_cached("SELECT count(*) FROM log_marks WHERE id <= ?1")?
            .query_row([last], |row| row.get(0))?;
        let excess = kept.saturating_sub(stored(self.retention.marked));
        if excess > 0 {
            transaction
                .prepare_cached(
                    "DELETE FROM log_marks WHERE id IN (SELECT id FROM log_marks WHERE id <= ?1 ORDER BY id LIMIT ?2)",
                )?
                .execute([last, excess])?;
        }
        Ok(())
    }
}

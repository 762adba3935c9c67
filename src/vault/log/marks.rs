//! What a person puts to a line of the log: a mark, a note.

use crate::seal::{DataKey, row};
use crate::vault::numbers::stored;
use crate::vault::{Vault, VaultError};
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use std::collections::BTreeMap;

/// What stands in place of a note whose bytes do not open.
const CHANGED: &str = "(this note was changed outside of this program)";

/// What was put to a line.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LogMark {
    /// Whether it is marked.
    pub marked: bool,
    /// Its note.
    pub note: Option<String>,
}

impl Vault {
    /// Marks lines, or takes their marks away. Places without a line are passed over; returns how many changed.
    pub fn mark_log(&self, ids: &[u64], marked: bool) -> Result<u64, VaultError> {
        self.check_unlocked()?;
        self.write(|transaction| {
            let mut changed = 0;
            for id in ids {
                let id = stored(*id);
                changed += if marked {
                    transaction
                        .prepare_cached(
                            "INSERT INTO log_marks (id, marked) SELECT id, 1 FROM log WHERE id = ?1
                             ON CONFLICT (id) DO UPDATE SET marked = 1 WHERE marked = 0",
                        )?
                        .execute([id])?
                } else {
                    transaction
                        .prepare_cached("UPDATE log_marks SET marked = 0 WHERE id = ?1 AND marked = 1")?
                        .execute([id])?
                };
                drop_empty(transaction, id)?;
            }
            note_change(transaction, changed)?;
            Ok(changed as u64)
        })
    }

    /// Those of these places that have no line.
    pub fn no_log_lines(&self, ids: &[u64]) -> Result<Vec<u64>, VaultError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached("SELECT 1 FROM log WHERE id = ?1")?;
        let mut missing = Vec::new();
        for id in ids {
            if !statement.exists([stored(*id)])? {
                missing.push(*id);
            }
        }
        Ok(missing)
    }

    /// Takes every mark away; notes stay. Returns how many there were.
    pub fn unmark_log(&self) -> Result<u64, VaultError> {
        self.check_unlocked()?;
        self.write(|transaction| {
            let changed = transaction.execute("UPDATE log_marks SET marked = 0 WHERE marked = 1", [])?;
            transaction.execute("DELETE FROM log_marks WHERE marked = 0 AND note IS NULL", [])?;
            note_change(transaction, changed)?;
            Ok(changed as u64)
        })
    }

    /// Puts a note to a line, or takes it away. Returns whether there is such a line.
    pub fn note_log(&self, id: u64, note: Option<&str>) -> Result<bool, VaultError> {
        let sealed = match note {
            Some(note) => Some(row::seal(&self.key()?, &identity(stored(id)), note.as_bytes())),
            None => {
                self.check_unlocked()?;
                None
            }
        };
        self.write(|transaction| {
            let id = stored(id);
            let is_there = transaction
                .prepare_cached("SELECT 1 FROM log WHERE id = ?1")?
                .query_row([id], |_| Ok(()))
                .optional()?
                .is_some();
            if !is_there {
                return Ok(false);
            }
            transaction
                .prepare_cached(
                    "INSERT INTO log_marks VALUES (?1, 0, ?2) ON CONFLICT (id) DO UPDATE SET note = excluded.note",
                )?
                .execute(params![id, sealed])?;
            drop_empty(transaction, id)?;
            note_change(transaction, 1)?;
            Ok(true)
        })
    }

    /// Every mark and note, by its line.
    pub fn log_marks(&self) -> Result<BTreeMap<u64, LogMark>, VaultError> {
        let key = self.key()?;
        let connection = self.connection();
        let mut statement = connection.prepare_cached("SELECT id, marked, note FROM log_marks")?;
        let mut rows = statement.query([])?;
        let mut marks = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let id: i64 = row.get(0)?;
            let mark = LogMark {
                marked: row.get(1)?,
                note: opened(&key, id, row.get(2)?),
            };
            marks.insert(id.unsigned_abs(), mark);
        }
        Ok(marks)
    }
}

/// What was put to a line.
pub(super) fn mark_of(connection: &Connection, key: &DataKey, id: i64) -> Result<LogMark, VaultError> {
    let found = connection
        .prepare_cached("SELECT marked, note FROM log_marks WHERE id = ?1")?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(found.map_or_else(LogMark::default, |(marked, note)| LogMark {
        marked,
        note: opened(key, id, note),
    }))
}

/// A note that does not open must not keep the list from being shown: it says so in its place.
fn opened(key: &DataKey, id: i64, sealed: Option<Vec<u8>>) -> Option<String> {
    let sealed = sealed?;
    let text = row::open(key, &identity(id), &sealed)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes.to_vec()).ok());
    Some(text.unwrap_or_else(|| CHANGED.to_owned()))
}

/// Places are never given twice, so a note that opens was put to this very line.
fn identity(id: i64) -> Vec<u8> {
    format!("log_note\0{id}").into_bytes()
}

fn drop_empty(transaction: &Transaction<'_>, id: i64) -> Result<(), VaultError> {
    transaction
        .prepare_cached("DELETE FROM log_marks WHERE id = ?1 AND marked = 0 AND note IS NULL")?
        .execute([id])?;
    Ok(())
}

fn note_change(transaction: &Transaction<'_>, changed: usize) -> Result<(), VaultError> {
    if changed > 0 {
        transaction
            .prepare_cached("UPDATE counters SET log_epoch = log_epoch + 1 WHERE id = 1")?
            .execute([])?;
    }
    Ok(())
}

//! What SQLite reports, told in the store's own words.

use crate::model::{PointerAddress, Timestamp};
use crate::store::StoreError;
use rusqlite::{Error, ErrorCode, ffi};

impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        let text = error.to_string();
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full(text),
            Some(ErrorCode::SystemIoFailure | ErrorCode::CannotOpen | ErrorCode::ReadOnly) => {
                Self::Disk(text)
            }
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy(text),
            _ => Self::Failed(text),
        }
    }
}

/// An error that more than one caller must be told: every write of a group whose commit failed.
pub(super) fn again(error: &StoreError) -> StoreError {
    match error {
        StoreError::Full(text) => StoreError::Full(text.clone()),
        StoreError::Disk(text) => StoreError::Disk(text.clone()),
        StoreError::Busy(text) => StoreError::Busy(text.clone()),
        StoreError::Closed => StoreError::Closed,
        other => StoreError::Failed(other.to_string()),
    }
}

/// Whether a row was refused because a column must be unique.
pub(super) fn is_unique_violation(error: &Error) -> bool {
    matches!(
        error.sqlite_error().map(|error| error.extended_code),
        Some(ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY)
    )
}

/// A row that does not read as what it should be: somebody edited the file.
pub(super) fn damaged(what: &'static str, text: &str) -> StoreError {
    let shown: String = text.chars().take(60).collect();
    StoreError::Failed(format!(
        "a stored {what} is damaged: {shown:?}; restore the instance from a backup"
    ))
}

/// `NotFound`, said shortly.
pub(super) fn not_found(what: &'static str, name: &str) -> StoreError {
    StoreError::NotFound {
        what,
        name: name.to_owned(),
    }
}

/// Lets a write pass only where a pointer is as it was seen by whoever decided on it.
pub(super) fn require_unchanged(
    at: &PointerAddress,
    seen: Option<Timestamp>,
    changed: Timestamp,
) -> Result<(), StoreError> {
    if seen.is_none_or(|seen| seen == changed) {
        return Ok(());
    }
    Err(StoreError::ChangedMeanwhile {
        what: "pointer",
        name: at.to_string(),
        at: Some(changed),
    })
}

/// An error in one of many rows.
#[derive(Debug)]
pub(super) struct RowError {
    /// Which row, counted from 0.
    pub index: usize,
    /// What is wrong with it.
    pub error: StoreError,
}

impl RowError {
    /// Of a row of an import, which are counted from 1 where they are staged.
    pub(super) fn of_staged(n: i64, error: StoreError) -> Self {
        Self {
            index: usize::try_from(n - 1).unwrap_or_default(),
            error,
        }
    }
}

impl From<StoreError> for RowError {
    fn from(error: StoreError) -> Self {
        Self { index: 0, error }
    }
}

impl From<RowError> for (usize, StoreError) {
    fn from(row: RowError) -> Self {
        (row.index, row.error)
    }
}

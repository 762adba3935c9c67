//! Pointers in and out of files: JSONL and CSV.

use super::{Failure, Workspace};
use serde::Serialize;
use std::io::{BufRead, Write};

/// The form of a file of pointers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportFormat {
    /// One JSON object a line.
    Jsonl,
    /// A header line with the field names; tags separated by `;`.
    Csv,
}

/// How far an import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ImportProgress {
    /// Bytes read.
    pub bytes: u64,
    /// Rows read.
    pub rows: u64,
    /// Rows refused so far.
    pub rejected: u64,
    /// All rows are staged; the instance is taking them over in one step.
    pub committing: bool,
}

/// A row that cannot be imported.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RejectedRow {
    /// Line in the file, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub reason: String,
}

/// What an import came to.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct ImportReport {
    /// Pointers made.
    pub imported: u64,
    /// Rows refused; if there are any, nothing was imported unless bad rows were to be skipped.
    pub rejected: u64,
    /// The first hundred of them.
    pub rejected_rows: Vec<RejectedRow>,
}

impl Workspace {
    /// Imports pointers: all good rows in one step at the end, or nothing at all. With `skip_bad`, bad rows are
    /// left out and reported; without, one bad row means that nothing is imported.
    pub async fn import_pointers(
        &self,
        _instance: &str,
        _source: Box<dyn BufRead + Send>,
        _format: ImportFormat,
        _skip_bad: bool,
        _progress: &(dyn Fn(ImportProgress) + Send + Sync),
    ) -> Result<ImportReport, Failure> {
        todo!()
    }

    /// Writes every pointer of an instance; returns how many.
    pub async fn export_pointers(
        &self,
        _instance: &str,
        _target: &mut (dyn Write + Send),
        _format: ImportFormat,
        _progress: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<u64, Failure> {
        todo!()
    }
}

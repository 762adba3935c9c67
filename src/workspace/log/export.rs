//! Lines of the invoke log in files for other programs. They are read in small groups and written as they come:
//! however many there are, few are in memory.

use super::har::{self, Maker};
use super::{Columns, Sieve, entry, parsed};
use crate::model::Timestamp;
use crate::model::filter::Filter;
use crate::vault::VaultError;
use crate::workspace::file_failure::cannot;
use crate::workspace::{Failure, LogEntry, PartialFile, Workspace};
use std::io::{self, Write};
use std::path::Path;

/// Lines that are looked through at once.
const BLOCK: u64 = 4_000;
/// Lines whose bodies are opened at once.
const GROUP: usize = 16;

/// The form of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object a line: what `log show --json` prints.
    Jsonl,
    /// HTTP Archive 1.2, for browsers' tools and everything else that reads it.
    Har,
}

impl LogFormat {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Jsonl, Self::Har];

    /// Its name, which is also the ending of its files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Jsonl => "jsonl",
            Self::Har => "har",
        }
    }
}

/// Which lines are exported, oldest first, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogExport {
    /// Only what this filter leaves.
    pub filter: String,
    /// The form.
    pub format: LogFormat,
}

/// How far an export is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogProgress {
    /// Lines written.
    pub written: u64,
    /// Lines looked at.
    pub passed: u64,
    /// Lines in all.
    pub total: u64,
}

impl LogProgress {
    /// In words, for a status line.
    pub fn words(&self) -> String {
        let percent = (self.passed * 100)
            .checked_div(self.total)
            .unwrap_or(100)
            .min(100);
        format!("exporting the log: {} lines written, {percent} %", self.written)
    }
}

impl Workspace {
    /// Writes lines of the log; returns how many.
    pub async fn export_log(
        &self,
        export: &LogExport,
        target: &mut (dyn Write + Send),
        progress: &(dyn Fn(LogProgress) + Send + Sync),
    ) -> Result<u64, Failure> {
        let filter = parsed(&export.filter)?;
        let as_of = Timestamp::now();
        let maker = Maker::with(&self.records().await?);
        let mut told = LogProgress {
            written: 0,
            passed: 0,
            total: self.log_count().await?,
        };
        let mut after = 0;
        let mut is_first = true;
        begin(target, export.format).map_err(failed)?;
        loop {
            let (ids, passed, last) = self.next_lines(after, filter.clone(), as_of).await?;
            for group in ids.chunks(GROUP) {
                for entry in self.entries(group.to_vec()).await? {
                    write_one(target, export.format, &entry, &maker, &mut is_first).map_err(failed)?;
                    told.written += 1;
                }
                progress(told);
            }
            told.passed += passed;
            progress(told);
            let Some(last) = last else { break };
            after = last;
        }
        end(target, export.format).map_err(failed)?;
        target.flush().map_err(failed)?;
        Ok(told.written)
    }

    /// The same, into a file that appears under its name only when it is whole, and that only its owner can read.
    pub async fn export_log_to(
        &self,
        export: &LogExport,
        path: &Path,
        progress: &(dyn Fn(LogProgress) + Send + Sync),
    ) -> Result<u64, Failure> {
        let mut file = PartialFile::create_private(path, false).map_err(|error| error.at(path))?;
        let written = self.export_log(export, &mut file, progress).await?;
        file.keep().map_err(|error| error.at(path))?;
        Ok(written)
    }

    /// The next lines that the filter leaves, how many were looked at for that, and where to go on, if anywhere.
    async fn next_lines(
        &self,
        after: u64,
        filter: Filter,
        as_of: Timestamp,
    ) -> Result<(Vec<u64>, u64, Option<u64>), Failure> {
        self.in_vault_at_length(move |vault| {
            let mut columns = Columns::default();
            let last = vault.visit_log(after, BLOCK, |line| columns.push(line))?;
            columns.marks = vault.log_marks()?;
            let places = Sieve::new(&filter, &columns, as_of).sift(&columns);
            let ids = places.iter().map(|place| columns.ids[*place as usize]).collect();
            Ok((ids, columns.len() as u64, last))
        })
        .await
    }

    /// Everything kept of these lines; those that went meanwhile are left out.
    async fn entries(&self, ids: Vec<u64>) -> Result<Vec<LogEntry>, Failure> {
        let records = self
            .in_vault_at_length(move |vault| {
                let records = ids.iter().map(|id| vault.log_entry(*id));
                records.collect::<Result<Vec<_>, VaultError>>()
            })
            .await?;
        let records = records.into_iter().flatten();
        records
            .map(|(line, mark, body)| entry(line, mark, &body))
            .collect()
    }
}

fn begin(target: &mut (dyn Write + Send), format: LogFormat) -> io::Result<()> {
    match format {
        LogFormat::Jsonl => Ok(()),
        LogFormat::Har => target.write_all(har::beginning().as_bytes()),
    }
}

fn write_one(
    target: &mut (dyn Write + Send),
    format: LogFormat,
    entry: &LogEntry,
    maker: &Maker,
    is_first: &mut bool,
) -> io::Result<()> {
    if format == LogFormat::Jsonl {
        serde_json::to_writer(&mut *target, entry)?;
        return target.write_all(b"\n");
    }
    for made in maker.entries(entry) {
        target.write_all(if *is_first { b"\n" } else { b",\n" })?;
        *is_first = false;
        serde_json::to_writer(&mut *target, &made)?;
    }
    Ok(())
}

fn end(target: &mut (dyn Write + Send), format: LogFormat) -> io::Result<()> {
    match format {
        LogFormat::Jsonl => Ok(()),
        LogFormat::Har => target.write_all(har::END.as_bytes()),
    }
}

fn failed(error: io::Error) -> Failure {
    cannot(Path::new("the export"), "be written", &error)
}

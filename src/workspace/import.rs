//! Pointers out of files: all good rows in one step at the end, or nothing at all.

use super::file_witness::FileDigest;
use super::import_file::{self, FromFile, ImportFormat, RejectedRow};
use super::session::Session;
use super::{Failure, StopSign, Workspace, pointers};
use crate::model::Timestamp;
use crate::protocol::{CallContext, Code, Query};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::io::BufRead;

/// Bad rows that a report names, and after which reading on tells nothing new.
const MOST_REPORTED: usize = 100;
/// Seconds for taking over all rows in one step.
const COMMIT_PATIENCE: i64 = 600;

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

/// What an import came to.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct ImportReport {
    /// Pointers made.
    pub imported: u64,
    /// Rows refused; if there are any, nothing was imported unless bad rows were to be skipped.
    pub rejected: u64,
    /// The first hundred of them.
    pub rejected_rows: Vec<RejectedRow>,
    /// Rows read.
    pub rows: u64,
    /// Pointers among those made that do more than tell, or send a header anywhere, and run for nobody until the
    /// instance's owner takes them over.
    pub not_taken_over: u64,
    /// The lines of the first hundred of them.
    pub not_taken_over_lines: Vec<u64>,
    /// Somebody stopped it before anything was imported.
    pub stopped: bool,
}

/// What is to be done with rows of which more than one thing can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ImportChoice {
    /// Bad rows are left out and reported; else one bad row means that nothing is imported.
    pub skip_bad: bool,
    /// The owner stands for circuits that do more than tell and for headers without origins, whoever wrote them. A file
    /// does not say who did: else they run for nobody.
    pub take_over: bool,
}

/// What an import of a file would come to. Nothing was imported.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct ImportPreview {
    /// Rows read.
    pub rows: u64,
    /// Rows that would be imported.
    pub new: u64,
    /// Rows whose reference a pointer of the instance, or an earlier row, has already.
    pub already_there: u64,
    /// Rows that cannot be imported for another reason.
    pub broken: u64,
    /// The first of those.
    pub first_broken: Option<RejectedRow>,
    /// Rows among the new ones that would run for nobody until the instance's owner takes them over.
    pub not_taken_over: u64,
    /// The lines of the first hundred of them.
    pub not_taken_over_lines: Vec<u64>,
    /// Somebody stopped it before all rows were read.
    pub stopped: bool,
    /// What the file said, where it is one that can be looked at again.
    #[serde(skip)]
    pub file: Option<FileDigest>,
}

/// What is done with the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// They are imported.
    Import(ImportChoice),
    /// They are only looked at.
    Look,
}

impl Mode {
    /// Whether one bad row means that nothing is imported.
    fn is_all_or_nothing(self) -> bool {
        matches!(self, Self::Import(choice) if !choice.skip_bad)
    }

    fn takes_over(self) -> bool {
        matches!(self, Self::Import(choice) if choice.take_over)
    }
}

/// What `import_pointers` gives.
#[derive(Deserialize)]
struct Staged {
    accepted: u64,
    #[serde(default)]
    rejected: Vec<Refused>,
    #[serde(default)]
    not_taken_over: Vec<usize>,
}

#[derive(Deserialize)]
struct Refused {
    index: usize,
    message: String,
    #[serde(default)]
    code: String,
}

impl Workspace {
    /// Imports pointers: all good rows in one step at the end, or nothing at all. With `skip_bad`, bad rows are
    /// left out and reported; without, one bad row means that nothing is imported.
    pub async fn import_pointers(
        &self,
        instance: &str,
        source: Box<dyn BufRead + Send>,
        format: ImportFormat,
        skip_bad: bool,
        progress: &(dyn Fn(ImportProgress) + Send + Sync),
    ) -> Result<ImportReport, Failure> {
        let stop = StopSign::default();
        let choice = ImportChoice {
            skip_bad,
            ..ImportChoice::default()
        };
        self.import_until(instance, source, format, choice, &stop, progress)
            .await
    }

    /// The same, until somebody stops it: then nothing is imported, nothing of it is left on the instance, and the
    /// report says so. While the rows are taken over, in one step, it is not stopped any more.
    pub async fn import_until(
        &self,
        instance: &str,
        source: Box<dyn BufRead + Send>,
        format: ImportFormat,
        choice: ImportChoice,
        stop: &StopSign,
        progress: &(dyn Fn(ImportProgress) + Send + Sync),
    ) -> Result<ImportReport, Failure> {
        let mode = Mode::Import(choice);
        let ended = self.import_as(mode, instance, source, format, stop, progress);
        Ok(ended.await?.0)
    }

    /// What an import would come to, as the instance itself says of every row; nothing of it stays there.
    pub async fn preview_import(
        &self,
        instance: &str,
        source: Box<dyn BufRead + Send>,
        format: ImportFormat,
        stop: &StopSign,
        progress: &(dyn Fn(ImportProgress) + Send + Sync),
    ) -> Result<ImportPreview, Failure> {
        let ended = self.import_as(Mode::Look, instance, source, format, stop, progress);
        Ok(ended.await?.1)
    }

    async fn import_as(
        &self,
        mode: Mode,
        instance: &str,
        source: Box<dyn BufRead + Send>,
        format: ImportFormat,
        stop: &StopSign,
        progress: &(dyn Fn(ImportProgress) + Send + Sync),
    ) -> Result<(ImportReport, ImportPreview), Failure> {
        let mut session = self.session(instance).await?;
        let ended = self
            .import_in(&mut session, source, format, (mode, stop), progress)
            .await;
        session.close().await;
        ended
    }

    async fn import_in(
        &self,
        session: &mut Session<'_>,
        source: Box<dyn BufRead + Send>,
        format: ImportFormat,
        (mode, stop): (Mode, &StopSign),
        progress: &(dyn Fn(ImportProgress) + Send + Sync),
    ) -> Result<(ImportReport, ImportPreview), Failure> {
        if self.is_original(session).await? {
            return Err(pointers::not_there(session, "import"));
        }
        #[derive(Deserialize)]
        struct Begun {
            import_id: String,
        }
        let begin = Query::new("begin_import", json!({}));
        let result = session.result(&begin).await?;
        let begun: Begun = serde_json::from_value(result).map_err(|_| session.unexpected(begin.action()))?;
        let mut import = Import {
            id: begun.import_id,
            session,
            mode,
            stop,
            report: ImportReport::default(),
            progress: ImportProgress::default(),
            places: Places::default(),
            already_there: 0,
            first_broken: None,
        };
        let outcome = import.run(source, format, progress).await;
        if !matches!(outcome, Ok(true)) {
            import.abort().await;
        }
        outcome?;
        Ok(import.ended())
    }
}

/// An import on its way.
struct Import<'a, 'w> {
    id: String,
    session: &'a mut Session<'w>,
    mode: Mode,
    stop: &'a StopSign,
    report: ImportReport,
    progress: ImportProgress,
    places: Places,
    already_there: u64,
    first_broken: Option<RejectedRow>,
}

impl Import<'_, '_> {
    /// Stages everything, then has it taken over. True if it was; false if bad rows forbade it.
    async fn run(
        &mut self,
        source: Box<dyn BufRead + Send>,
        format: ImportFormat,
        progress: &(dyn Fn(ImportProgress) + Send + Sync),
    ) -> Result<bool, Failure> {
        let mut chunks = import_file::read(source, format);
        loop {
            // Whoever writes into a pipe may take his time, and somebody else may want to stop meanwhile.
            let chunk = tokio::select! {
                biased;
                () = self.stop.shown() => None,
                chunk = chunks.recv() => chunk,
            };
            if self.is_stopped() {
                return Ok(false);
            }
            let Some(chunk) = chunk else { break };
            match chunk {
                FromFile::Rows { rows, bytes } => {
                    self.progress.bytes = bytes;
                    self.progress.rows += rows.len() as u64;
                    if !self.is_hopeless() {
                        self.stage(rows).await?;
                    }
                }
                FromFile::Bad(row) => {
                    self.progress.rows += 1;
                    self.reject(row, false);
                }
                FromFile::Broken(failure) => return Err(failure),
            }
            progress(self.progress);
            if self.is_hopeless() && self.report.rejected_rows.len() >= MOST_REPORTED {
                break;
            }
        }
        if self.is_stopped() || self.is_hopeless() || self.mode == Mode::Look {
            return Ok(false);
        }
        self.progress.committing = true;
        progress(self.progress);
        self.commit().await
    }

    /// Nothing will be imported any more; what is read is read for the report.
    fn is_hopeless(&self) -> bool {
        self.mode.is_all_or_nothing() && self.report.rejected > 0
    }

    fn is_stopped(&mut self) -> bool {
        self.report.stopped = self.stop.is_shown();
        self.report.stopped
    }

    /// What it came to, and what it would have come to.
    fn ended(self) -> (ImportReport, ImportPreview) {
        let preview = ImportPreview {
            rows: self.progress.rows,
            new: self.places.staged,
            already_there: self.already_there,
            broken: self.report.rejected - self.already_there,
            first_broken: self.first_broken,
            not_taken_over: self.report.not_taken_over,
            not_taken_over_lines: self.report.not_taken_over_lines.clone(),
            stopped: self.report.stopped,
            file: None,
        };
        let mut report = ImportReport {
            rows: self.progress.rows,
            ..self.report
        };
        report.rejected_rows.sort_by_key(|row| row.line);
        if report.imported == 0 {
            report.not_taken_over = 0;
            report.not_taken_over_lines.clear();
        }
        (report, preview)
    }

    async fn stage(&mut self, rows: Vec<(u64, Value)>) -> Result<(), Failure> {
        let (lines, rows): (Vec<u64>, Vec<Value>) = rows.into_iter().unzip();
        let mut parameters = json!({"import_id": self.id, "pointers": rows});
        if self.mode.takes_over() {
            parameters["take_over"] = true.into();
        }
        let query = Query::new("import_pointers", parameters);
        let result = self.session.result(&query).await?;
        let staged: Staged =
            serde_json::from_value(result).map_err(|_| self.session.unexpected(query.action()))?;
        let refused: Vec<usize> = staged.rejected.iter().map(|refused| refused.index).collect();
        for (index, line) in lines.iter().enumerate() {
            if refused.binary_search(&index).is_err() {
                self.places.push(*line);
            }
        }
        self.report.not_taken_over += staged.not_taken_over.len() as u64;
        let room = MOST_REPORTED.saturating_sub(self.report.not_taken_over_lines.len());
        let left = staged.not_taken_over.iter().take(room);
        let left = left.filter_map(|index| lines.get(*index));
        self.report.not_taken_over_lines.extend(left);
        debug_assert_eq!(staged.accepted + refused.len() as u64, lines.len() as u64);
        for refused in staged.rejected {
            let line = lines.get(refused.index).copied().unwrap_or_default();
            let row = RejectedRow {
                line,
                reason: refused.message,
            };
            self.reject(row, refused.code == Code::DuplicateReference.as_str());
        }
        Ok(())
    }

    fn reject(&mut self, row: RejectedRow, is_there: bool) {
        self.already_there += u64::from(is_there);
        let is_first = self
            .first_broken
            .as_ref()
            .is_none_or(|first| row.line < first.line);
        if !is_there && is_first {
            self.first_broken = Some(row.clone());
        }
        self.report.rejected += 1;
        self.progress.rejected += 1;
        if self.report.rejected_rows.len() < MOST_REPORTED {
            self.report.rejected_rows.push(row);
        }
    }

    async fn commit(&mut self) -> Result<bool, Failure> {
        let query = Query::new("commit_import", json!({"import_id": self.id}));
        let context = CallContext::begin(Timestamp::now(), COMMIT_PATIENCE);
        let reply = self.session.ask(&query, &context).await?.reply;
        if let Some(problem) = reply.problem() {
            // Somebody made a pointer in the meantime that one of ours would be a second of, or removed a connection that
            // one of ours needs.
            let row = problem.details.get("staged_row").and_then(Value::as_u64);
            let Some(line) = row.and_then(|row| self.places.line(row)) else {
                return Err(Failure::from_problem(&problem, self.session.record.name.as_str()));
            };
            let row = RejectedRow {
                line,
                reason: problem.message,
            };
            self.reject(row, problem.code == Code::DuplicateReference);
            return Ok(false);
        }
        self.report.imported = reply
            .result()
            .and_then(|result| result.get("imported"))
            .and_then(Value::as_u64)
            .ok_or_else(|| self.session.unexpected(query.action()))?;
        Ok(true)
    }

    async fn abort(&mut self) {
        let query = Query::new("abort_import", json!({"import_id": self.id}));
        match self.session.result(&query).await {
            // A commit that failed has ended the import already, and so has the instance if nobody went on for long.
            Ok(_)
            | Err(Failure {
                code: Code::InvalidParameter,
                ..
            }) => {}
            Err(failure) => tracing::debug!(%failure, "an import was left to end by itself"),
        }
    }
}

/// Which line each staged row came from, as runs of lines that follow each other: a million rows of a
/// plain file are one run.
#[derive(Default)]
struct Places {
    staged: u64,
    runs: Vec<(u64, u64)>,
}

impl Places {
    fn push(&mut self, line: u64) {
        let follows = self
            .runs
            .last()
            .is_some_and(|(row, first)| first + (self.staged - row) == line);
        if !follows {
            self.runs.push((self.staged, line));
        }
        self.staged += 1;
    }

    fn line(&self, row: u64) -> Option<u64> {
        if row >= self.staged {
            return None;
        }
        let run = self
            .runs
            .partition_point(|(first, _)| *first <= row)
            .checked_sub(1)?;
        let (first, line) = self.runs[run];
        Some(line + (row - first))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_staged_row_is_found_at_its_line(gaps in prop::collection::vec(1u64..4, 1..200)) {
            let mut places = Places::default();
            let mut lines = Vec::new();
            let mut line = 0;
            for gap in gaps {
                line += gap;
                lines.push(line);
                places.push(line);
            }
            for (row, line) in lines.iter().enumerate() {
                prop_assert_eq!(places.line(row as u64), Some(*line));
            }
            prop_assert_eq!(places.line(lines.len() as u64), None);
        }
    }
}

//! Files in and out, and the same done to many pointers: long work, which tells how far it is and can be stopped.

use crate::model::InstanceName;
use crate::store::PointerQuery;
use crate::tui::clock::{count, pointers};
use crate::tui::message::Done;
use crate::tui::outcome::Outcome;
use crate::tui::paths::typed_path;
use crate::workspace::{
    BulkAction, BulkProgress, BulkTarget, FileDigest, ImportProgress, LogExport, StopSign, Workspace,
};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How often it is told how far something is.
const PACE: Duration = Duration::from_millis(200);

/// How far it is, told a few times a second, and whether to go on.
pub(super) struct Progress<'a> {
    stop: &'a StopSign,
    step: &'a (dyn Fn(&str) + Send + Sync),
    told: Mutex<Option<Instant>>,
}

impl<'a> Progress<'a> {
    pub(super) fn new(stop: &'a StopSign, step: &'a (dyn Fn(&str) + Send + Sync)) -> Self {
        Self {
            stop,
            step,
            told: Mutex::default(),
        }
    }

    fn is_due(&self) -> bool {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let due = told.is_none_or(|told| told.elapsed() >= PACE);
        if due {
            *told = Some(Instant::now());
        }
        due
    }

    pub(super) async fn preview(
        &self,
        workspace: &Workspace,
        instance: InstanceName,
        path: PathBuf,
    ) -> Outcome<Done> {
        let tell = |now: ImportProgress, length: Option<u64>| {
            if self.is_due() {
                let words = import_words(now, length);
                (self.step)(&format!("looking at {}: {words}", path.display()));
            }
        };
        let file = typed_path(&path);
        let preview = workspace
            .preview_file(instance.as_str(), &file, self.stop, &tell)
            .await?;
        Ok(Done::Previewed(instance, path, preview))
    }

    pub(super) async fn import(
        &self,
        workspace: &Workspace,
        instance: InstanceName,
        path: &Path,
        skip_bad: bool,
        agreed: Option<FileDigest>,
    ) -> Outcome<Done> {
        let tell = |now: ImportProgress, length: Option<u64>| {
            if now.committing || self.is_due() {
                let words = import_words(now, length);
                (self.step)(&format!("importing into {instance}: {words}"));
            }
        };
        let file = typed_path(path);
        let report = workspace
            .import_file(instance.as_str(), &file, skip_bad, agreed, self.stop, &tell)
            .await?;
        Ok(Done::Imported(instance, report))
    }

    pub(super) async fn export(
        &self,
        workspace: &Workspace,
        instance: &InstanceName,
        path: &Path,
        wanted: &PointerQuery,
        overwrite: bool,
    ) -> Outcome<Done> {
        let tell = |written: u64| {
            if self.is_due() {
                (self.step)(&format!("exporting {instance}: {} written", pointers(written)));
            }
        };
        let written = workspace
            .export_file(instance.as_str(), &typed_path(path), wanted, overwrite, &tell)
            .await?;
        Ok(Done::Exported(written, path.display().to_string()))
    }

    pub(super) async fn bulk(
        &self,
        workspace: &Workspace,
        action: BulkAction,
        targets: &[BulkTarget],
    ) -> Outcome<Done> {
        let doing = action.doing();
        let action = match action {
            BulkAction::Export { path, overwrite } => BulkAction::Export {
                path: typed_path(&path),
                overwrite,
            },
            other => other,
        };
        let tell = |now: BulkProgress| {
            if self.is_due() {
                (self.step)(&format!("{doing} {now}"));
            }
        };
        let report = workspace.bulk(action, targets, self.stop, &tell).await?;
        Ok(Done::Bulk(Box::new(report)))
    }

    /// Looks first what of them destroys something.
    pub(super) async fn invoke_many(&self, workspace: &Workspace, targets: Vec<BulkTarget>) -> Outcome<Done> {
        let tell = |now: BulkProgress| {
            if self.is_due() {
                (self.step)(&format!("looking at what is invoked, {now}"));
            }
        };
        let found = workspace.destruction_among(&targets, self.stop, &tell).await?;
        if !found.is_empty() && !self.stop.is_shown() {
            return Ok(Done::AsksForMany(targets, found));
        }
        let action = BulkAction::Invoke { destroys: false };
        self.bulk(workspace, action, &targets).await
    }

    pub(super) async fn export_log(
        &self,
        workspace: &Workspace,
        export: &LogExport,
        path: PathBuf,
    ) -> Outcome<Done> {
        let lines = workspace
            .export_log_to(export, &typed_path(&path), &|progress| {
                (self.step)(&progress.words());
            })
            .await?;
        Ok(Done::LogExported(lines, path))
    }
}

/// How far an import is.
fn import_words(now: ImportProgress, length: Option<u64>) -> String {
    if now.committing {
        return format!("taking over {} rows in one step", count(now.rows));
    }
    let share = length
        .filter(|length| *length > 0)
        .map_or_else(String::new, |length| {
            format!("{} %, ", now.bytes.min(length) * 100 / length)
        });
    let refused = match now.rejected {
        0 => String::new(),
        rejected => format!(", {} refused", count(rejected)),
    };
    format!("{share}{} rows{refused}", count(now.rows))
}

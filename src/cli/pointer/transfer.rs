//! `butterfly pointer import` and `export`: pointers in and out of files, a million at a time.

use super::list::for_one;
use crate::cli::arguments::FormatArg;
use crate::cli::export_target::ExportTarget;
use crate::cli::filter::{self, FilterArg, filter_of};
use crate::cli::inert::inert;
use crate::cli::outcome::{Outcome, Stop, after, file_failed};
use crate::cli::progress::{style, visible};
use crate::cli::session::Session;
use crate::cli::signal::{ExportSignal, until_signal};
use crate::cli::words;
use crate::protocol::ExitClass;
use crate::store::PointerQuery;
use crate::workspace::{Failure, ImportChoice, ImportPreview, ImportProgress, ImportReport, Rows, StopSign};
use clap::Args;
use indicatif::ProgressBar;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

/// Import pointers from JSONL or CSV: all of them in one step, or none.
///
/// Imported pointers get new addresses. One that names a credential pointer finds it again if that one is in the file too, or
/// is there already; what a header was sealed for on another instance cannot be opened here.
#[derive(Debug, Args)]
pub struct Import {
    /// The instance.
    instance: String,
    /// The file; - for stdin.
    file: PathBuf,
    /// Its form; guessed from the file's name unless given.
    #[arg(long)]
    format: Option<FormatArg>,
    /// Leave bad rows out instead of importing nothing.
    #[arg(long)]
    skip_bad: bool,
    /// Stand for circuits that do more than tell, and for headers without origins, as if you had written them: look at them
    /// first. A file does not say who wrote what, so without this they run for nobody until you take them over.
    #[arg(long, conflicts_with = "dry_run")]
    take_over: bool,
    /// Import nothing: only say how many rows are new, there already, or broken, and the first broken one.
    #[arg(long, conflicts_with = "skip_bad")]
    dry_run: bool,
}

/// Export pointers of an instance as JSONL or CSV: all, or what a filter leaves.
///
/// The file does not say who wrote a pointer, and the addresses in it are those that an import replaces by new ones.
#[derive(Debug, Args)]
pub struct Export {
    /// The instance.
    instance: String,
    /// The file; - for stdout.
    #[arg(default_value = "-")]
    file: PathBuf,
    /// Its form; guessed from the file's name unless given.
    #[arg(long)]
    format: Option<FormatArg>,
    /// Only what this leaves, as in `pointer list`.
    #[arg(long, value_name = "EXPR", value_parser = filter_of(Rows::Pointers))]
    filter: Option<FilterArg>,
    /// Replace a file of that name.
    #[arg(long)]
    force: bool,
}

impl Import {
    pub async fn run(self, session: &Session) -> Outcome {
        if !self.dry_run {
            session.permit("importing pointers")?;
        }
        let workspace = session.open_for(&self.instance).await?;
        let (source, length) = source(&self.file)?;
        let format = FormatArg::or_guess(self.format, &self.file);
        let bar = import_bar(length);
        let progress = |progress: ImportProgress| show_progress(&bar, progress);
        let stop = StopSign::default();
        if self.dry_run {
            let looking = workspace.preview_import(&self.instance, source, format, &stop, &progress);
            let preview = until_signal(&stop, looking).await;
            bar.finish_and_clear();
            return self.tell_preview(session, &preview?);
        }
        let choice = ImportChoice {
            skip_bad: self.skip_bad,
            take_over: self.take_over,
        };
        let importing = workspace.import_until(&self.instance, source, format, choice, &stop, &progress);
        let report = until_signal(&stop, importing).await;
        bar.finish_and_clear();
        self.tell(session, &report?)
    }

    fn tell_preview(&self, session: &Session, preview: &ImportPreview) -> Outcome {
        let shown = session.show(preview, || {
            let mut text = format!(
                "{} rows: {} new, {} there already, {} broken. Nothing was imported.",
                words::count(preview.rows),
                words::count(preview.new),
                words::count(preview.already_there),
                words::count(preview.broken)
            );
            if let Some(row) = &preview.first_broken {
                let (file, line) = (self.file.display(), row.line);
                text.push_str(&format!(
                    "\nThe first broken one: {file}:{line}: {}",
                    inert(&row.reason)
                ));
            }
            if preview.not_taken_over > 0 {
                text.push_str(&format!(
                    "\n{}. With --take-over they are yours: look at them first.",
                    not_taken_over(preview.not_taken_over, &preview.not_taken_over_lines)
                ));
            }
            text
        });
        let ended = match preview.stopped {
            true => Err(Stop::Told(ExitClass::Failed)),
            false => Ok(()),
        };
        after(shown, ended)
    }

    fn tell(&self, session: &Session, report: &ImportReport) -> Outcome {
        for row in &report.rejected_rows {
            session.note(&format!("{}:{}: {}", self.file.display(), row.line, row.reason));
        }
        if report.rows == 0 && !report.stopped {
            session.note(&format!("{} has no rows: nothing to import", self.file.display()));
            return match session.is_json() {
                true => session.show(report, String::new),
                false => Ok(()),
            };
        }
        let untold = report.rejected.saturating_sub(report.rejected_rows.len() as u64);
        if untold > 0 {
            session.note(&format!("and {} more bad rows", words::count(untold)));
        }
        session.note(&format!(
            "{} imported into {}, {} refused",
            words::pointers(report.imported),
            self.instance,
            match report.rejected {
                1 => "one row".to_owned(),
                many => format!("{} rows", words::count(many)),
            }
        ));
        if report.not_taken_over > 0 {
            session.note(&format!(
                "{}\nremedy: look at them with `butterfly pointer list {instance}` and `butterfly pointer show {instance} ADDRESS`, \
                 and take over those that are right: `butterfly pointer update {instance} ADDRESS --data-reference REFERENCE`, \
                 with the reference that it has",
                not_taken_over(report.not_taken_over, &report.not_taken_over_lines),
                instance = self.instance
            ));
        }
        let shown = match session.is_json() {
            true => session.show(report, String::new),
            false => Ok(()),
        };
        if report.imported > 0 {
            return shown;
        }
        if report.stopped {
            session.note(&format!(
                "stopped after {} rows: nothing was imported, and nothing of it is left there",
                words::count(report.rows)
            ));
        } else if report.rejected > 0 && !self.skip_bad {
            session.note("remedy: mend those rows, or leave them out with --skip-bad");
        }
        after(shown, Err(Stop::Told(ExitClass::Failed)))
    }
}

/// What runs for nobody, and where in the file it is.
fn not_taken_over(count: u64, lines: &[u64]) -> String {
    const NAMED: usize = 10;
    let mut places: Vec<String> = lines.iter().take(NAMED).map(u64::to_string).collect();
    if count > places.len() as u64 {
        places.push("…".to_owned());
    }
    format!(
        "{} {} more than tell, or {} a header anywhere, and nobody knows who wrote that: {} for nobody until you take {} \
         over (line {})",
        words::pointers(count),
        if count == 1 { "does" } else { "do" },
        if count == 1 { "sends" } else { "send" },
        if count == 1 { "it runs" } else { "they run" },
        if count == 1 { "it" } else { "them" },
        places.join(", ")
    )
}

impl Export {
    pub async fn run(self, session: &Session) -> Outcome {
        let workspace = session.open_for(&self.instance).await?;
        let format = FormatArg::or_guess(self.format, &self.file);
        let wanted = PointerQuery {
            filter: for_one(filter::read(self.filter.as_ref(), session).await?, &self.instance)?,
            ..PointerQuery::default()
        };
        let signal = ExportSignal::listen(&self.file)?;
        let mut target = ExportTarget::open(&self.file, self.force)?;
        let bar = visible(ProgressBar::no_length())
            .with_style(style("{spinner} {human_pos} pointers · {per_sec} · {elapsed}"));
        let progress = |count| bar.set_position(count);
        let writing = workspace.export_matching(&self.instance, &wanted, &mut target, format, &progress);
        let written = signal.unless_shown(&self.file, writing).await;
        bar.finish_and_clear();
        let count = target.end(written)?;
        session.note(&format!(
            "{} exported from {}",
            words::pointers(count),
            self.instance
        ));
        session.show_export(&self.file, count)
    }
}

/// The file to read and its length, if it has one.
fn source(path: &Path) -> Result<(Box<dyn BufRead + Send>, Option<u64>), Failure> {
    if path.as_os_str() == "-" {
        return Ok((Box::new(BufReader::with_capacity(1 << 18, io::stdin())), None));
    }
    let file = File::open(path).map_err(|error| file_failed("read", path, &error))?;
    let metadata = file
        .metadata()
        .map_err(|error| file_failed("read", path, &error))?;
    if metadata.is_dir() {
        return Err(file_failed(
            "read",
            path,
            &io::Error::from(io::ErrorKind::IsADirectory),
        ));
    }
    let length = metadata.is_file().then_some(metadata.len());
    Ok((Box::new(BufReader::with_capacity(1 << 18, file)), length))
}

fn show_progress(bar: &ProgressBar, progress: ImportProgress) {
    bar.set_position(progress.bytes);
    bar.set_message(match (progress.committing, progress.rejected) {
        (true, _) => format!("taking over {} rows", words::count(progress.rows)),
        (false, 0) => format!("{} rows", words::count(progress.rows)),
        (false, rejected) => {
            format!(
                "{} rows, {} refused",
                words::count(progress.rows),
                words::count(rejected)
            )
        }
    });
}

fn import_bar(length: Option<u64>) -> ProgressBar {
    match length {
        Some(length) => visible(ProgressBar::new(length)).with_style(style(
            "{bar:32} {percent:>3}% · {msg} · {bytes_per_sec} · {eta} left",
        )),
        None => visible(ProgressBar::no_length()).with_style(style("{spinner} {bytes} · {msg} · {elapsed}")),
    }
}

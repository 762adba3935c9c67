//! `butterfly pointer import` and `export`: pointers in and out of files, a million at a time.

use super::arguments::FormatArg;
use super::outcome::{Outcome, Stop, file_failed};
use super::session::Session;
use super::words;
use crate::protocol::ExitClass;
use crate::workspace::{Failure, ImportProgress, ImportReport};
use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

/// Import pointers from JSONL or CSV: all of them in one step, or none.
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
}

/// Export all pointers of an instance as JSONL or CSV.
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
}

impl Import {
    pub async fn run(self, session: &Session) -> Outcome {
        session.permit("importing pointers")?;
        let workspace = session.open_for(&self.instance).await?;
        let (source, length) = source(&self.file)?;
        let format = FormatArg::or_guess(self.format, &self.file);
        let bar = import_bar(length);
        let progress = |progress: ImportProgress| show_progress(&bar, progress);
        let report = workspace
            .import_pointers(&self.instance, source, format, self.skip_bad, &progress)
            .await;
        bar.finish_and_clear();
        self.tell(session, &report?)
    }

    fn tell(&self, session: &Session, report: &ImportReport) -> Outcome {
        for row in &report.rejected_rows {
            session.note(&format!("{}:{}: {}", self.file.display(), row.line, row.reason));
        }
        let untold = report.rejected.saturating_sub(report.rejected_rows.len() as u64);
        if untold > 0 {
            session.note(&format!("and {} more bad rows", words::count(untold)));
        }
        session.note(&format!(
            "{} pointers imported into {}, {} rows refused",
            words::count(report.imported),
            self.instance,
            words::count(report.rejected)
        ));
        if session.is_json() {
            session.show(report, String::new)?;
        }
        if report.imported > 0 {
            return Ok(());
        }
        if report.rejected > 0 && !self.skip_bad {
            session.note("remedy: mend those rows, or leave them out with --skip-bad");
        }
        Err(Stop::Told(ExitClass::Failed))
    }
}

impl Export {
    pub async fn run(self, session: &Session) -> Outcome {
        let workspace = session.open_for(&self.instance).await?;
        let format = FormatArg::or_guess(self.format, &self.file);
        let mut target = Target::open(&self.file)?;
        let bar = visible(ProgressBar::no_length())
            .with_style(style("{spinner} {human_pos} pointers · {per_sec} · {elapsed}"));
        let written = workspace
            .export_pointers(&self.instance, &mut target, format, &|count| {
                bar.set_position(count)
            })
            .await;
        bar.finish_and_clear();
        let count = target.end(written)?;
        session.note(&format!(
            "{} pointers exported from {}",
            words::count(count),
            self.instance
        ));
        Ok(())
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

/// Drawn on stderr, and only where a person looks at it.
pub(super) fn visible(bar: ProgressBar) -> ProgressBar {
    if !io::stderr().is_terminal() {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    bar
}

pub(super) fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template)
        .expect("the template is ours and well formed")
        .progress_chars("━╸─")
}

/// Where an export goes. A file appears under its name only when it is whole.
pub(super) struct Target {
    writer: Box<dyn Write + Send>,
    file: Option<(PathBuf, PathBuf)>,
    is_pipe_closed: bool,
}

impl Target {
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        if path.as_os_str() == "-" {
            return Ok(Self {
                writer: Box::new(BufWriter::with_capacity(1 << 18, io::stdout())),
                file: None,
                is_pipe_closed: false,
            });
        }
        let mut partial = path.as_os_str().to_owned();
        partial.push(".part");
        let partial = PathBuf::from(partial);
        let file = File::create(&partial).map_err(|error| file_failed("write", path, &error))?;
        Ok(Self {
            writer: Box::new(BufWriter::with_capacity(1 << 18, file)),
            file: Some((partial, path.to_owned())),
            is_pipe_closed: false,
        })
    }

    /// What became of an export: a whole one is kept; of one that failed nothing is left; and whoever read it and
    /// went away is told nothing.
    pub(super) fn end<T>(self, written: Result<T, Failure>) -> Outcome<T> {
        match written {
            Err(_) if self.is_pipe_closed => Err(Stop::PipeClosed),
            Err(failure) => {
                self.discard();
                Err(failure.into())
            }
            Ok(written) => {
                self.keep()?;
                Ok(written)
            }
        }
    }

    fn keep(mut self) -> Outcome {
        match self.flush() {
            Err(_) if self.is_pipe_closed => return Err(Stop::PipeClosed),
            Err(error) => {
                let path = self
                    .file
                    .as_ref()
                    .map_or_else(|| PathBuf::from("stdout"), |(_, path)| path.clone());
                self.discard();
                return Err(file_failed("write", &path, &error).into());
            }
            Ok(()) => {}
        }
        let Some((partial, path)) = &self.file else {
            return Ok(());
        };
        std::fs::rename(partial, path).map_err(|error| file_failed("write", path, &error))?;
        Ok(())
    }

    fn discard(self) {
        if let Some((partial, _)) = &self.file {
            // What cannot be removed is only a leftover; the failure itself is told.
            let _ = std::fs::remove_file(partial);
        }
    }

    fn noting_pipe<T>(&mut self, result: io::Result<T>) -> io::Result<T> {
        if let Err(error) = &result {
            self.is_pipe_closed |= error.kind() == io::ErrorKind::BrokenPipe;
        }
        result
    }
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let result = self.writer.write(bytes);
        self.noting_pipe(result)
    }

    fn flush(&mut self) -> io::Result<()> {
        let result = self.writer.flush();
        self.noting_pipe(result)
    }
}

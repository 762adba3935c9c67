//! `butterfly log export`: lines of the log for other programs.

use crate::cli::export_target::ExportTarget;
use crate::cli::filter::{FilterArg, filter_of};
use crate::cli::outcome::Outcome;
use crate::cli::progress::{style, visible};
use crate::cli::session::Session;
use crate::cli::signal::ExportSignal;
use crate::cli::words;
use crate::workspace::{LogExport, LogFormat, LogProgress, Rows};
use clap::{Args, ValueEnum};
use indicatif::ProgressBar;
use std::path::PathBuf;

/// Write lines, oldest first, as JSONL (what `show --json` prints, one line each) or HAR 1.2.
///
/// Queries and replies are in it in plain, sealed bodies as they travelled; tokens without their signatures:
/// a file is made for its owner alone (mode 0600).
#[derive(Debug, Args)]
pub struct Export {
    /// The file; - for stdout.
    #[arg(default_value = "-")]
    file: PathBuf,
    /// Only what this leaves; `marked` for marked lines.
    #[arg(long, value_name = "FILTER", default_value = "", value_parser = filter_of(Rows::Log))]
    filter: FilterArg,
    /// Its form; guessed from the file's name unless given.
    #[arg(long)]
    format: Option<FormatArg>,
    /// Replace a file of that name.
    #[arg(long)]
    force: bool,
}

/// The form of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FormatArg {
    /// One JSON object a line.
    Jsonl,
    /// HTTP Archive 1.2.
    Har,
}

impl Export {
    pub async fn run(self, session: &Session) -> Outcome {
        let is_har = self
            .file
            .extension()
            .is_some_and(|extension| extension.eq_ignore_ascii_case("har"));
        let format = match self.format {
            Some(FormatArg::Har) => LogFormat::Har,
            None if is_har => LogFormat::Har,
            Some(FormatArg::Jsonl) | None => LogFormat::Jsonl,
        };
        let export = LogExport {
            filter: self.filter.text(session).await?,
            format,
        };
        let workspace = session.open().await?;
        let signal = ExportSignal::listen(&self.file)?;
        let mut target = ExportTarget::open_private(&self.file, self.force)?;
        let bar =
            visible(ProgressBar::new(0)).with_style(style("{bar:32} {percent:>3}% · {msg} · {elapsed}"));
        let progress = |progress: LogProgress| {
            bar.set_length(progress.total);
            bar.set_position(progress.passed);
            bar.set_message(format!("{} lines", words::count(progress.written)));
        };
        let writing = workspace.export_log(&export, &mut target, &progress);
        let written = signal.unless_shown(&self.file, writing).await;
        bar.finish_and_clear();
        let count = target.end(written)?;
        session.note(&match count {
            1 => "one line exported".to_owned(),
            many => format!("{} lines exported", words::count(many)),
        });
        session.show_export(&self.file, count)
    }
}

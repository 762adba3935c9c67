//! Where the program's own log goes: stderr for verbs, a file in the home for the console.

use crate::instance::EventLayer;
use crate::seal::private;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

/// How many days of logs are kept.
const DAYS: usize = 7;

/// How many lines may wait for the disk before further ones are lost. Room for all of them is taken at the start.
const LINES_WAITING: usize = 1_024;

/// What logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Logging {
    /// A verb that ends when its work is done.
    Verb,
    /// `serve`: an instance, which keeps its log in its folder besides.
    Host,
    /// The console, which has the screen for itself.
    Console,
}

/// Starts logging. `verbosity` counts the `-v`s; the guard writes out what is pending when dropped.
pub fn start(home: &Path, logging: Logging, verbosity: u8) -> Option<WorkerGuard> {
    let (ours, others) = match (verbosity, logging) {
        (0, Logging::Verb | Logging::Host) => (LevelFilter::WARN, LevelFilter::ERROR),
        (0, Logging::Console) | (1, _) => (LevelFilter::INFO, LevelFilter::WARN),
        (2, _) => (LevelFilter::DEBUG, LevelFilter::INFO),
        (_, _) => (LevelFilter::TRACE, LevelFilter::DEBUG),
    };
    let filter = levels(ours, others);
    if logging != Logging::Console {
        let to_stderr = tracing_subscriber::fmt::layer()
            .with_target(false)
            .with_ansi(false)
            .with_writer(io::stderr)
            .with_filter(filter);
        let to_folder = (logging == Logging::Host)
            .then(|| EventLayer.with_filter(levels(LevelFilter::INFO, LevelFilter::OFF)));
        // A second subscriber is refused where tests run verbs in one process; the first one stays.
        let _ = tracing_subscriber::registry()
            .with(to_stderr)
            .with(to_folder)
            .try_init();
        return None;
    }
    // A disk that hangs must not hold up a frame: another thread writes.
    let (writer, guard) = NonBlockingBuilder::default()
        .buffered_lines_limit(LINES_WAITING)
        .finish(LogFile {
            home: home.to_owned(),
            appender: None,
        });
    let to_file = tracing_subscriber::fmt::layer()
        .with_target(false)
        .with_ansi(false)
        .with_writer(writer)
        .with_filter(filter);
    // What hosted instances log is looked at in the console too, in more detail than the file keeps.
    let to_pages = EventLayer.with_filter(levels(LevelFilter::DEBUG, LevelFilter::OFF));
    let _ = tracing_subscriber::registry()
        .with(to_file)
        .with(to_pages)
        .try_init();
    Some(guard)
}

/// How much is logged of what this program does, and of what the libraries in it do.
fn levels(ours: LevelFilter, others: LevelFilter) -> Targets {
    Targets::new()
        .with_target("butterfly_console", ours)
        .with_default(others)
}

/// `<home>/logs/butterfly.DATE.log`, made once there is a home: the console may open before there is one.
struct LogFile {
    home: PathBuf,
    appender: Option<RollingFileAppender>,
}

impl LogFile {
    fn open(&mut self) -> Option<&mut RollingFileAppender> {
        if self.appender.is_none() && self.home.is_dir() {
            let folder = self.home.join("logs");
            private::make_folder(&folder).ok()?;
            self.appender = RollingFileAppender::builder()
                .rotation(Rotation::DAILY)
                .filename_prefix("butterfly")
                .filename_suffix("log")
                .max_log_files(DAYS)
                .build(folder)
                .ok();
        }
        self.appender.as_mut()
    }
}

impl Write for LogFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.open() {
            Some(appender) => appender.write(bytes),
            None => Ok(bytes.len()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.appender.as_mut().map_or(Ok(()), Write::flush)
    }
}

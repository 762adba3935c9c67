//! Where exports go: a file that is whole or not there, or stdout. Files and programs get the bytes as they are; a
//! terminal would obey what others wrote into them, and gets inert text.

use super::inert::InertWriter;
use super::outcome::{Outcome, Stop, file_failed};
use crate::protocol::Code;
use crate::workspace::{Failure, NotWritten, PartialFile};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

/// Where an export goes. A file appears under its name only when it is whole.
pub struct ExportTarget {
    sink: Sink,
    is_pipe_closed: bool,
}

enum Sink {
    Stdout(Box<dyn Write + Send>),
    File(PartialFile, PathBuf),
}

impl ExportTarget {
    /// Begins it. A file of that name that is there already is replaced only if that is wanted.
    pub fn open(path: &Path, force: bool) -> Result<Self, Failure> {
        Self::begin(path, || PartialFile::create(path, force))
    }

    /// The same for what only its owner may read.
    pub fn open_private(path: &Path, force: bool) -> Result<Self, Failure> {
        Self::begin(path, || PartialFile::create_private(path, force))
    }

    fn begin(path: &Path, create: impl FnOnce() -> Result<PartialFile, NotWritten>) -> Result<Self, Failure> {
        let sink = match path.as_os_str() == "-" {
            true => Sink::Stdout(stdout()),
            false => {
                let file = create().map_err(|problem| not_written(path, problem))?;
                Sink::File(file, path.to_owned())
            }
        };
        Ok(Self {
            sink,
            is_pipe_closed: false,
        })
    }

    /// What became of an export: a whole one is kept; of one that failed nothing is left; and whoever read it and
    /// went away is told nothing.
    pub fn end<T>(mut self, written: Result<T, Failure>) -> Outcome<T> {
        let ended = match written {
            // A file that is not kept goes when it is dropped.
            Err(failure) => Err(self.of_the_file(failure)),
            Ok(written) => self.flush_or_tell().map(|()| written),
        };
        match (ended, self.sink) {
            (Err(_), _) if self.is_pipe_closed => Err(Stop::PipeClosed),
            (Err(failure), _) => Err(failure.into()),
            (Ok(written), Sink::Stdout(_)) => Ok(written),
            (Ok(written), Sink::File(file, path)) => match file.keep() {
                Ok(()) => Ok(written),
                Err(problem) => Err(not_written(&path, problem).into()),
            },
        }
    }

    /// A failure to write, told of the file by its name.
    fn of_the_file(&mut self, failure: Failure) -> Failure {
        let Sink::File(file, path) = &mut self.sink else {
            return failure;
        };
        match file.take_problem() {
            Some(problem) => file_failed("write", path, &problem),
            None => failure,
        }
    }

    fn flush_or_tell(&mut self) -> Result<(), Failure> {
        let flushed = self.flush();
        flushed.map_err(|error| {
            let place = match &self.sink {
                Sink::Stdout(_) => Path::new("stdout"),
                Sink::File(_, path) => path,
            };
            file_failed("write", place, &error)
        })
    }

    fn noting_pipe<T>(&mut self, result: io::Result<T>) -> io::Result<T> {
        if let Err(error) = &result {
            self.is_pipe_closed |= error.kind() == io::ErrorKind::BrokenPipe;
        }
        result
    }
}

fn stdout() -> Box<dyn Write + Send> {
    let stdout = BufWriter::with_capacity(1 << 18, io::stdout());
    match io::stdout().is_terminal() {
        true => Box::new(InertWriter::new(stdout)),
        false => Box::new(stdout),
    }
}

fn not_written(path: &Path, problem: NotWritten) -> Failure {
    match problem {
        NotWritten::Taken => is_there(path),
        NotWritten::NoFile(_) => problem.at(path),
        NotWritten::Failed(error) => file_failed("write", path, &error),
    }
}

fn is_there(path: &Path) -> Failure {
    Failure::new(
        Code::FileFailed,
        format!("{} is there already", path.display()),
        "choose another name, or replace it with --force",
    )
}

impl Write for ExportTarget {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let result = match &mut self.sink {
            Sink::Stdout(stdout) => stdout.write(bytes),
            Sink::File(file, _) => file.write(bytes),
        };
        self.noting_pipe(result)
    }

    fn flush(&mut self) -> io::Result<()> {
        let result = match &mut self.sink {
            Sink::Stdout(stdout) => stdout.flush(),
            Sink::File(file, _) => file.flush(),
        };
        self.noting_pipe(result)
    }
}

//! A file that appears under its name only when it is whole: exports are written so, wherever they are asked for.

use super::Failure;
use super::file_failure::cannot;
use crate::protocol::Code;
use crate::seal::{in_place, private};
use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// Bytes that are written at a time.
const BUFFER: usize = 1 << 18;

/// A file that is gone again unless it is kept: what was written so far of an export that failed or was cancelled.
pub struct PartialFile {
    writer: BufWriter<File>,
    written: PathBuf,
    wanted: PathBuf,
    overwrite: bool,
    is_private: bool,
    is_kept: bool,
    /// Why something could not be written.
    problem: Option<io::Error>,
}

/// Why a file is not there.
#[derive(Debug, thiserror::Error)]
pub enum NotWritten {
    /// One of that name is there, and was not to be replaced.
    #[error("it is there already")]
    Taken,
    /// What is there is no file, and is never replaced.
    #[error("it is {0}")]
    NoFile(&'static str),
    /// It cannot be written.
    #[error(transparent)]
    Failed(#[from] io::Error),
}

impl NotWritten {
    /// As a failure, for the console.
    pub fn at(self, path: &Path) -> Failure {
        match self {
            Self::Taken => Failure::new(
                Code::FileFailed,
                format!("{} is there already", path.display()),
                "choose another name, or have it replaced where that is offered",
            ),
            Self::NoFile(what) => Failure::new(
                Code::FileFailed,
                format!("{} is {what}, and nothing is put in its place", path.display()),
                "name a file",
            ),
            Self::Failed(error) => cannot(path, "be written", &error),
        }
    }
}

impl PartialFile {
    /// Begins a file; one of that name that is there already is replaced only if that is wanted. The new one is then open
    /// to those to whom the old one was, and a link leads to it as it did before.
    pub fn create(wanted: &Path, overwrite: bool) -> Result<Self, NotWritten> {
        Self::begin(wanted, overwrite, false)
    }

    /// The same for what only its owner may read (mode 0600), whatever it replaces.
    pub fn create_private(wanted: &Path, overwrite: bool) -> Result<Self, NotWritten> {
        Self::begin(wanted, overwrite, true)
    }

    fn begin(wanted: &Path, overwrite: bool, is_private: bool) -> Result<Self, NotWritten> {
        let replaced = replaced(wanted)?;
        if replaced.is_some() && !overwrite {
            return Err(NotWritten::Taken);
        }
        // Whom the old one was not open to does not look into the new one either while it is written.
        let mut options = match is_private || replaced.is_some() {
            true => private::files(),
            false => File::options(),
        };
        let wanted = replaced.unwrap_or_else(|| wanted.to_owned());
        let mut written = wanted.as_os_str().to_owned();
        written.push(format!(".{}.part", std::process::id()));
        let written = PathBuf::from(written);
        let file = options.write(true).create_new(true).open(&written)?;
        Ok(Self {
            writer: BufWriter::with_capacity(BUFFER, file),
            written,
            wanted,
            overwrite,
            is_private,
            is_kept: false,
            problem: None,
        })
    }

    /// Why what was to be written into it could not be, if that is so.
    pub fn take_problem(&mut self) -> Option<io::Error> {
        self.problem.take()
    }

    fn noting<T>(&mut self, result: io::Result<T>) -> io::Result<T> {
        if let Err(error) = &result {
            let same = || io::Error::new(error.kind(), error.to_string());
            self.problem = Some(
                error
                    .raw_os_error()
                    .map_or_else(same, io::Error::from_raw_os_error),
            );
        }
        result
    }

    /// Gives it its name once it is on the disk: for what must outlive a loss of power.
    pub fn keep_durably(mut self) -> Result<(), NotWritten> {
        self.finish()?;
        self.writer.get_ref().sync_all()?;
        self.put()?;
        Ok(in_place::sync_folder_of(&self.wanted)?)
    }

    /// Gives it its name.
    pub fn keep(mut self) -> Result<(), NotWritten> {
        self.finish()?;
        self.put()
    }

    fn finish(&mut self) -> io::Result<()> {
        self.writer.flush()?;
        if !self.overwrite || self.is_private {
            return Ok(());
        }
        match fs::metadata(&self.wanted) {
            Ok(replaced) => private::open_like(self.writer.get_ref(), &replaced),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn put(&mut self) -> Result<(), NotWritten> {
        let put = match self.overwrite {
            true => fs::rename(&self.written, &self.wanted),
            // Somebody may have made a file of that name in the meantime.
            false => in_place::put(&self.written, &self.wanted),
        };
        match put {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(NotWritten::Taken),
            Err(error) => Err(error.into()),
            Ok(()) => {
                self.is_kept = true;
                Ok(())
            }
        }
    }
}

impl Write for PartialFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.writer.write(bytes);
        self.noting(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.writer.flush();
        self.noting(flushed)
    }
}

impl Drop for PartialFile {
    fn drop(&mut self) {
        if !self.is_kept {
            // What cannot be removed is only a leftover; the failure itself is told.
            let _ = fs::remove_file(&self.written);
        }
    }
}

/// The file that is there under this name, at the end of all links; none if there is nothing. What is no file is refused.
fn replaced(wanted: &Path) -> Result<Option<PathBuf>, NotWritten> {
    let about = match fs::symlink_metadata(wanted) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        about => about?,
    };
    if about.is_file() {
        return Ok(Some(wanted.to_owned()));
    }
    let place = match fs::canonicalize(wanted) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Err(NotWritten::NoFile("a link to something that is not there"));
        }
        place => place?,
    };
    let about = fs::metadata(&place)?;
    if about.is_dir() {
        return Err(NotWritten::NoFile("a folder"));
    }
    if !about.is_file() {
        return Err(NotWritten::NoFile(
            "a device, or something else that is not a plain file",
        ));
    }
    Ok(Some(place))
}

#[cfg(test)]
mod tests;

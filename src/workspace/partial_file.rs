//! A file that appears under its name only when it is whole: exports are written so, wherever they are asked for.

use super::Failure;
use super::folders::cannot;
use crate::protocol::Code;
use crate::seal::{in_place, private};
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Bytes that are written at a time.
const BUFFER: usize = 1 << 18;

/// A file that is gone again unless it is kept: what was written so far of an export that failed or was cancelled.
pub struct PartialFile {
    writer: BufWriter<File>,
    written: PathBuf,
    wanted: PathBuf,
    overwrite: bool,
    is_kept: bool,
}

/// Why a file is not there.
#[derive(Debug, thiserror::Error)]
pub enum NotWritten {
    /// One of that name is there, and was not to be replaced.
    #[error("it is there already")]
    Taken,
    /// It cannot be written.
    #[error(transparent)]
    Failed(#[from] io::Error),
}

impl NotWritten {
    /// As a failure, for the console.
    pub(super) fn at(self, path: &Path) -> Failure {
        match self {
            Self::Taken => Failure::new(
                Code::FileFailed,
                format!("{} is there already", path.display()),
                "choose another name, or have it replaced where that is offered",
            ),
            Self::Failed(error) => cannot(path, "be written", &error),
        }
    }
}

impl PartialFile {
    /// Begins a file; one of that name that is there already is replaced only if that is wanted.
    pub fn create(wanted: &Path, overwrite: bool) -> Result<Self, NotWritten> {
        Self::begin(wanted, overwrite, OpenOptions::new())
    }

    /// The same for what only its owner may read (mode 0600).
    pub fn create_private(wanted: &Path, overwrite: bool) -> Result<Self, NotWritten> {
        Self::begin(wanted, overwrite, private::files())
    }

    fn begin(wanted: &Path, overwrite: bool, mut options: OpenOptions) -> Result<Self, NotWritten> {
        if !overwrite && wanted.exists() {
            return Err(NotWritten::Taken);
        }
        let mut written = wanted.as_os_str().to_owned();
        written.push(format!(".{}.part", std::process::id()));
        let written = PathBuf::from(written);
        let file = options.write(true).create_new(true).open(&written)?;
        Ok(Self {
            writer: BufWriter::with_capacity(BUFFER, file),
            written,
            wanted: wanted.to_owned(),
            overwrite,
            is_kept: false,
        })
    }

    /// Gives it its name once it is on the disk: for what must outlive a loss of power.
    pub fn keep_durably(mut self) -> Result<(), NotWritten> {
        self.writer.flush()?;
        self.writer.get_ref().sync_all()?;
        self.put()?;
        Ok(in_place::sync_folder_of(&self.wanted)?)
    }

    /// Gives it its name.
    pub fn keep(mut self) -> Result<(), NotWritten> {
        self.writer.flush()?;
        self.put()
    }

    fn put(&mut self) -> Result<(), NotWritten> {
        let put = match self.overwrite {
            true => std::fs::rename(&self.written, &self.wanted),
            // Somebody may have made a file of that name in the meantime.
            false => in_place::put(&self.written, &self.wanted),
        };
        match put {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(NotWritten::Taken),
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
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

impl Drop for PartialFile {
    fn drop(&mut self) {
        if !self.is_kept {
            // What cannot be removed is only a leftover; the failure itself is told.
            let _ = std::fs::remove_file(&self.written);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn what_is_not_kept_leaves_nothing_and_what_is_kept_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.jsonl");
        let mut partial = PartialFile::create(&path, false).unwrap();
        partial.write_all(b"half").unwrap();
        assert!(!path.exists(), "it appears only when it is whole");
        drop(partial);
        assert!(files(folder.path()).is_empty());
        let mut partial = PartialFile::create(&path, false).unwrap();
        partial.write_all(b"whole").unwrap();
        partial.keep().unwrap();
        assert_eq!(files(folder.path()), ["out.jsonl"]);
        assert_eq!(std::fs::read(&path).unwrap(), b"whole");
    }

    #[test]
    fn a_file_that_came_in_the_meantime_is_not_replaced_unless_wanted() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.csv");
        let mut partial = PartialFile::create(&path, false).unwrap();
        partial.write_all(b"ours").unwrap();
        std::fs::write(&path, b"theirs").unwrap();
        assert!(partial.keep().is_err());
        assert_eq!(std::fs::read(&path).unwrap(), b"theirs");
        assert_eq!(files(folder.path()), ["out.csv"]);
        let mut partial = PartialFile::create(&path, true).unwrap();
        partial.write_all(b"ours").unwrap();
        partial.keep().unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"ours");
    }
}

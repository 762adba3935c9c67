//! Pointers in and out of files that are named by their path: what the console does with one key.

use super::folders::cannot;
use super::{
    Failure, ImportFormat, ImportPreview, ImportProgress, ImportReport, StopSign, Workspace, blocking,
};
use crate::protocol::Code;
use crate::store::PointerQuery;
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Bytes that are read and written at a time.
const BUFFER: usize = 1 << 18;

impl ImportFormat {
    /// The form that a file's name promises: CSV by its ending, else one JSON object a line.
    pub fn of(path: &Path) -> Self {
        let is_csv = path
            .extension()
            .is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
        if is_csv { Self::Csv } else { Self::Jsonl }
    }
}

impl Workspace {
    /// Imports a file. All good rows in one step, or nothing at all; see [`Workspace::import_pointers`].
    pub async fn import_file(
        &self,
        instance: &str,
        path: &Path,
        skip_bad: bool,
        stop: &StopSign,
        progress: &(dyn Fn(ImportProgress, Option<u64>) + Send + Sync),
    ) -> Result<ImportReport, Failure> {
        let (source, length) = source_of(path).await?;
        let format = ImportFormat::of(path);
        self.import_until(instance, source, format, skip_bad, stop, &|now| {
            progress(now, Some(length));
        })
        .await
    }

    /// What importing a file would come to; see [`Workspace::preview_import`].
    pub async fn preview_file(
        &self,
        instance: &str,
        path: &Path,
        stop: &StopSign,
        progress: &(dyn Fn(ImportProgress, Option<u64>) + Send + Sync),
    ) -> Result<ImportPreview, Failure> {
        let (source, length) = source_of(path).await?;
        self.preview_import(instance, source, ImportFormat::of(path), stop, &|now| {
            progress(now, Some(length));
        })
        .await
    }

    /// Exports what a query matches into a file, and tells how many pointers that were. The file appears under its
    /// name when it is whole; one that is there already is replaced only if that is wanted.
    pub async fn export_file(
        &self,
        instance: &str,
        path: &Path,
        wanted: &PointerQuery,
        overwrite: bool,
        progress: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<u64, Failure> {
        let mut partial = PartialFile::create(path, overwrite)?;
        let count = self
            .export_matching(
                instance,
                wanted,
                &mut partial.writer,
                ImportFormat::of(path),
                progress,
            )
            .await?;
        partial.keep(overwrite)?;
        Ok(count)
    }
}

/// A file to be read, and its length.
async fn source_of(path: &Path) -> Result<(Box<dyn BufRead + Send>, u64), Failure> {
    let place = path.to_owned();
    let opened = blocking(move || {
        let file = File::open(&place)?;
        let about = file.metadata()?;
        if about.is_dir() {
            return Err(std::io::ErrorKind::IsADirectory.into());
        }
        Ok((file, about.len()))
    })
    .await;
    let (file, length) = opened.map_err(|error| cannot(path, "be read", &error))?;
    Ok((Box::new(BufReader::with_capacity(BUFFER, file)), length))
}

/// A file that is gone again unless it is kept: what was written so far of an export that failed or was cancelled.
pub(super) struct PartialFile {
    pub(super) writer: BufWriter<File>,
    written: PathBuf,
    wanted: PathBuf,
    is_kept: bool,
}

impl PartialFile {
    /// Begins a file; refused if one of that name is there that is not to be replaced.
    pub(super) fn create(wanted: &Path, overwrite: bool) -> Result<Self, Failure> {
        if !overwrite && wanted.exists() {
            return Err(Failure::new(
                Code::FileFailed,
                format!("{} is there already", wanted.display()),
                "choose another name, or say that it may be replaced",
            ));
        }
        let mut written = wanted.as_os_str().to_owned();
        written.push(format!(".{}.part", std::process::id()));
        let written = PathBuf::from(written);
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&written)
            .map_err(|error| cannot(wanted, "be written", &error))?;
        Ok(Self {
            writer: BufWriter::with_capacity(BUFFER, file),
            written,
            wanted: wanted.to_owned(),
            is_kept: false,
        })
    }

    /// Gives it its name.
    pub(super) fn keep(mut self, overwrite: bool) -> Result<(), Failure> {
        let moved = self.writer.flush().and_then(|()| match overwrite {
            true => std::fs::rename(&self.written, &self.wanted),
            // Fails if somebody made a file of that name in the meantime.
            false => std::fs::hard_link(&self.written, &self.wanted),
        });
        moved.map_err(|error| cannot(&self.wanted, "be written", &error))?;
        // A link leaves the name that was written to behind, and that goes.
        self.is_kept = overwrite;
        Ok(())
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
        partial.writer.write_all(b"half").unwrap();
        assert!(!path.exists(), "it appears only when it is whole");
        drop(partial);
        assert!(files(folder.path()).is_empty());
        let mut partial = PartialFile::create(&path, false).unwrap();
        partial.writer.write_all(b"whole").unwrap();
        partial.keep(false).unwrap();
        assert_eq!(files(folder.path()), ["out.jsonl"]);
        assert_eq!(std::fs::read(&path).unwrap(), b"whole");
    }

    #[test]
    fn a_file_that_came_in_the_meantime_is_not_replaced_unless_wanted() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.csv");
        let mut partial = PartialFile::create(&path, false).unwrap();
        partial.writer.write_all(b"ours").unwrap();
        std::fs::write(&path, b"theirs").unwrap();
        assert!(partial.keep(false).is_err());
        assert_eq!(std::fs::read(&path).unwrap(), b"theirs");
        assert_eq!(files(folder.path()), ["out.csv"]);
        let mut partial = PartialFile::create(&path, true).unwrap();
        partial.writer.write_all(b"ours").unwrap();
        partial.keep(true).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"ours");
    }

    #[test]
    fn the_name_promises_the_form() {
        assert_eq!(ImportFormat::of(Path::new("a.CSV")), ImportFormat::Csv);
        assert_eq!(ImportFormat::of(Path::new("a.jsonl")), ImportFormat::Jsonl);
    }
}

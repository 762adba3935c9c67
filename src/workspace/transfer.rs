//! Pointers in and out of files that are named by their path: what the console does with one key.

use super::file_failure::cannot;
use super::file_witness::{FileDigest, Witness};
use super::partial_file::{NotWritten, PartialFile};
use super::{
    Failure, ImportChoice, ImportFormat, ImportPreview, ImportProgress, ImportReport, StopSign, Workspace,
    blocking,
};
use crate::store::PointerQuery;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

/// Bytes that are read at a time.
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
    /// Imports a file. All good rows in one step, or nothing at all; see [`Workspace::import_pointers`]. Nothing where the
    /// file does not say any more what was agreed to.
    pub async fn import_file(
        &self,
        instance: &str,
        path: &Path,
        skip_bad: bool,
        agreed: Option<FileDigest>,
        stop: &StopSign,
        progress: &(dyn Fn(ImportProgress, Option<u64>) + Send + Sync),
    ) -> Result<ImportReport, Failure> {
        let (source, length) = source_of(path, agreed).await?;
        let source = Box::new(BufReader::with_capacity(BUFFER, source));
        let format = ImportFormat::of(path);
        let choice = ImportChoice {
            skip_bad,
            ..ImportChoice::default()
        };
        self.import_until(instance, source, format, choice, stop, &|now| {
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
        let (source, length) = source_of(path, None).await?;
        let told = source.told();
        let source = Box::new(BufReader::with_capacity(BUFFER, source));
        let tell = |now| progress(now, Some(length));
        let preview = self
            .preview_import(instance, source, ImportFormat::of(path), stop, &tell)
            .await?;
        Ok(ImportPreview {
            file: told.get().copied(),
            ..preview
        })
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
        let told = |problem: NotWritten| problem.at(path);
        let mut partial = PartialFile::create(path, overwrite).map_err(told)?;
        let written = self
            .export_matching(instance, wanted, &mut partial, ImportFormat::of(path), progress)
            .await;
        let count = match (written, partial.take_problem()) {
            (Err(_), Some(problem)) => return Err(cannot(path, "be written", &problem)),
            (written, _) => written?,
        };
        partial.keep().map_err(told)?;
        Ok(count)
    }
}

/// A file to be read, and its length.
async fn source_of(path: &Path, agreed: Option<FileDigest>) -> Result<(Witness, u64), Failure> {
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
    Ok((Witness::new(file, agreed), length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_promises_the_form() {
        assert_eq!(ImportFormat::of(Path::new("a.CSV")), ImportFormat::Csv);
        assert_eq!(ImportFormat::of(Path::new("a.jsonl")), ImportFormat::Jsonl);
    }
}

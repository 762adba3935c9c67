//! The number that is another one whenever something changed that can be listed. While a database is open it is counted in
//! memory. Who looks at it while nobody has it open finds the last one in a file beside it: `instance.changes`.
//!
//! The file is written at the first change of a run and at its end, and nowhere in between: a run that ends badly leaves
//! another number all the same. One that only reads writes nothing. Who writes counts, at each commit, and not who asked for
//! it: they may be gone, or go on when the database is closed already.

use crate::model::Timestamp;
use crate::seal::private;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Counts changes of one database.
pub(super) struct Changes {
    number: AtomicU64,
    is_noted: AtomicBool,
    file: PathBuf,
}

impl Changes {
    /// Of a database that is opened now. Another process that had it open before counted from an earlier moment.
    pub(super) fn of(database: &Path) -> Self {
        Self {
            number: AtomicU64::new(Timestamp::now().as_micros().unsigned_abs()),
            is_noted: AtomicBool::new(false),
            file: file_beside(database),
        }
    }

    /// The number now.
    pub(super) fn number(&self) -> u64 {
        self.number.load(Ordering::Relaxed)
    }

    /// Something changed.
    pub(super) fn count(&self) {
        let number = self.number.fetch_add(1, Ordering::Relaxed) + 1;
        if !self.is_noted.swap(true, Ordering::Relaxed) {
            self.note(number);
        }
    }

    /// Nothing changes any more.
    pub(super) fn end(&self) {
        if self.is_noted.load(Ordering::Relaxed) {
            self.note(self.number());
        }
    }

    /// What was changed is no less so where this cannot be written: lists are read again later then.
    fn note(&self, number: u64) {
        if let Err(error) = replace(&self.file, number) {
            tracing::warn!(file = %self.file.display(), %error, "the number of the last change is not kept");
        }
    }
}

/// The number as whoever had this database open last left it; 0 where it was never changed.
pub fn changes_kept(database: &Path) -> u64 {
    let text = fs::read_to_string(file_beside(database)).unwrap_or_default();
    text.trim().parse().unwrap_or(0)
}

fn file_beside(database: &Path) -> PathBuf {
    database.with_extension("changes")
}

fn replace(file: &Path, number: u64) -> io::Result<()> {
    let beside = file.with_extension("changes-new");
    let mut made = private::files()
        .write(true)
        .create(true)
        .truncate(true)
        .open(&beside)?;
    writeln!(made, "{number}")?;
    drop(made);
    fs::rename(&beside, file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_changed_something_leaves_its_last_number_and_one_that_only_read_the_one_before() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("instance.db");
        assert_eq!(changes_kept(&database), 0);
        let run = Changes::of(&database);
        run.end();
        assert_eq!(changes_kept(&database), 0, "it only read");
        run.count();
        let first = changes_kept(&database);
        assert_eq!(first, run.number(), "one that ends badly now has told");
        run.count();
        assert_eq!(changes_kept(&database), first, "not each of a million");
        run.end();
        assert_eq!(changes_kept(&database), first + 1);
        fs::write(file_beside(&database), "nonsense").unwrap();
        assert_eq!(changes_kept(&database), 0);
    }
}

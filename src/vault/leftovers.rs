//! What lies beside a vault and is not part of it: what a database that is gone left, and what processes left that were
//! ended in the middle of making or copying one.

use super::{VaultError, files};
use crate::model::Timestamp;
use crate::seal::private;
use std::fs::{self, File};
use std::path::Path;

/// What SQLite keeps beside the database.
const BESIDE: [&str; 3] = ["console.db-wal", "console.db-shm", "console.db-journal"];
/// Beginnings of the names of what is being made; the id of its process follows.
const UNFINISHED: [&str; 3] = ["console.db.copy-", "console.db.making-", "vault.key.making-"];

/// Moves aside what SQLite kept beside a database that is not there any more: it would play that into a new one.
pub(super) fn set_aside(folder: &Path) -> Result<(), VaultError> {
    let is_there = |name: &&str| fs::symlink_metadata(folder.join(name)).is_ok();
    let left: Vec<&str> = BESIDE.into_iter().filter(is_there).collect();
    if left.is_empty() {
        return Ok(());
    }
    let (now, process) = (Timestamp::now().as_micros(), std::process::id());
    let aside = folder.join(format!(".replaced-{now}-{process}"));
    private::folders()
        .create(&aside)
        .map_err(|error| files::not_possible(&aside, &error, "cannot be made"))?;
    for name in left {
        let place = folder.join(name);
        fs::rename(&place, aside.join(name))
            .map_err(|error| files::not_possible(&place, &error, "cannot be moved aside"))?;
    }
    tracing::warn!(folder = %aside.display(), "what a vault that is gone left beside it was moved aside");
    Ok(())
}

/// A turn at putting a vault into this folder, until it is dropped. Where a file system knows no such turns there is none.
pub(super) fn turn(folder: &Path) -> Option<File> {
    let folder = File::open(folder).ok()?;
    folder.lock().ok()?;
    Some(folder)
}

/// Removes what a process left unfinished that is gone: a copy of the whole vault opens with the lock of that time.
pub(super) fn remove_unfinished(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let process = name.to_str().and_then(maker_of);
        if process.is_none_or(is_running) {
            continue;
        }
        if let Err(error) = fs::remove_file(entry.path()) {
            tracing::warn!(file = %entry.path().display(), %error, "an unfinished copy of the vault stays behind");
        }
    }
}

/// The process that was making a file of this name, if it was unfinished.
fn maker_of(name: &str) -> Option<u32> {
    let rest = UNFINISHED.iter().find_map(|start| name.strip_prefix(start))?;
    let digits = rest.split(|letter: char| !letter.is_ascii_digit()).next()?;
    digits.parse().ok()
}

#[cfg(unix)]
fn is_running(process: u32) -> bool {
    use rustix::io::Errno;
    use rustix::process::{Pid, test_kill_process};
    let pid = i32::try_from(process).ok().and_then(Pid::from_raw);
    pid.is_some_and(|pid| test_kill_process(pid) != Err(Errno::SRCH))
}

/// That cannot be told here, so nothing is taken from under anybody.
#[cfg(not(unix))]
fn is_running(_: u32) -> bool {
    true
}

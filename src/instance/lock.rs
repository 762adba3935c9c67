//! Who has an instance open: one process at a time, which holds the lock on a file in its folder and says its id there.
//!
//! The lock decides, not the text: a process that crashed leaves its id behind, one that opens or closes the instance has
//! the lock for a moment without one. Whoever cannot tell must not take that for nobody.

use crate::seal::private;
use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::time::Duration;

/// How often, and after how long, it is looked again at a lock whose holder is about to say who it is, or to let go.
const LOOKS: u32 = 10;
const PAUSE: Duration = Duration::from_millis(5);

/// Who has an instance open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LockHolder {
    /// Nobody.
    Nobody,
    /// A process, by its id.
    Process(u32),
    /// That cannot be told, and why.
    Untold(String),
}

impl LockHolder {
    /// The process, where it is known.
    pub fn pid(&self) -> Option<u32> {
        match self {
            Self::Process(pid) => Some(*pid),
            _ => None,
        }
    }
}

/// The lock on a folder; let go when dropped, and by the system if the process dies.
pub struct FolderLock(File);

impl Drop for FolderLock {
    fn drop(&mut self) {
        // An old PID does no harm: the lock decides, not the text.
        let _ = self.0.set_len(0);
    }
}

/// Takes the lock on this file and says so in it; none if somebody has it. The file becomes the owner's of its folder, who
/// could not even see otherwise that somebody else has it.
pub(super) fn take(path: &Path) -> io::Result<Option<FolderLock>> {
    let mut options = private::files();
    options.read(true).write(true).create(true).truncate(false);
    private::follow_no_link(&mut options);
    let mut file = options.open(path)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(None),
        Err(TryLockError::Error(error)) => return Err(error),
    }
    private::give_to_owner_of_folder(&file, path);
    file.set_len(0)?;
    writeln!(file, "{}", std::process::id())?;
    Ok(Some(FolderLock(file)))
}

/// Who has the lock on this file.
pub(super) fn holder(path: &Path) -> LockHolder {
    for _ in 0..LOOKS {
        match look(path) {
            Ok(None) => return LockHolder::Nobody,
            Ok(Some(Some(pid))) => return LockHolder::Process(pid),
            Ok(Some(None)) => std::thread::sleep(PAUSE),
            Err(error) => return LockHolder::Untold(format!("{} cannot be read: {error}", path.display())),
        }
    }
    LockHolder::Untold(format!(
        "a process has the lock on {} and does not say which one it is",
        path.display()
    ))
}

/// The process that had the lock and was gone before it could give it back: it crashed, or was killed.
pub(super) fn deserted_by(path: &Path) -> Option<u32> {
    let mut file = File::open(path).ok()?;
    let pid = read_pid(&mut file)?;
    file.try_lock_shared().is_ok().then_some(pid)
}

/// Whether somebody has the lock, and who by what it says. Looking gets in the way of opening for no more than a moment.
fn look(path: &Path) -> io::Result<Option<Option<u32>>> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
        Ok(about) if !about.is_file() => {
            return Err(io::Error::other(
                "it is a link or something else that is not a plain file",
            ));
        }
        Ok(_) => {}
    }
    let mut file = File::open(path)?;
    match file.try_lock_shared() {
        Ok(()) => Ok(None),
        Err(TryLockError::WouldBlock) => Ok(Some(read_pid(&mut file))),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

fn read_pid(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.seek(SeekFrom::Start(0)).ok()?;
    file.take(16).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_a_lock_is_said_and_that_it_cannot_be_told_is_not_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("instance.lock");
        assert_eq!(holder(&path), LockHolder::Nobody);
        let lock = take(&path).unwrap().unwrap();
        assert_eq!(holder(&path), LockHolder::Process(std::process::id()));
        assert!(take(&path).unwrap().is_none());
        // As in the moment in which it is taken or let go.
        lock.0.set_len(0).unwrap();
        assert!(matches!(holder(&path), LockHolder::Untold(why) if why.contains("does not say which")));
        drop(lock);
        assert_eq!(holder(&path), LockHolder::Nobody);
        fs::write(&path, "4000000\n").unwrap();
        assert_eq!(holder(&path), LockHolder::Nobody, "it crashed");
        assert_eq!(deserted_by(&path), Some(4_000_000));

        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        assert!(matches!(holder(&path), LockHolder::Untold(why) if why.contains("instance.lock")));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_in_the_place_of_a_lock_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("instance.lock");
        let other = folder.path().join("other");
        fs::write(&other, "not ours\n").unwrap();
        std::os::unix::fs::symlink(&other, &path).unwrap();
        assert!(matches!(holder(&path), LockHolder::Untold(_)));
        assert!(take(&path).is_err());
        assert_eq!(fs::read_to_string(&other).unwrap(), "not ours\n");
    }
}

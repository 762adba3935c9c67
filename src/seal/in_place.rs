//! Files that were made whole under another name, put under their own: never in the place of what somebody else put
//! there meanwhile, on every file system, and so that it outlives a loss of power.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

/// A way to give a file another name unless that is taken.
type Way = fn(&Path, &Path) -> io::Result<()>;

/// The surest first. Some file systems (FAT, some that are mounted from elsewhere) know no links, some of these no
/// renaming that replaces nothing either.
const WAYS: [Way; 3] = [link, rename_where_free, look_and_rename];

/// Gives the file its name, in one step where the file system can do that; fails with [`ErrorKind::AlreadyExists`] where
/// the name is taken, and the file stays where it is.
pub fn put(made: &Path, name: &Path) -> io::Result<()> {
    put_by(&WAYS, made, name)
}

fn put_by(ways: &[Way], made: &Path, name: &Path) -> io::Result<()> {
    let mut told = Err(ErrorKind::Unsupported.into());
    for way in ways {
        told = way(made, name);
        match &told {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => {}
            _ => break,
        }
    }
    told
}

fn link(made: &Path, name: &Path) -> io::Result<()> {
    fs::hard_link(made, name)?;
    // What cannot be removed is a second name for the same file, and only a leftover.
    let _ = fs::remove_file(made);
    Ok(())
}

#[cfg(any(target_os = "linux", target_os = "macos"))]
fn rename_where_free(made: &Path, name: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, made, CWD, name, RenameFlags::NOREPLACE)?)
}

/// Not every system can.
#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn rename_where_free(_: &Path, _: &Path) -> io::Result<()> {
    Err(ErrorKind::Unsupported.into())
}

/// Replaces what comes between the look and the renaming: for want of anything better.
fn look_and_rename(made: &Path, name: &Path) -> io::Result<()> {
    match fs::symlink_metadata(name) {
        Ok(_) => Err(ErrorKind::AlreadyExists.into()),
        Err(error) if error.kind() == ErrorKind::NotFound => fs::rename(made, name),
        Err(error) => Err(error),
    }
}

/// Makes durable which files are in a folder, as far as its file system can: some cannot for a folder, and one that may
/// be written to need not be one that may be read.
#[cfg(unix)]
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    match fs::File::open(folder).and_then(|folder| folder.sync_all()) {
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::InvalidInput | ErrorKind::Unsupported | ErrorKind::PermissionDenied
            ) =>
        {
            Ok(())
        }
        synced => synced,
    }
}

/// Folders cannot be opened like files; the file system's journal has to do.
#[cfg(not(unix))]
pub fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

/// The same for the folder that a file is in.
pub fn sync_folder_of(file: &Path) -> io::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    sync_folder(folder.unwrap_or(Path::new(".")))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As on a file system without links.
    fn refuse(_: &Path, _: &Path) -> io::Result<()> {
        Err(ErrorKind::PermissionDenied.into())
    }

    /// The ways that are left where this many are not known.
    fn without(unknown: usize) -> [Way; 3] {
        let mut ways = WAYS;
        ways[..unknown].fill(refuse);
        ways
    }

    #[test]
    fn a_file_gets_its_name_also_where_there_are_no_links() {
        for unknown in 0..WAYS.len() {
            let folder = tempfile::tempdir().unwrap();
            let (made, name) = (folder.path().join("made"), folder.path().join("name"));
            fs::write(&made, b"ours").unwrap();
            put_by(&without(unknown), &made, &name).unwrap();
            assert_eq!(fs::read(&name).unwrap(), b"ours");
            assert!(!made.exists(), "without {unknown} ways");
        }
    }

    #[test]
    fn a_name_that_is_taken_stays_as_it_is() {
        for unknown in 0..WAYS.len() {
            let folder = tempfile::tempdir().unwrap();
            let (made, name) = (folder.path().join("made"), folder.path().join("name"));
            fs::write(&made, b"ours").unwrap();
            fs::write(&name, b"theirs").unwrap();
            let refused = put_by(&without(unknown), &made, &name).unwrap_err();
            assert_eq!(
                refused.kind(),
                ErrorKind::AlreadyExists,
                "without {unknown} ways: {refused}"
            );
            assert_eq!(fs::read(&name).unwrap(), b"theirs");
            assert_eq!(fs::read(&made).unwrap(), b"ours");
        }
    }

    #[test]
    fn what_no_way_can_do_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let refused = put(&folder.path().join("absent"), &folder.path().join("name")).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::NotFound);
    }

    #[test]
    fn the_folder_of_a_bare_name_is_the_one_that_one_is_in() {
        sync_folder_of(Path::new("Cargo.toml")).unwrap();
        let absent = sync_folder_of(Path::new("/absent/folder/file")).unwrap_err();
        assert_eq!(absent.kind(), ErrorKind::NotFound);
    }
}

//! How files with secrets are to lie on a disk: for their owner alone, as the platform knows it. Permission
//! bits on Unix; elsewhere what a person's own folder hands down. Says so, and makes folders.

use std::fs::{DirBuilder, File, Metadata, OpenOptions};
use std::io;
use std::path::Path;

/// What makes folders that only their owner may enter (0700).
#[cfg_attr(not(unix), allow(unused_mut, reason = "only Unix has bits to set"))]
pub fn folders() -> DirBuilder {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

/// What makes files that only their owner may read (0600). How they are opened is for the caller to say.
#[cfg_attr(not(unix), allow(unused_mut, reason = "only Unix has bits to set"))]
pub fn files() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Makes a folder that only its owner may enter, unless it is there already. What it is to be in must be there, and has the
/// same owner.
pub fn make_folder(path: &Path) -> io::Result<()> {
    match folders().create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(()),
        result => result?,
    }
    let mut reading = OpenOptions::new();
    follow_no_link(reading.read(true));
    if let Ok(made) = reading.open(path) {
        give_to_owner_of_folder(&made, path);
    }
    Ok(())
}

/// Opens a file to those to whom another one was open that it replaces, and to nobody else. It becomes its owner's, too,
/// where that can be.
#[cfg(unix)]
pub fn open_like(file: &File, replaced: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
    let about = file.metadata()?;
    let mut mode = replaced.mode() & 0o777;
    let (owner, group) = (Some(replaced.uid()), Some(replaced.gid()));
    let is_theirs = (about.uid(), about.gid()) == (replaced.uid(), replaced.gid());
    if !is_theirs && fchown(file, owner, group).is_err() && fchown(file, None, group).is_err() {
        // What the one group could do is not for another one.
        mode &= 0o707;
    }
    if about.mode() & 0o777 == mode {
        // Some file systems have one mode for all files, and refuse every change of it.
        return Ok(());
    }
    file.set_permissions(PermissionsExt::from_mode(mode))
}

/// It has what its folder hands down.
#[cfg(not(unix))]
pub fn open_like(_: &File, _: &Metadata) -> io::Result<()> {
    Ok(())
}

/// Opens no link in the place of a file.
#[cfg(unix)]
pub fn follow_no_link(options: &mut OpenOptions) {
    let flag = rustix::fs::OFlags::NOFOLLOW.bits();
    // It is a bit of a signed number there.
    #[allow(clippy::cast_possible_wrap, reason = "the bits are what counts")]
    std::os::unix::fs::OpenOptionsExt::custom_flags(options, flag as i32);
}

/// The same, and waits for nobody where a pipe or a device is in the place of a file.
#[cfg(unix)]
pub fn follow_no_link_nor_wait(options: &mut OpenOptions) {
    let flags = (rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK).bits();
    #[allow(clippy::cast_possible_wrap, reason = "the bits are what counts")]
    std::os::unix::fs::OpenOptionsExt::custom_flags(options, flags as i32);
}

/// Neither is looked for.
#[cfg(not(unix))]
pub fn follow_no_link_nor_wait(_: &mut OpenOptions) {}

/// Links are not looked for.
#[cfg(not(unix))]
pub fn follow_no_link(_: &mut OpenOptions) {}

/// Gives what was opened at a path to whom its folder belongs, where that can be: what root leaves in somebody's folder is
/// not in their way.
#[cfg(unix)]
pub fn give_to_owner_of_folder(file: &File, path: &Path) {
    use std::os::unix::fs::{MetadataExt, fchown};
    let Some(Ok(folder)) = path.parent().map(std::fs::metadata) else {
        return;
    };
    let Ok(about) = file.metadata() else { return };
    // A file with another name besides may be anybody's.
    let is_only_here = about.is_dir() || (about.is_file() && about.nlink() == 1);
    if about.uid() != folder.uid() && is_only_here {
        let _ = fchown(file, Some(folder.uid()), Some(folder.gid()));
    }
}

/// It has what its folder hands down.
#[cfg(not(unix))]
pub fn give_to_owner_of_folder(_: &File, _: &Path) {}

/// The permission bits, if others than the owner may do something with it.
#[cfg(unix)]
pub fn open_to_others(about: &Metadata) -> Option<u32> {
    let mode = std::os::unix::fs::PermissionsExt::mode(&about.permissions()) & 0o7777;
    (mode & 0o077 != 0).then_some(mode)
}

/// Access lists are not looked at.
#[cfg(not(unix))]
pub fn open_to_others(_: &Metadata) -> Option<u32> {
    None
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::{MetadataExt, chown};

    #[test]
    fn what_is_made_in_somebody_s_folder_is_theirs() {
        let home = tempfile::tempdir().unwrap();
        // Only root can give; whoever else makes something there has it already.
        let somebody = match chown(home.path(), Some(4711), Some(4711)) {
            Ok(()) => 4711,
            Err(_) => std::fs::metadata(home.path()).unwrap().uid(),
        };
        let folder = home.path().join("folder");
        make_folder(&folder).unwrap();
        let path = folder.join("file");
        let mut options = files();
        follow_no_link(options.write(true).create(true));
        give_to_owner_of_folder(&options.open(&path).unwrap(), &path);
        for made in [&folder, &path] {
            assert_eq!(std::fs::metadata(made).unwrap().uid(), somebody);
        }
    }

    #[test]
    fn what_has_another_name_besides_is_not_given_away() {
        let home = tempfile::tempdir().unwrap();
        let (here, there) = (home.path().join("here"), home.path().join("folder/there"));
        std::fs::create_dir(home.path().join("folder")).unwrap();
        let file = File::create(&here).unwrap();
        let owner = file.metadata().unwrap().uid();
        let _ = chown(home.path().join("folder"), Some(4711), Some(4711));
        std::fs::hard_link(&here, &there).unwrap();
        give_to_owner_of_folder(&file, &there);
        assert_eq!(std::fs::metadata(&here).unwrap().uid(), owner);
    }
}

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

/// Makes a folder that only its owner may enter, unless it is there already. What it is to be in must be there.
pub fn make_folder(path: &Path) -> io::Result<()> {
    match folders().create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        result => result,
    }
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

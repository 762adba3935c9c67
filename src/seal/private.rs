//! How files with secrets are to lie on a disk: for their owner alone, as the platform knows it. Permission
//! bits on Unix; elsewhere what a person's own folder hands down. Says so, and makes folders.

use std::fs::{DirBuilder, Metadata, OpenOptions};
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

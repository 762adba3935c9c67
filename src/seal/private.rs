//! How files with secrets are to lie on a disk: for their owner alone, as the platform knows it. Permission
//! bits on Unix; elsewhere what a person's own folder hands down. Only says so, and touches no file itself.

use std::fs::{DirBuilder, Metadata, OpenOptions};

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

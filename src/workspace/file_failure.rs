//! What is said of a file that cannot be read or written, and what usually helps.

use super::Failure;
use crate::protocol::Code;
use std::io::ErrorKind;
use std::path::Path;

/// That something cannot be done to a file: `what` is `be read`, `be written`.
pub(super) fn cannot(path: &Path, what: &str, error: &std::io::Error) -> Failure {
    if let Some(folder) = path.parent()
        && error.kind() == ErrorKind::NotFound
        && !folder.as_os_str().is_empty()
        && !folder.exists()
    {
        return Failure::new(
            Code::FileFailed,
            format!(
                "{} cannot {what}: there is no folder {}",
                path.display(),
                folder.display()
            ),
            "make that folder first, or name another file",
        );
    }
    if error.kind() == ErrorKind::NotFound && path.is_relative() && is_nowhere() {
        return nowhere(path);
    }
    Failure::new(
        Code::FileFailed,
        format!("{} cannot {what}: {error}", path.display()),
        file_remedy(error),
    )
}

/// Whether the folder that this process runs in was removed.
pub fn is_nowhere() -> bool {
    std::env::current_dir().is_err_and(|error| error.kind() == ErrorKind::NotFound)
}

/// Said of a path that begins in a folder which was removed.
pub fn nowhere(path: &Path) -> Failure {
    Failure::new(
        Code::FileFailed,
        format!(
            "{} leads nowhere: the folder that this was started in is not there any more",
            path.display()
        ),
        "change to a folder that is there, or give the whole path",
    )
}

/// What usually helps against what the system says of a file.
pub fn file_remedy(error: &std::io::Error) -> &'static str {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            "free some space on the disk that it is on, or name a place on another one"
        }
        ErrorKind::ReadOnlyFilesystem => {
            "its disk is mounted for reading only: have it mounted for writing, or name a place on another one"
        }
        ErrorKind::PermissionDenied => "see who owns it and its folder: whoever runs this must get at both",
        ErrorKind::NotFound => "name one that is there",
        ErrorKind::InvalidData => "save it as text in UTF-8",
        _ => "check the path and its permissions, and that its disk is sound and not full",
    }
}

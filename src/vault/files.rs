//! Files and folders that only their owner may look into: made that way, and refused otherwise.

use super::VaultError;
use crate::seal::{DataKey, RootKey, in_place, private, random};
use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::path::Path;

fn refused(path: &Path, reason: impl Into<String>, remedy: &'static str) -> VaultError {
    VaultError::File {
        path: path.to_owned(),
        reason: reason.into(),
        remedy,
    }
}

pub(super) fn not_possible(path: &Path, error: &std::io::Error, what: &str) -> VaultError {
    let remedy = match error.kind() {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            "give a place that you may write to, with `--home DIR` or BUTTERFLY_HOME"
        }
        ErrorKind::StorageFull => "free some disk space and try again",
        _ => "check that the path is right and its disk is there",
    };
    refused(path, format!("{what}: {error}"), remedy)
}

/// Makes the home's folder, or takes one that is there: an empty one is made private, a used one must be.
pub(super) fn make_folder(path: &Path) -> Result<(), VaultError> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(|error| not_possible(parent, &error, "cannot be made"))?;
    }
    match private::folders().create(path) {
        Ok(()) => return Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => return Err(not_possible(path, &error, "cannot be made")),
    }
    let is_empty = fs::read_dir(path)
        .map_err(|error| not_possible(path, &error, "cannot be read"))?
        .next()
        .is_none();
    let is_folder = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_dir());
    if is_empty && is_folder {
        close(path).map_err(|error| not_possible(path, &error, "cannot be made private"))?;
    }
    check_folder(path)
}

/// Makes a folder that is there one that only its owner may enter.
#[cfg(unix)]
fn close(path: &Path) -> std::io::Result<()> {
    let private = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    fs::set_permissions(path, private)
}

/// It has what its parent hands down.
#[cfg(not(unix))]
fn close(_: &Path) -> std::io::Result<()> {
    Ok(())
}

/// Refuses a folder that others may look into, or a link.
pub(super) fn check_folder(path: &Path) -> Result<(), VaultError> {
    let metadata =
        fs::symlink_metadata(path).map_err(|error| not_possible(path, &error, "cannot be read"))?;
    if metadata.is_symlink() {
        return Err(refused(
            path,
            "is a link",
            "give the folder that it leads to instead",
        ));
    }
    if !metadata.is_dir() {
        return Err(refused(
            path,
            "is not a folder",
            "give a folder with `--home DIR`",
        ));
    }
    if let Some(mode) = private::open_to_others(&metadata) {
        return Err(refused(
            path,
            format!("others may look into it (mode {mode:04o})"),
            "make it private with `chmod 700`",
        ));
    }
    Ok(())
}

/// Refuses a file that others may read, or a link. A file that is not there is fine.
pub(super) fn check_file(path: &Path) -> Result<(), VaultError> {
    let metadata = match fs::symlink_metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(not_possible(path, &error, "cannot be read")),
    };
    if metadata.is_symlink() || !metadata.is_file() {
        return Err(refused(
            path,
            "is a link or not a plain file",
            "put the real file in its place",
        ));
    }
    if let Some(mode) = private::open_to_others(&metadata) {
        return Err(refused(
            path,
            format!("others may read it (mode {mode:04o})"),
            "make it private with `chmod 600`",
        ));
    }
    Ok(())
}

/// Makes an empty private file; refuses one that is there.
pub(super) fn make_file(path: &Path) -> Result<fs::File, VaultError> {
    private::files()
        .write(true)
        .create_new(true)
        .open(path)
        .map_err(|error| not_possible(path, &error, "cannot be written"))
}

/// Reads a key file: 32 bytes in base64url.
pub(super) fn read_key_file(path: &Path) -> Result<DataKey, VaultError> {
    check_file(path)?;
    let mut text = zeroize::Zeroizing::new(String::new());
    fs::File::open(path)
        .and_then(|file| file.take(4096).read_to_string(&mut text))
        .map_err(|error| {
            refused(
                path,
                format!("the key file cannot be read: {error}"),
                "give its place in BUTTERFLY_VAULT_KEY_FILE, or put it back from your backup",
            )
        })?;
    let key = RootKey::parse(&text).map_err(|_| {
        refused(
            path,
            "is not a key file: 32 bytes in base64url",
            "give the right file in BUTTERFLY_VAULT_KEY_FILE",
        )
    })?;
    Ok(DataKey::from_bytes(*key.expose_bytes()))
}

/// The key in a key file, which is made if it is not there.
pub(super) fn make_key_file(path: &Path) -> Result<DataKey, VaultError> {
    if fs::symlink_metadata(path).is_ok() {
        return read_key_file(path);
    }
    // Made under another name and put in place whole: whoever makes the same home at the same time reads all of it.
    let making = path.with_added_extension(format!("making-{}", std::process::id()));
    let _ = fs::remove_file(&making);
    let key = random::root_key();
    let mut file = make_file(&making)?;
    let put = file
        .write_all(key.expose_text().as_bytes())
        .and_then(|()| file.write_all(b"\n"))
        .and_then(|()| file.sync_all())
        .and_then(|()| in_place::put(&making, path));
    let _ = fs::remove_file(&making);
    match put {
        Ok(()) => Ok(DataKey::from_bytes(*key.expose_bytes())),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => read_key_file(path),
        Err(error) => Err(not_possible(path, &error, "cannot be written")),
    }
}

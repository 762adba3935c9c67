//! The folder of an instance: what lies where, with which modes, and who has it open.
//!
//! `instance.toml` is what makes a folder an instance: it arrives last, with the rename of the
//! whole folder, so that an interrupted creation leaves no half of one.

use super::lock::{self, FolderLock, LockHolder};
use super::{InstanceError, KeySource, Settings};
use crate::model::{Timestamp, line_of};
use crate::seal::in_place::sync_folder;
use crate::seal::{DataKey, RootKey, private};
use std::env::VarError;
use std::fs::{self, File, Metadata};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

const PRIVATE_FILE: u32 = 0o600;
const PRIVATE_FOLDER: u32 = 0o700;
/// Database files, with what SQLite keeps beside them.
const DATABASES: [&str; 6] = [
    "instance.db",
    "instance.db-wal",
    "instance.db-shm",
    "audit.db",
    "audit.db-wal",
    "audit.db-shm",
];

/// Paths within the folder of an instance.
#[derive(Debug, Clone)]
pub(super) struct Folder(PathBuf);

impl Folder {
    /// Names a folder; looks at nothing.
    pub(super) fn at(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// A file in it.
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Bytes of a database in it and of its write-ahead log.
    pub(super) fn size_of(&self, database: &str) -> u64 {
        let log = format!("{database}-wal");
        [database, &log]
            .into_iter()
            .filter_map(|name| fs::metadata(self.0.join(name)).ok())
            .map(|about| about.len())
            .sum()
    }

    pub(super) fn database(&self) -> PathBuf {
        self.0.join("instance.db")
    }

    pub(super) fn audit(&self) -> PathBuf {
        self.0.join("audit.db")
    }

    pub(super) fn settings(&self) -> PathBuf {
        self.0.join("instance.toml")
    }

    fn key(&self) -> PathBuf {
        self.0.join("instance.key")
    }

    pub(super) fn tls_certificate(&self) -> PathBuf {
        self.0.join("tls.crt")
    }

    pub(super) fn tls_key(&self) -> PathBuf {
        self.0.join("tls.key")
    }

    pub(super) fn tls_spare_key(&self) -> PathBuf {
        self.0.join("tls-spare.key")
    }

    /// Writes a file that is not there yet, for nobody else to read.
    pub(super) fn write_private(&self, path: &Path, bytes: &[u8]) -> Result<(), InstanceError> {
        write_new(path, bytes)
    }

    /// Puts a file in the place of another one, whole or not at all.
    pub(super) fn replace_private(&self, path: &Path, bytes: &[u8]) -> Result<(), InstanceError> {
        let beside = path.with_extension("new");
        let _ = fs::remove_file(&beside);
        write_new(&beside, bytes)?;
        fs::rename(&beside, path).map_err(|error| failed(path, &error))
    }

    /// Refuses a secret's file that is missing, a link, or readable by others.
    pub(super) fn check_secret(&self, path: &Path) -> Result<(), InstanceError> {
        if check_private(path)? {
            return Ok(());
        }
        Err(InstanceError::File {
            path: path.to_owned(),
            reason: "is missing".to_owned(),
            remedy: remedy_for(std::io::ErrorKind::NotFound),
        })
    }

    /// Refuses a secret's file of somebody else's making that is missing, or readable by others. It may be a link, which is how
    /// those that are renewed are given: then what it leads to counts, and tomorrow that may be another one.
    pub(super) fn check_given_secret(&self, path: &Path) -> Result<(), InstanceError> {
        let about = fs::metadata(path).map_err(|error| InstanceError::File {
            path: path.to_owned(),
            reason: format!("{error}; it is the key of the TLS certificate that instance.toml names"),
            remedy: "put it there, or give another certificate and key in instance.toml",
        })?;
        if !about.is_file() {
            return Err(refused(path, "is not a plain file, nor leads to one"));
        }
        check_mode(path, &about, PRIVATE_FILE)
    }

    /// Reads a secret's file.
    pub(super) fn read_secret(&self, path: &Path) -> Result<Zeroizing<String>, InstanceError> {
        self.check_secret(path)?;
        let mut text = Zeroizing::new(String::new());
        File::open(path)
            .and_then(|mut file| file.read_to_string(&mut text))
            .map_err(|error| failed(path, &error))?;
        Ok(text)
    }

    /// Reads a file that is no secret.
    pub(super) fn read_text(&self, path: &Path) -> Result<String, InstanceError> {
        fs::read_to_string(path).map_err(|error| failed(path, &error))
    }

    fn lock_file(&self) -> PathBuf {
        self.0.join("instance.lock")
    }

    /// Refuses a folder that is not there yet, is not private, or holds links or loose files.
    pub(super) fn check(&self) -> Result<(), InstanceError> {
        if !self.settings().exists() {
            return Err(self.missing());
        }
        let about = fs::symlink_metadata(&self.0).map_err(|error| failed(&self.0, &error))?;
        if !about.is_dir() {
            return Err(refused(&self.0, "is not a folder of its own (a link or a file)"));
        }
        check_mode(&self.0, &about, PRIVATE_FOLDER)?;
        for name in DATABASES {
            check_private(&self.0.join(name))?;
        }
        Ok(())
    }

    /// What a folder without settings is: no instance, or one that lacks them alone.
    fn missing(&self) -> InstanceError {
        match self.database().exists() && self.audit().exists() {
            true => InstanceError::NoSettings(self.0.clone()),
            false => InstanceError::Missing(self.0.clone()),
        }
    }

    /// A new private folder beside the one that it will become.
    pub(super) fn make_beside(&self, suffix: &str) -> Result<Self, InstanceError> {
        if self.settings().exists() {
            return Err(InstanceError::Exists(self.0.clone()));
        }
        let name = self.0.file_name().unwrap_or_default().to_string_lossy();
        let beside = self.0.with_file_name(format!(".{name}.making-{suffix}"));
        if let Some(parent) = beside.parent() {
            private::folders()
                .recursive(true)
                .create(parent)
                .map_err(|error| failed(parent, &error))?;
        }
        private::folders()
            .create(&beside)
            .map_err(|error| failed(&beside, &error))?;
        Ok(Self(beside))
    }

    /// Makes the finished folder the one at `place`.
    pub(super) fn move_to(&self, place: &Self) -> Result<(), InstanceError> {
        fs::rename(&self.0, &place.0).map_err(|error| match error.kind() {
            std::io::ErrorKind::DirectoryNotEmpty | std::io::ErrorKind::AlreadyExists => {
                InstanceError::Exists(place.0.clone())
            }
            _ => failed(&place.0, &error),
        })?;
        let parent = place.0.parent().unwrap_or(Path::new("/"));
        sync_folder(parent).map_err(|error| failed(parent, &error))
    }

    /// Takes back an unfinished folder.
    pub(super) fn discard(&self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            tracing::warn!(folder = %self.0.display(), %error, "an unfinished instance folder stays behind");
        }
    }

    pub(super) fn read_settings(&self) -> Result<Settings, InstanceError> {
        let path = self.settings();
        let text = fs::read_to_string(&path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => self.missing(),
            _ => failed(&path, &error),
        })?;
        toml::from_str(&text).map_err(|error| miswritten(&path, &text, &error))
    }

    pub(super) fn write_settings(&self, settings: &Settings) -> Result<(), InstanceError> {
        let text = toml::to_string_pretty(settings)
            .map_err(|error| refused(&self.settings(), &error.to_string()))?;
        write_new(&self.settings(), text.as_bytes())
    }

    /// The key under which a new instance seals what it keeps: drawn, unless it is in a variable, or in a file that is
    /// there already.
    pub(super) fn make_key(&self, source: &KeySource) -> Result<DataKey, InstanceError> {
        let path = match source {
            KeySource::Variable(_) => return self.read_key(source),
            KeySource::File(path) if path.symlink_metadata().is_ok() => return self.read_key(source),
            KeySource::File(path) => path.clone(),
            KeySource::Own => self.key(),
        };
        let key = DataKey::generate();
        let text = RootKey::from_bytes(*key.expose_bytes()).expose_text();
        write_new(&path, text.as_bytes())?;
        Ok(key)
    }

    /// Reads the key, refusing a file that others can read.
    pub(super) fn read_key(&self, source: &KeySource) -> Result<DataKey, InstanceError> {
        let path = match source {
            KeySource::Variable(name) => return key_in_variable(name),
            KeySource::File(path) => path.clone(),
            KeySource::Own => self.key(),
        };
        if !check_private(&path)? {
            return Err(InstanceError::File {
                path,
                reason: "is missing; without it nothing that the instance sealed can be opened".to_owned(),
                remedy: "put that file back from wherever it was moved or copied to; it is in a backup of the instance \
                         (`butterfly instance restore INSTANCE FILE --force`, which puts everything else back to that time \
                         too) and in an exported vault (`butterfly vault restore FILE` in another --home takes it out)",
            });
        }
        let text = self.read_secret(&path)?;
        let key = RootKey::parse(text.trim_end()).map_err(|error| refused(&path, &format!("is {error}")))?;
        Ok(DataKey::from_bytes(*key.expose_bytes()))
    }

    /// Removes the key, which is kept elsewhere.
    pub(super) fn remove_key(&self) -> Result<(), InstanceError> {
        fs::remove_file(self.key()).map_err(|error| failed(&self.key(), &error))
    }

    /// Takes the lock, saying whose process has it.
    pub(super) fn lock(&self) -> Result<FolderLock, InstanceError> {
        let path = self.lock_file();
        check_private(&path)?;
        let taken = lock::take(&path).map_err(|error| failed(&path, &error))?;
        taken.ok_or_else(|| InstanceError::Hosted {
            folder: self.0.clone(),
            pid: self.hosted_by().pid().unwrap_or(0),
        })
    }

    /// The process that had the lock and was gone before it could give it back.
    pub(super) fn deserted_by(&self) -> Option<u32> {
        lock::deserted_by(&self.lock_file())
    }

    /// Who has the lock now.
    pub(super) fn hosted_by(&self) -> LockHolder {
        lock::holder(&self.lock_file())
    }

    /// Since when a process holds the lock: its text is written when it is taken.
    pub(super) fn hosted_since(&self) -> Option<Timestamp> {
        self.hosted_by().pid()?;
        let written = fs::metadata(self.lock_file()).ok()?.modified().ok()?;
        let since = written.duration_since(std::time::UNIX_EPOCH).ok()?;
        i64::try_from(since.as_micros()).ok().map(Timestamp::from_micros)
    }
}

impl Folder {
    /// Puts the folder that was made in the place of this one, which goes to `aside`: in one step where the system can
    /// exchange two names, so that at no moment there is none.
    pub(super) fn replace_by(&self, made: &Self, aside: &Path) -> Result<(), InstanceError> {
        match exchange(&made.0, &self.0) {
            Ok(()) => {
                if let Err(error) = fs::rename(&made.0, aside) {
                    let _ = exchange(&made.0, &self.0);
                    return Err(failed(aside, &error));
                }
            }
            Err(_) => {
                fs::rename(&self.0, aside).map_err(|error| failed(aside, &error))?;
                if let Err(error) = made.move_to(self) {
                    let _ = fs::rename(aside, &self.0);
                    return Err(error);
                }
            }
        }
        let parent = self.0.parent().unwrap_or(Path::new("/"));
        sync_folder(parent).map_err(|error| failed(parent, &error))
    }
}

/// Exchanges two names.
#[cfg(any(target_os = "linux", target_os = "macos"))]
fn exchange(one: &Path, other: &Path) -> std::io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE)?)
}

/// Not every system can.
#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn exchange(_: &Path, _: &Path) -> std::io::Result<()> {
    Err(std::io::ErrorKind::Unsupported.into())
}

/// The key that the environment gives. What is there is never told, right or wrong.
fn key_in_variable(name: &str) -> Result<DataKey, InstanceError> {
    let wrong = |reason| InstanceError::KeyVariable {
        name: name.to_owned(),
        reason,
    };
    let text = match std::env::var(name) {
        Ok(text) => Zeroizing::new(text),
        Err(VarError::NotPresent) => return Err(wrong("is not set here")),
        Err(VarError::NotUnicode(_)) => return Err(wrong("holds no key")),
    };
    let key = RootKey::parse(text.trim()).map_err(|_| wrong("holds no key"))?;
    Ok(DataKey::from_bytes(*key.expose_bytes()))
}

/// Writes a file that is not there yet, durably.
fn write_new(path: &Path, bytes: &[u8]) -> Result<(), InstanceError> {
    private::files()
        .write(true)
        .create_new(true)
        .open(path)
        .and_then(|mut file| {
            file.write_all(bytes)?;
            file.sync_all()
        })
        .map_err(|error| failed(path, &error))
}

/// Whether a file is there; refuses a link, and one that others can read or write.
fn check_private(path: &Path) -> Result<bool, InstanceError> {
    let about = match fs::symlink_metadata(path) {
        Ok(about) => about,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(failed(path, &error)),
    };
    if !about.is_file() {
        return Err(refused(
            path,
            "is a link or something else that is not a plain file",
        ));
    }
    check_mode(path, &about, PRIVATE_FILE)?;
    Ok(true)
}

fn check_mode(path: &Path, about: &Metadata, expected: u32) -> Result<(), InstanceError> {
    let Some(mode) = private::open_to_others(about) else {
        return Ok(());
    };
    Err(refused(
        path,
        &format!("has mode {mode:04o}, so that others can get at it; it must be {expected:04o}"),
    ))
}

fn failed(path: &Path, error: &std::io::Error) -> InstanceError {
    InstanceError::File {
        path: path.to_owned(),
        reason: error.to_string(),
        remedy: remedy_for(error.kind()),
    }
}

fn remedy_for(kind: std::io::ErrorKind) -> &'static str {
    use std::io::ErrorKind;
    match kind {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "free some disk space and try again",
        ErrorKind::ReadOnlyFilesystem => "have its disk mounted for writing, or move the home to another one",
        ErrorKind::PermissionDenied => "see who owns it: it must be the user who runs this",
        ErrorKind::NotFound => "put it back, or restore the instance from a backup",
        _ => "look at the disk, and at the folder's owner and permissions",
    }
}

/// The line at fault and what is wrong with it, in one line.
fn miswritten(path: &Path, text: &str, error: &toml::de::Error) -> InstanceError {
    let line = error.span().map_or(1, |span| line_of(text, span.start));
    InstanceError::File {
        path: path.to_owned(),
        reason: format!("line {line}: {}", error.message()),
        remedy: "put that line right and try again",
    }
}

fn refused(path: &Path, reason: &str) -> InstanceError {
    InstanceError::File {
        path: path.to_owned(),
        reason: reason.to_owned(),
        remedy: "put it right (mode 0600 for files, 0700 for folders, no links) and try again",
    }
}

#[cfg(test)]
mod tests;

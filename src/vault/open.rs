//! Making, opening and writing the database file.

use super::lock::LockRow;
use super::manifest::Manifest;
use super::migrating::migrate;
use super::{Lock, LockKind, LogRetention, VaultError, files, leftovers, old_lock};
use crate::seal::{DataKey, Identity, in_place};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

/// How long one console waits for another one's write.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);
/// Pages of the write-ahead log at which whoever opens the database copies it back and begins it anew.
const LONG_LOG: u64 = 128;
/// Pages at which it is copied back in any case: later, so that a one-shot command does not do what the next one does.
const LONGEST_LOG: u64 = 2 * LONG_LOG;
/// Bytes of a page in the log, with what stands before it.
const PAGE_IN_LOG: u64 = 4_096 + 24;
/// Older ones can lose a WAL reset with two connections.
const OLDEST_SQLITE: i32 = 3_051_003;

/// The open vault of a home.
pub struct Vault {
    path: PathBuf,
    /// None while it is locked: then the key is nowhere in this process.
    key: RwLock<Option<DataKey>>,
    connection: Mutex<Connection>,
    /// The write-ahead log still has the data key as an older lock sealed it.
    pub(super) keeps_old_lock: AtomicBool,
    pub(super) retention: LogRetention,
}

impl Vault {
    /// Makes `folder` if need be, and in it a vault locked as told.
    pub fn create(folder: &Path, lock: &Lock) -> Result<Self, VaultError> {
        Self::create_by(folder, lock, |path| {
            let data_key = DataKey::generate();
            let row = LockRow::seal(&data_key, lock)?;
            let mut connection = Connection::open_with_flags(path, flags())?;
            migrate(&mut connection, path)?;
            row.write(&connection)?;
            Manifest::default().write(&connection, &data_key)
        })
    }

    /// The same, with a database that `make` fills in.
    pub(super) fn create_by(
        folder: &Path,
        lock: &Lock,
        make: impl FnOnce(&Path) -> Result<(), VaultError>,
    ) -> Result<Self, VaultError> {
        files::make_folder(folder)?;
        let path = database(folder);
        if path.exists() {
            return Err(VaultError::Exists(folder.to_owned()));
        }
        // Made under another name and put in place whole: a vault that is there is a vault that can be opened.
        let making = folder.join(format!("console.db.making-{}", std::process::id()));
        let _ = std::fs::remove_file(&making);
        let made = files::make_file(&making)
            .and_then(|_| make(&making))
            .and_then(|()| put_in_place(&making, &path, folder));
        let _ = std::fs::remove_file(&making);
        made?;
        Self::open(folder, lock)
    }

    /// Opens the vault in `folder`.
    pub fn open(folder: &Path, lock: &Lock) -> Result<Self, VaultError> {
        Self::open_by(folder, |_| Ok(lock.clone()))
    }

    /// Opens the vault in `folder` with what `choose` gives for the way in which it is locked.
    pub fn open_by<E: From<VaultError>>(
        folder: &Path,
        choose: impl FnOnce(LockKind) -> Result<Lock, E>,
    ) -> Result<Self, E> {
        let (path, mut connection) = connect(folder)?;
        let row = LockRow::read_checked(&mut connection, &path)?;
        let lock = choose(row.kind(&default_key_file(folder)))?;
        let key = row.open(&lock, &path)?;
        let keeps_old_lock = old_lock::stays(&connection, PATIENCE)?;
        Ok(Self {
            path,
            key: RwLock::new(Some(key)),
            connection: Mutex::new(connection),
            keeps_old_lock: AtomicBool::new(keeps_old_lock),
            retention: LogRetention::default(),
        })
    }

    /// The same, keeping as much of the invoke log as told.
    pub fn keeping(mut self, retention: LogRetention) -> Self {
        self.retention = retention;
        self
    }

    /// Copies the write-ahead log of the vault in `folder` back, so that its database file is all of it; whether that
    /// could be done. Needs no key.
    pub fn fold(folder: &Path) -> Result<bool, VaultError> {
        let connection = Connection::open_with_flags(real(folder)?, flags())?;
        connection.busy_timeout(PATIENCE)?;
        old_lock::empty_log(&connection)
    }

    /// Whether there is a vault in `folder`, as far as can be told: where nobody may look, opening says why.
    pub fn exists(folder: &Path) -> bool {
        match std::fs::symlink_metadata(database(folder)) {
            Ok(_) => true,
            Err(error) => error.kind() != std::io::ErrorKind::NotFound,
        }
    }

    /// How the vault in `folder` is locked.
    pub fn lock_kind(folder: &Path) -> Result<LockKind, VaultError> {
        let (path, mut connection) = connect(folder)?;
        let row = LockRow::read_checked(&mut connection, &path)?;
        Ok(row.kind(&default_key_file(folder)))
    }

    /// Seals the data key another way. What it seals stays as it is, so this is done in an instant, unless somebody
    /// else is reading: see [`Vault::keeps_old_lock`].
    pub fn change_lock(&self, lock: &Lock) -> Result<(), VaultError> {
        let row = LockRow::seal(&self.key()?, lock)?;
        let before = LockRow::read(&self.connection())?;
        let written = self.write_durably(|transaction| {
            old_lock::note(transaction)?;
            row.write(transaction)
        });
        if let Err(error) = written {
            row.forget_in(lock);
            return Err(error);
        }
        // The data key as the old lock sealed it shall not be found in what the file still has room for.
        let is_forgotten = old_lock::forget(&self.connection(), PATIENCE);
        self.keeps_old_lock.store(!is_forgotten, Ordering::Release);
        if let Some(before) = before {
            before.forget();
        }
        // Nor in a copy of the whole file.
        leftovers::remove_unfinished(self.folder());
        Ok(())
    }

    /// Forgets the data key: nothing sealed can be read or written until [`Vault::unlock`].
    pub fn lock(&self) {
        // Wiped as it is dropped, once whatever is under way right now is done with it.
        *self.key.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Whether the data key is forgotten.
    pub fn is_locked(&self) -> bool {
        self.key.read().unwrap_or_else(PoisonError::into_inner).is_none()
    }

    /// Refuses if the data key is forgotten: then not even what is plain is shown.
    pub fn check_unlocked(&self) -> Result<(), VaultError> {
        self.key().map(drop)
    }

    /// Opens it again, with what `choose` gives for the way in which it is locked now.
    pub fn unlock<E: From<VaultError>>(
        &self,
        choose: impl FnOnce(LockKind) -> Result<Lock, E>,
    ) -> Result<(), E> {
        let row = LockRow::read(&self.connection())?.ok_or_else(|| VaultError::Tampered {
            what: "the lock".to_owned(),
        })?;
        let lock = choose(row.kind(&default_key_file(self.folder())))?;
        let key = row.open(&lock, &self.path)?;
        *self.key.write().unwrap_or_else(PoisonError::into_inner) = Some(key);
        Ok(())
    }

    /// A number that every write to this vault raises, by whichever process.
    pub fn change_number(&self) -> Result<u64, VaultError> {
        let number = self
            .connection()
            .prepare_cached("SELECT changes FROM counters WHERE id = 1")?
            .query_row([], |row| row.get::<_, i64>(0))?;
        Ok(number.unsigned_abs())
    }

    /// The database file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(&self.path)
    }

    pub(super) fn key(&self) -> Result<DataKey, VaultError> {
        self.key
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
            .ok_or_else(|| VaultError::Locked(self.path.clone()))
    }

    /// What this console signs requests with, where no instance of its own does.
    pub fn identity(&self) -> Result<Identity, VaultError> {
        Ok(Identity::of(&self.key()?))
    }

    pub(super) fn connection(&self) -> MutexGuard<'_, Connection> {
        // A panic elsewhere leaves no half-written state: SQLite rolled its transaction back.
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LockRow {
    fn read_checked(connection: &mut Connection, path: &Path) -> Result<Self, VaultError> {
        migrate(connection, path)?;
        Self::read(connection)?.ok_or_else(|| VaultError::Tampered {
            what: "the lock".to_owned(),
        })
    }
}

/// Where a home's database is.
fn database(folder: &Path) -> PathBuf {
    folder.join("console.db")
}

/// Where a home's key file is unless told otherwise.
pub(super) fn default_key_file(folder: &Path) -> PathBuf {
    folder.join("vault.key")
}

pub(super) fn flags() -> OpenFlags {
    OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW
}

/// Gives the finished file its name, unless another console was faster.
fn put_in_place(making: &Path, path: &Path, folder: &Path) -> Result<(), VaultError> {
    // One maker at a time: what lies there without a database is then of none that was made this moment.
    let _turn = leftovers::turn(folder);
    if !Vault::exists(folder) {
        leftovers::set_aside(folder)?;
    }
    in_place::put(making, path).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => VaultError::Exists(folder.to_owned()),
        _ => VaultError::Failed(error.to_string()),
    })
}

/// SQLite refuses a link anywhere in the path; only the last part is ours to judge.
fn real(folder: &Path) -> Result<PathBuf, VaultError> {
    let folder = folder.canonicalize();
    Ok(database(
        &folder.map_err(|error| VaultError::Failed(error.to_string()))?,
    ))
}

fn connect(folder: &Path) -> Result<(PathBuf, Connection), VaultError> {
    let path = database(folder);
    if !Vault::exists(folder) {
        return Err(VaultError::Missing(folder.to_owned()));
    }
    files::check_folder(folder)?;
    for name in ["console.db", "console.db-wal", "console.db-shm"] {
        files::check_file(&folder.join(name))?;
    }
    if rusqlite::version_number() < OLDEST_SQLITE {
        return Err(VaultError::Failed(format!(
            "SQLite {} is too old; 3.51.3 is needed",
            rusqlite::version()
        )));
    }
    let real = real(folder)?;
    let connection = Connection::open_with_flags(&real, flags())?;
    connection.busy_timeout(PATIENCE)?;
    connection.set_prepared_statement_cache_capacity(64);
    // The last one out would copy the whole log back into the database and wait for the disk: a one-shot
    // command has no time for that, and the next long-lived console does it anyway.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // Whoever opens the database first reads the whole log again: keep it short.
    connection.pragma_update(None, "wal_autocheckpoint", LONGEST_LOG.cast_signed())?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "secure_delete", "FAST")?;
    shorten_log(&connection, &real)?;
    Ok((path, connection))
}

/// Copies the log back into the database and begins it anew, once it is long. SQLite by itself begins it anew only for
/// a process that stays: after one-shot commands alone it would grow for ever, and each of them would read all of it.
fn shorten_log(connection: &Connection, path: &Path) -> Result<(), VaultError> {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    let length = std::fs::metadata(log).map_or(0, |about| about.len());
    if length <= LONG_LOG * PAGE_IN_LOG {
        return Ok(());
    }
    // Another console that is open just now is not waited for: it does this by itself.
    connection.busy_timeout(Duration::ZERO)?;
    let shortened = old_lock::empty_log(connection);
    connection.busy_timeout(PATIENCE)?;
    if let Err(error) = shortened {
        // On a full disk, say: the log is only longer than it should be.
        tracing::debug!(%error, "the vault's write-ahead log stays long");
    }
    Ok(())
}

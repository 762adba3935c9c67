//! The imports that are open on one store: few at a time, each of one credential, and none for ever. A crash on the way
//! leaves a staging file that nobody holds a lock on; the next start removes it.

use super::import::Staging;
use crate::model::Timestamp;
use crate::seal::random;
use crate::store::{IMPORT_REST_MINUTES, ImportId, MOST_IMPORTS, MOST_IMPORTS_OF_ONE, StoreError};
use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What stands between the database's name and the session's number.
const MARK: &str = "-import-";

/// The sessions that are open on one store.
pub(super) struct Imports {
    database: PathBuf,
    sessions: Mutex<HashMap<ImportId, Session>>,
}

/// An import, and who goes on with it.
struct Session {
    whose: String,
    touched: Timestamp,
    /// Shared with whoever stages rows now. Clones are made under the lock of all sessions only.
    staging: Arc<Mutex<Staging>>,
}

impl Session {
    fn is_staging(&self) -> bool {
        Arc::strong_count(&self.staging) > 1
    }
}

impl Imports {
    /// Removes what earlier runs left behind.
    pub(super) fn new(database: PathBuf) -> Self {
        remove_leftovers(&database);
        Self {
            database,
            sessions: Mutex::default(),
        }
    }

    /// Begins a session.
    pub(super) fn begin(&self, whose: String, now: Timestamp) -> Result<ImportId, StoreError> {
        let mut sessions = self.locked();
        let own = sessions.values().filter(|session| session.whose == whose).count();
        if own >= MOST_IMPORTS_OF_ONE {
            return Err(StoreError::TooManyImports { open: own, own: true });
        }
        if sessions.len() >= MOST_IMPORTS {
            let open = sessions.len();
            return Err(StoreError::TooManyImports { open, own: false });
        }
        let id = ImportId(u64::from_be_bytes(random::bytes()));
        let mut path = self.database.clone().into_os_string();
        path.push(format!("{MARK}{:016x}", id.0));
        let session = Session {
            whose,
            touched: now,
            staging: Arc::new(Mutex::new(Staging::create(Path::new(&path))?)),
        };
        sessions.insert(id, session);
        Ok(id)
    }

    /// The rows of a session, to add to them.
    pub(super) fn get(
        &self,
        id: ImportId,
        whose: &str,
        now: Timestamp,
    ) -> Result<Arc<Mutex<Staging>>, StoreError> {
        let mut sessions = self.locked();
        let session = of(&mut sessions, id, whose)?;
        session.touched = now;
        Ok(Arc::clone(&session.staging))
    }

    /// Takes the rows of a session out, to be made to appear, unless some are still on their way.
    pub(super) fn take(&self, id: ImportId, whose: &str) -> Result<Staging, StoreError> {
        let mut sessions = self.locked();
        if of(&mut sessions, id, whose)?.is_staging() {
            return Err(StoreError::StillStaging);
        }
        let session = sessions.remove(&id).ok_or_else(|| unknown(id))?;
        let staging = Arc::into_inner(session.staging).ok_or(StoreError::StillStaging)?;
        Ok(staging.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    /// Ends a session.
    pub(super) fn end(&self, id: ImportId, whose: &str) -> Result<(), StoreError> {
        let mut sessions = self.locked();
        of(&mut sessions, id, whose)?;
        sessions.remove(&id);
        Ok(())
    }

    /// Ends those that nobody has gone on with for long. A clock that was set back makes none last for longer.
    pub(super) fn end_resting(&self, now: Timestamp) -> usize {
        let mut sessions = self.locked();
        let before = sessions.len();
        sessions.retain(|id, session| {
            if session.is_staging() || session.touched > now {
                session.touched = now;
            }
            let rests = session.touched.plus_seconds(IMPORT_REST_MINUTES * 60) <= now;
            if rests {
                tracing::info!(import = %id, credential = %session.whose, "an import that nobody went on with is ended");
            }
            !rests
        });
        before - sessions.len()
    }

    /// Ends every session.
    pub(super) fn clear(&self) {
        self.locked().clear();
    }

    fn locked(&self) -> MutexGuard<'_, HashMap<ImportId, Session>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The session of this id, if it is of this credential: that of another one is not there.
fn of<'a>(
    sessions: &'a mut HashMap<ImportId, Session>,
    id: ImportId,
    whose: &str,
) -> Result<&'a mut Session, StoreError> {
    let session = sessions.get_mut(&id).filter(|session| session.whose == whose);
    session.ok_or_else(|| unknown(id))
}

fn unknown(id: ImportId) -> StoreError {
    StoreError::NotFound {
        what: "import",
        name: id.to_string(),
    }
}

fn remove_leftovers(database: &Path) {
    let (Some(folder), Some(name)) = (database.parent(), database.file_name()) else {
        return;
    };
    let prefix = format!("{}{MARK}", name.to_string_lossy());
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let is_staging = entry.file_name().to_string_lossy().starts_with(&prefix);
        if !is_staging || !entry.file_type().is_ok_and(|kind| kind.is_file()) {
            continue;
        }
        // The lock of a session that still runs, here or in another process, says: not a leftover.
        let abandoned = File::open(entry.path()).is_ok_and(|file| file.try_lock().is_ok());
        if abandoned {
            let removed = std::fs::remove_file(entry.path());
            tracing::info!(path = %entry.path().display(), ?removed, "removed what an unfinished import left");
        }
    }
}

//! Reading without waiting for the writer.
//!
//! Point lookups run inline in the caller's task, on a *lane*: a read-only connection inside a kept
//! read transaction, so that a lookup pays neither for opening a snapshot nor for another thread. A
//! lane takes a new snapshot when the writer's generation moved on (each write is seen by whoever
//! waited for it) and otherwise after a few milliseconds (so that another process's writes are seen
//! too). Lists and scans run on the runtime's blocking threads with connections of a small pool.

use super::{domains, open};
use crate::model::{self, ConnectionId};
use crate::store::StoreError;
use rusqlite::Connection;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{Semaphore, oneshot};

/// How long a snapshot is kept although nothing was written by this process.
const KEPT: Duration = Duration::from_millis(10);
/// How many long reads run at a time, and how many connections are kept for them.
const LONG_READS: usize = 8;

static NEXT_THREAD: AtomicUsize = AtomicUsize::new(0);
thread_local! {
    /// Which lane this thread tries first.
    static THREAD: usize = NEXT_THREAD.fetch_add(1, Ordering::Relaxed);
}

/// All connections of one store that read.
pub(super) struct Readers {
    path: PathBuf,
    generation: AtomicU64,
    closed: AtomicBool,
    lanes: Box<[Mutex<Option<Lane>>]>,
    pool: Mutex<Vec<Connection>>,
    long_reads: Arc<Semaphore>,
}

struct Lane {
    conn: Connection,
    snapshot: Option<Snapshot>,
}

struct Snapshot {
    generation: u64,
    taken: Instant,
    /// The federated connection that was looked up in it last.
    connection: Option<Arc<model::Connection>>,
}

impl Readers {
    /// No connection is opened before it is needed.
    pub(super) fn new(path: PathBuf) -> Self {
        let lanes = std::thread::available_parallelism().map_or(4, |cores| cores.get() + 2);
        Self {
            path,
            generation: AtomicU64::new(0),
            closed: AtomicBool::new(false),
            lanes: (0..lanes.min(32)).map(|_| Mutex::new(None)).collect(),
            pool: Mutex::new(Vec::new()),
            long_reads: Arc::new(Semaphore::new(LONG_READS)),
        }
    }

    /// A point lookup, inline.
    pub(super) fn quick<T>(
        &self,
        lookup: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.on_lane(|lane| lookup(&lane.conn))
    }

    /// The federated connection of this id. Every relay asks for its own, most of them for the same: the last one is
    /// kept for as long as the snapshot in which it was found.
    pub(super) fn connection(&self, id: &ConnectionId) -> Result<Option<Arc<model::Connection>>, StoreError> {
        self.on_lane(|lane| {
            let kept = lane
                .snapshot
                .as_ref()
                .and_then(|snapshot| snapshot.connection.as_ref());
            if let Some(kept) = kept.filter(|kept| kept.id == *id) {
                return Ok(Some(Arc::clone(kept)));
            }
            let found = domains::find_connection(&lane.conn, id)?.map(Arc::new);
            if let Some(snapshot) = &mut lane.snapshot {
                snapshot.connection.clone_from(&found);
            }
            Ok(found)
        })
    }

    /// Reads on a lane whose snapshot has all that this process wrote.
    fn on_lane<T>(&self, read: impl FnOnce(&mut Lane) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let mut lane = self.lane();
        if self.closed.load(Ordering::Acquire) {
            return Err(StoreError::Closed);
        }
        let lane = match &mut *lane {
            Some(lane) => lane,
            empty => empty.insert(Lane {
                conn: open::reader(&self.path)?,
                snapshot: None,
            }),
        };
        lane.refresh(self.generation.load(Ordering::Acquire))?;
        let found = read(lane);
        if found.is_err() {
            lane.release();
        }
        found
    }

    /// A list or a scan, on a thread that may take its time.
    pub(super) async fn long<T: Send + 'static>(
        self: &Arc<Self>,
        read: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let permit = Arc::clone(&self.long_reads).acquire_owned().await;
        let permit = permit.map_err(|_| StoreError::Closed)?;
        let readers = Arc::clone(self);
        let (give, answer) = oneshot::channel();
        // Of one type, whatever is read: so the runtime's part is generated once.
        let read: Box<dyn FnOnce() + Send> = Box::new(move || {
            let _permit = permit;
            // Whoever wanted it may have gone.
            let _ = give.send(readers.with_pooled(read));
        });
        tokio::task::spawn_blocking(read);
        answer
            .await
            .unwrap_or_else(|_| Err(StoreError::Failed("a read was interrupted".to_owned())))
    }

    /// Reads with a connection of the pool, on the caller's own thread.
    pub(super) fn with_pooled<T>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let conn = self.lend()?;
        let found = read(&conn);
        self.take_back(conn)?;
        found
    }

    /// A connection of the pool, with one snapshot for everything that a read looks at: a page and its total
    /// belong together.
    fn lend(&self) -> Result<Connection, StoreError> {
        if self.closed.load(Ordering::Acquire) {
            return Err(StoreError::Closed);
        }
        let kept = locked(&self.pool).pop();
        let conn = match kept {
            Some(conn) => conn,
            None => open::reader(&self.path)?,
        };
        conn.execute_batch("BEGIN")?;
        Ok(conn)
    }

    fn take_back(&self, conn: Connection) -> Result<(), StoreError> {
        conn.execute_batch("COMMIT")?;
        let mut pool = locked(&self.pool);
        if pool.len() < LONG_READS && !self.closed.load(Ordering::Acquire) {
            pool.push(conn);
        }
        Ok(())
    }

    /// Something was committed: snapshots taken before are old.
    pub(super) fn changed(&self) {
        self.generation.fetch_add(1, Ordering::AcqRel);
    }

    /// Lets go of snapshots that no lookup is using.
    pub(super) fn release_idle(&self) {
        for lane in &self.lanes {
            if let Ok(mut lane) = lane.try_lock()
                && let Some(lane) = &mut *lane
            {
                lane.release();
            }
        }
    }

    /// Runs `task` while no lane holds a snapshot.
    pub(super) fn interrupted<T>(&self, task: impl FnOnce() -> T) -> T {
        let mut lanes: Vec<_> = self.lanes.iter().map(locked).collect();
        for lane in &mut lanes {
            if let Some(lane) = &mut **lane {
                lane.release();
            }
        }
        task()
    }

    /// Closes every connection; later reads fail with `Closed`.
    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::Release);
        self.long_reads.close();
        for lane in &self.lanes {
            *locked(lane) = None;
        }
        locked(&self.pool).clear();
    }

    /// A lane that nobody uses right now, or else this thread's own as soon as it is free. One that is open comes before
    /// one that is to be opened: a connection takes memory, and threads that hardly read can share it.
    fn lane(&self) -> MutexGuard<'_, Option<Lane>> {
        let own = THREAD.with(|thread| *thread);
        let count = self.lanes.len();
        let mut unopened = None;
        for step in 0..count {
            let Ok(lane) = self.lanes[(own + step) % count].try_lock() else {
                continue;
            };
            if lane.is_some() {
                return lane;
            }
            unopened.get_or_insert(lane);
        }
        unopened.unwrap_or_else(|| locked(&self.lanes[own % count]))
    }
}

impl Lane {
    /// `generation` was read before the snapshot is taken: the snapshot can only be newer than it says.
    fn refresh(&mut self, generation: u64) -> Result<(), StoreError> {
        let now = Instant::now();
        if let Some(snapshot) = &self.snapshot
            && snapshot.generation == generation
            && now.duration_since(snapshot.taken) < KEPT
        {
            return Ok(());
        }
        self.release();
        self.conn.prepare_cached("BEGIN")?.execute([])?;
        self.snapshot = Some(Snapshot {
            generation,
            taken: now,
            connection: None,
        });
        Ok(())
    }

    fn release(&mut self) {
        if self.snapshot.take().is_none() {
            return;
        }
        let ended = self
            .conn
            .prepare_cached("COMMIT")
            .and_then(|mut commit| commit.execute([]));
        if ended.is_err() && !self.conn.is_autocommit() {
            let _ = self.conn.execute_batch("ROLLBACK");
        }
    }
}

/// A panic while reading leaves nothing half-changed: the connection is read-only.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Barrier;
    use std::thread;

    fn readers(folder: &tempfile::TempDir) -> Readers {
        let path = folder.path().join("read.db");
        Connection::open(&path)
            .and_then(|conn| conn.execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE seen (it)"))
            .unwrap();
        Readers::new(path)
    }

    fn open_lanes(readers: &Readers) -> usize {
        readers.lanes.iter().filter(|lane| locked(lane).is_some()).count()
    }

    #[test]
    fn threads_that_read_one_after_the_other_share_a_connection() {
        let folder = tempfile::tempdir().unwrap();
        let readers = readers(&folder);
        for _ in 0..4 {
            thread::scope(|scope| scope.spawn(|| readers.quick(|_| Ok(())).unwrap()).join().unwrap());
        }
        assert_eq!(open_lanes(&readers), 1);
    }

    #[test]
    fn threads_that_read_at_once_have_one_each() {
        let folder = tempfile::tempdir().unwrap();
        let readers = readers(&folder);
        let both = Barrier::new(2);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    readers.quick(|_| {
                        both.wait();
                        Ok(())
                    })
                });
            }
        });
        assert_eq!(open_lanes(&readers), 2);
    }
}

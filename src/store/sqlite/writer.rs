//! The one thread that writes. It takes every write that waits, runs each inside a savepoint of one
//! transaction, commits once, and then answers all of them: many callers share one fsync, and none
//! waits for a timer.

use super::changes::Changes;
use super::failure::{RowError, again};
use super::reader::Readers;
use super::search::Remembered;
use super::search_index::IndexChange;
use crate::store::StoreError;
use crate::store::handing_over::{Orderer, Round, Telling};
use crate::store::patience::Patience;
use rusqlite::Connection;
use std::cell::{Cell, RefCell};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::{mpsc, oneshot};

/// How many writes may wait before callers wait to be allowed to wait.
const WAITING: usize = 4096;
/// How many writes share a commit at most, so that the first of them is not kept for long.
const GROUP: usize = 1024;
/// From this size on the write-ahead log is emptied even if that means interrupting kept snapshots.
const LONG_LOG: u64 = 32 << 20;

/// What a write works with.
pub(super) struct Work<'a> {
    /// The writer's connection, inside a transaction.
    pub conn: &'a Connection,
    /// Changes to the search index, made once for the whole group: each savepoint would otherwise
    /// leave a segment of its own in the index.
    index: RefCell<Vec<IndexChange>>,
    /// Pointers whose place in some order may be another one now, noted when that is committed.
    moved: RefCell<Vec<i64>>,
    /// Whether lists are not what they were, once this is committed.
    changes_lists: Cell<bool>,
}

impl Work<'_> {
    /// Has the search index follow, before the group is committed.
    pub(super) fn follow(&self, change: IndexChange) {
        self.index.borrow_mut().push(change);
    }

    /// Says that a pointer, by the id of its row, was changed after it was made.
    pub(super) fn note_moved(&self, id: i64) {
        self.moved.borrow_mut().push(id);
    }

    /// Says that something changed that can be listed.
    pub(super) fn note_change(&self) {
        self.changes_lists.set(true);
    }
}

/// Told how the commit ended; gives what tells the caller.
type Answer = Box<dyn FnOnce(Result<(), &StoreError>) -> Telling + Send>;
/// A write: given the work, or the reason why there is none.
type Write = Box<dyn FnOnce(Result<&Work, &StoreError>) -> Option<Ran> + Send>;
/// A write that makes its own transactions.
type Alone = Box<dyn FnOnce(&Connection) -> RanAlone + Send>;

/// A write that ran and waits for the commit.
struct Ran {
    failed: Option<StoreError>,
    orderer: Orderer,
    answer: Answer,
}

/// A write that made its own transactions.
struct RanAlone {
    is_done: bool,
    /// Answers its caller.
    answer: Box<dyn FnOnce() + Send>,
}

enum Order {
    Write(Write),
    Alone(Alone),
    Close(oneshot::Sender<()>),
}

/// An error of a write that wraps what the store itself reports.
pub(super) trait Fault: From<StoreError> + Send + 'static {
    /// What the store reports.
    fn cause(&self) -> &StoreError;
}

impl Fault for StoreError {
    fn cause(&self) -> &StoreError {
        self
    }
}

impl Fault for RowError {
    fn cause(&self) -> &StoreError {
        &self.error
    }
}

/// The way to the writing thread.
pub(super) struct Writer {
    orders: mpsc::Sender<Order>,
    closed: AtomicBool,
    /// The disk refused the last write.
    is_failing: AtomicBool,
}

impl Writer {
    /// Starts the thread. `path` is the database's, to see how long its log is.
    pub(super) fn start(
        conn: Connection,
        path: PathBuf,
        readers: Arc<Readers>,
        remembered: Arc<Remembered>,
        changes: Arc<Changes>,
    ) -> Result<Self, StoreError> {
        let (orders, waiting) = mpsc::channel(WAITING);
        let mut log = path.into_os_string();
        log.push("-wal");
        let thread = Thread {
            conn,
            readers,
            remembered,
            changes,
            log: log.into(),
            long_log: LONG_LOG,
        };
        std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || thread.run(waiting))
            .map_err(|error| StoreError::Failed(format!("cannot start the writing thread: {error}")))?;
        Ok(Self {
            orders,
            closed: AtomicBool::new(false),
            is_failing: AtomicBool::new(false),
        })
    }

    /// Runs `operation` in the next group; ready when that is durable, or when whoever asks has no more patience and it has
    /// not begun.
    pub(super) async fn write<T, E>(
        &self,
        operation: impl FnOnce(&Work) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: Fault,
    {
        let (done, outcome) = oneshot::channel();
        let orderer = Orderer::here();
        let patience = Patience::here();
        let asker = patience.clone();
        let write: Write = Box::new(move |work| {
            let work = match work {
                Ok(work) => work,
                Err(error) => {
                    let _ = done.send(Err(again(error).into()));
                    return None;
                }
            };
            if asker.is_some_and(|asker| !asker.begin()) {
                return None;
            }
            let result = operation(work);
            let failed = result.as_ref().err().map(|error| again(error.cause()));
            let answer: Answer = Box::new(move |commit| {
                let result = match commit {
                    Ok(()) => result,
                    Err(error) => result.and_then(|_| Err(again(error).into())),
                };
                // Whoever waited may have gone.
                Box::new(move || drop(done.send(result)))
            });
            Some(Ran {
                failed,
                orderer,
                answer,
            })
        });
        let ordered = async {
            self.order(Order::Write(write)).await?;
            outcome.await.map_err(|_| StoreError::Closed)?
        };
        let ended = match patience {
            // Boxed, because there would be room for it in every write.
            Some(patience) => Box::pin(patience.wait(ordered)).await,
            None => ordered.await,
        };
        self.noted(ended)
    }

    /// Runs `operation` by itself, outside any transaction; every other write waits until it is done. What it does changes
    /// what can be listed.
    pub(super) async fn alone<T, E>(
        &self,
        operation: impl FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: Fault,
    {
        let (done, outcome) = oneshot::channel();
        let alone: Alone = Box::new(move |conn| {
            let result = operation(conn);
            RanAlone {
                is_done: result.is_ok(),
                answer: Box::new(move || {
                    let _ = done.send(result);
                }),
            }
        });
        self.order(Order::Alone(alone)).await?;
        self.noted(outcome.await.map_err(|_| StoreError::Closed)?)
    }

    /// Whether the disk refused the last write.
    pub(super) fn is_failing(&self) -> bool {
        self.is_failing.load(Ordering::Relaxed)
    }

    fn noted<T, E: Fault>(&self, result: Result<T, E>) -> Result<T, E> {
        match &result {
            Ok(_) => self.is_failing.store(false, Ordering::Relaxed),
            Err(error) if error.cause().is_of_disk() => self.is_failing.store(true, Ordering::Relaxed),
            Err(_) => {}
        }
        result
    }

    /// Waits until everything accepted so far is durable and the connection is closed.
    pub(super) async fn close(&self) {
        if self.closed.swap(true, Ordering::AcqRel) {
            self.orders.closed().await;
            return;
        }
        let (done, closed) = oneshot::channel();
        if self.orders.send(Order::Close(done)).await.is_ok() {
            let _ = closed.await;
        }
    }

    async fn order(&self, order: Order) -> Result<(), StoreError> {
        if self.closed.load(Ordering::Acquire) {
            return Err(StoreError::Closed);
        }
        self.orders.send(order).await.map_err(|_| StoreError::Closed)
    }
}

struct Thread {
    conn: Connection,
    readers: Arc<Readers>,
    remembered: Arc<Remembered>,
    changes: Arc<Changes>,
    log: PathBuf,
    long_log: u64,
}

impl Thread {
    fn run(mut self, mut orders: mpsc::Receiver<Order>) {
        let mut waiting = Vec::new();
        while orders.blocking_recv_many(&mut waiting, GROUP) > 0 {
            let mut group = Vec::with_capacity(waiting.len());
            for order in waiting.drain(..) {
                match order {
                    Order::Write(write) => group.push(write),
                    Order::Alone(alone) => {
                        self.group(std::mem::take(&mut group));
                        let ran = alone(&self.conn);
                        self.changed(ran.is_done);
                        (ran.answer)();
                    }
                    Order::Close(done) => {
                        self.group(std::mem::take(&mut group));
                        self.readers.close();
                        let _ = self.conn.close();
                        let _ = done.send(());
                        return;
                    }
                }
            }
            self.group(group);
            self.shorten_log();
        }
    }

    /// Runs the writes of one group, commits, and answers.
    fn group(&self, writes: Vec<Write>) {
        if writes.is_empty() {
            return;
        }
        if let Err(error) = self.conn.execute_batch("BEGIN IMMEDIATE") {
            let error = error.into();
            for write in writes {
                write(Err(&error));
            }
            return;
        }
        let work = Work {
            conn: &self.conn,
            index: RefCell::default(),
            moved: RefCell::default(),
            changes_lists: Cell::default(),
        };
        let mut answers = Vec::with_capacity(writes.len());
        let mut fault: Option<StoreError> = None;
        for write in writes {
            if let Some(error) = &fault {
                write(Err(error));
                continue;
            }
            let (answer, failed) = run_one(&work, write);
            answers.extend(answer);
            fault = failed;
        }
        let committed = match fault {
            Some(error) => Err(error),
            None => self.commit(&work),
        };
        if committed.is_err() && !self.conn.is_autocommit() {
            let _ = self.conn.execute_batch("ROLLBACK");
        }
        self.remembered.note(&work.moved.take());
        self.changed(committed.is_ok() && work.changes_lists.get());
        let told = committed.as_ref().copied();
        let mut round = Round::default();
        for (orderer, answer) in answers {
            round.add(orderer, answer(told));
        }
    }

    /// Something was written. Who hears of another number finds what changed.
    fn changed(&self, changes_lists: bool) {
        self.readers.changed();
        if changes_lists {
            self.changes.count();
        }
    }

    fn commit(&self, work: &Work) -> Result<(), StoreError> {
        for change in work.index.take() {
            change.apply(&self.conn)?;
        }
        self.conn.execute_batch("COMMIT")?;
        Ok(())
    }

    /// Ends snapshots that nobody is using, and empties a log that grew long: readers that always hold
    /// one would otherwise keep SQLite from ever doing so.
    fn shorten_log(&mut self) {
        self.readers.release_idle();
        let length = std::fs::metadata(&self.log).map_or(0, |found| found.len());
        if length < self.long_log {
            return;
        }
        let checkpoint = |how: &str| {
            self.conn
                .query_row(&format!("PRAGMA wal_checkpoint({how})"), [], |row| {
                    row.get::<_, i64>(0)
                })
        };
        // The long part without disturbing anyone; then the short rest with all snapshots let go.
        let _ = checkpoint("PASSIVE");
        let _ = self.conn.busy_timeout(std::time::Duration::ZERO);
        let emptied = self.readers.interrupted(|| checkpoint("TRUNCATE"));
        let _ = self.conn.busy_timeout(super::open::BUSY);
        self.long_log = match emptied {
            Ok(0) => LONG_LOG,
            _ => length + LONG_LOG,
        };
    }
}

/// Runs one write inside a savepoint. The second value is set when SQLite gave up the whole
/// transaction (a full disk, an I/O error): then nothing of the group can stay.
fn run_one(work: &Work, write: Write) -> (Option<(Orderer, Answer)>, Option<StoreError>) {
    if let Err(error) = work.conn.execute_batch("SAVEPOINT one") {
        let error = error.into();
        write(Err(&error));
        return (None, Some(error));
    }
    let mark = work.index.borrow().len();
    let Some(ran) = write(Ok(work)) else {
        // It was given up before it began.
        let ended = work.conn.execute_batch("RELEASE one");
        return (None, ended.err().map(StoreError::from));
    };
    let answer = Some((ran.orderer, ran.answer));
    if work.conn.is_autocommit() {
        let lost = StoreError::Failed("the transaction was given up".to_owned());
        return (answer, Some(ran.failed.unwrap_or(lost)));
    }
    let end = match ran.failed {
        None => "RELEASE one",
        Some(_) => {
            work.index.borrow_mut().truncate(mark);
            "ROLLBACK TO one; RELEASE one"
        }
    };
    let ended = work.conn.execute_batch(end);
    (answer, ended.err().map(StoreError::from))
}

//! The audit trail in its own file: its own thread, one commit for everything that waits, no linger.
//!
//! A record that cannot be written fails its caller, so that nothing happens unrecorded. One that was
//! appended without waiting is kept and tried again with the next group.

use super::audit_chain::Chain;
use super::failure::again;
use super::open;
use super::reader::Readers;
use super::{audit_cut, audit_rows, audit_tokens, audit_walk};
use crate::model::Timestamp;
use crate::store::handing_over::{Orderer, Round};
use crate::store::{
    AuditCut, AuditExtent, AuditFilter, AuditHead, AuditLog, AuditPage, AuditVerdict, NewAuditRecord,
    SeenTokens, StoreError,
};
use async_trait::async_trait;
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::{mpsc, oneshot};

/// How many records share a commit at most.
const GROUP: usize = 1024;
/// How many records nobody waits for are kept while the disk refuses them.
const KEPT: usize = 10_000;

mod embedded {
    refinery::embed_migrations!("src/store/sqlite/migrations/audit");
}

pub(super) const MIGRATIONS: open::Migrations = open::Migrations {
    newest: 3,
    runner: embedded::migrations::runner,
};

type Done<T = ()> = oneshot::Sender<Result<T, StoreError>>;
/// Whoever waits for a record to be durable, and where.
type Waiting = (Orderer, Done);

enum Order {
    Append(NewAuditRecord, Option<Waiting>),
    Clear(NewAuditRecord, Done<AuditHead>),
    Prune(Prune, Done<u64>),
    Keep(SeenTokens, Done),
    Try(Done),
    Close(oneshot::Sender<()>),
}

/// What is to be forgotten, at most how much of it, and the record that says so.
struct Prune {
    cut: AuditCut,
    most: u64,
    record: NewAuditRecord,
}

/// The audit trail: `audit.db`.
pub struct SqliteAuditLog {
    orders: mpsc::UnboundedSender<Order>,
    readers: Arc<Readers>,
    closed: AtomicBool,
    is_failing: Arc<AtomicBool>,
}

impl SqliteAuditLog {
    /// Makes the database file (mode 0600), where it is not there yet, and opens it.
    pub fn create(path: &Path) -> Result<Self, StoreError> {
        Self::start(open::new_writer(path, &MIGRATIONS)?)
    }

    /// Opens a trail that is there; none is made in its place ([`StoreError::Missing`]).
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Self::start(open::writer(path, &MIGRATIONS)?)
    }

    fn start((conn, path): (Connection, PathBuf)) -> Result<Self, StoreError> {
        conn.pragma_update(None, "cache_size", open::CACHE_OF_TRAIL)?;
        let readers = Arc::new(Readers::new(path));
        let (orders, waiting) = mpsc::unbounded_channel();
        let is_failing = Arc::new(AtomicBool::new(false));
        let thread = Thread {
            conn,
            readers: Arc::clone(&readers),
            is_failing: Arc::clone(&is_failing),
            unwritten: Vec::new(),
        };
        std::thread::Builder::new()
            .name("audit-writer".to_owned())
            .spawn(move || thread.run(waiting))
            .map_err(|error| StoreError::Failed(format!("cannot start the audit thread: {error}")))?;
        Ok(Self {
            orders,
            readers,
            closed: AtomicBool::new(false),
            is_failing,
        })
    }

    /// Keeps tokens that another trail has seen: whoever asks which were seen is told of them here too.
    pub async fn keep_tokens(&self, tokens: SeenTokens) -> Result<(), StoreError> {
        self.order(|done| Order::Keep(tokens, done)).await
    }

    async fn order<T>(&self, make: impl FnOnce(Done<T>) -> Order) -> Result<T, StoreError> {
        if self.closed.load(Ordering::Acquire) {
            return Err(StoreError::Closed);
        }
        let (done, outcome) = oneshot::channel();
        self.orders.send(make(done)).map_err(|_| StoreError::Closed)?;
        outcome.await.map_err(|_| StoreError::Closed)?
    }
}

#[async_trait]
impl AuditLog for SqliteAuditLog {
    async fn append(&self, record: NewAuditRecord) -> Result<(), StoreError> {
        self.order(|done| Order::Append(record, Some((Orderer::here(), done))))
            .await
    }

    fn append_soon(&self, record: NewAuditRecord) {
        let closed = self.closed.load(Ordering::Acquire);
        if closed || self.orders.send(Order::Append(record, None)).is_err() {
            tracing::error!("an audit record came after the audit trail was closed and is lost");
        }
    }

    async fn recent(
        &self,
        before: Option<u64>,
        limit: usize,
        filter: AuditFilter,
    ) -> Result<AuditPage, StoreError> {
        self.readers
            .long(move |conn| audit_rows::recent(conn, before, limit, &filter))
            .await
    }

    async fn tokens(&self, from: Timestamp, until: Timestamp) -> Result<SeenTokens, StoreError> {
        self.readers
            .long(move |conn| audit_tokens::seen(conn, from, until))
            .await
    }

    async fn head(&self) -> Result<AuditHead, StoreError> {
        let chain = self.readers.long(audit_rows::head).await?;
        Ok(chain.to_head())
    }

    async fn holds(&self, head: AuditHead) -> Result<Option<bool>, StoreError> {
        self.readers
            .long(move |conn| audit_rows::holds(conn, &head))
            .await
    }

    async fn verify(&self) -> Result<AuditVerdict, StoreError> {
        self.readers.long(audit_walk::verify).await
    }

    async fn clear(&self, record: NewAuditRecord) -> Result<AuditHead, StoreError> {
        self.order(|done| Order::Clear(record, done)).await
    }

    async fn extent(&self) -> Result<AuditExtent, StoreError> {
        self.readers.long(audit_cut::extent).await
    }

    async fn newest_until(&self, moment: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        self.readers
            .long(move |conn| audit_cut::newest_until(conn, moment))
            .await
    }

    async fn prune(&self, cut: AuditCut, most: u64, record: NewAuditRecord) -> Result<u64, StoreError> {
        let prune = Prune { cut, most, record };
        self.order(|done| Order::Prune(prune, done)).await
    }

    fn is_failing(&self) -> bool {
        self.is_failing.load(Ordering::Relaxed)
    }

    async fn try_write(&self) -> Result<(), StoreError> {
        self.order(Order::Try).await
    }

    async fn close(&self) {
        if self.closed.swap(true, Ordering::AcqRel) {
            self.orders.closed().await;
            return;
        }
        let (done, closed) = oneshot::channel();
        if self.orders.send(Order::Close(done)).is_ok() {
            let _ = closed.await;
        }
    }
}

struct Thread {
    conn: Connection,
    readers: Arc<Readers>,
    /// The last transaction failed.
    is_failing: Arc<AtomicBool>,
    /// Records that nobody waits for and that could not be written yet.
    unwritten: Vec<NewAuditRecord>,
}

impl Thread {
    fn run(mut self, mut orders: mpsc::UnboundedReceiver<Order>) {
        let mut waiting = Vec::new();
        while orders.blocking_recv_many(&mut waiting, GROUP) > 0 {
            let_others_order(&mut orders, &mut waiting);
            let mut group = Vec::with_capacity(waiting.len());
            for order in waiting.drain(..) {
                match order {
                    Order::Append(record, done) => group.push((record, done)),
                    Order::Clear(record, done) => {
                        self.append(std::mem::take(&mut group));
                        let _ = done.send(self.transaction(|conn, chain| clear(conn, chain, &record)));
                    }
                    Order::Prune(what, done) => {
                        self.append(std::mem::take(&mut group));
                        let _ = done.send(self.transaction(|conn, chain| prune(conn, chain, &what)));
                    }
                    Order::Keep(tokens, done) => {
                        let _ = done.send(self.transaction(|conn, _| audit_tokens::keep(conn, &tokens)));
                    }
                    Order::Try(done) => {
                        self.append(std::mem::take(&mut group));
                        let _ = done.send(self.transaction(|conn, _| open::touch(conn)));
                    }
                    Order::Close(done) => {
                        self.append(std::mem::take(&mut group));
                        self.readers.close();
                        let _ = self.conn.close();
                        let _ = done.send(());
                        return;
                    }
                }
            }
            self.append(group);
        }
        self.append(Vec::new());
    }

    /// Appends a group in one commit and answers those who wait.
    fn append(&mut self, group: Vec<(NewAuditRecord, Option<Waiting>)>) {
        let unwritten = std::mem::take(&mut self.unwritten);
        if group.is_empty() && unwritten.is_empty() {
            return;
        }
        let written = self.transaction(|conn, chain| {
            let records = unwritten.iter().chain(group.iter().map(|(record, _)| record));
            audit_rows::insert(conn, chain, records)
        });
        if let Err(error) = &written {
            tracing::error!(%error, records = group.len(), "the audit trail could not be written");
            self.unwritten = unwritten;
        }
        let mut round = Round::default();
        for (record, waiting) in group {
            match waiting {
                Some((orderer, done)) => {
                    let outcome = written.as_ref().copied().map_err(again);
                    // Whoever waited may have gone.
                    let tell = move || drop(done.send(outcome));
                    round.add(orderer, Box::new(tell));
                }
                None if written.is_err() && self.unwritten.len() < KEPT => self.unwritten.push(record),
                None => {}
            }
        }
    }

    /// Runs `task` and moves the head of the chain, in one durable transaction.
    fn transaction<T>(
        &self,
        task: impl FnOnce(&Connection, &mut Chain) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let outcome = self.attempt(task);
        if outcome.is_err() && !self.conn.is_autocommit() {
            let _ = self.conn.execute_batch("ROLLBACK");
        }
        self.is_failing.store(outcome.is_err(), Ordering::Relaxed);
        outcome
    }

    fn attempt<T>(
        &self,
        task: impl FnOnce(&Connection, &mut Chain) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let run = |sql: &str| self.conn.prepare_cached(sql)?.execute([]);
        run("BEGIN IMMEDIATE")?;
        // Read anew each time: another process may have written to this file since.
        let mut chain = audit_rows::head(&self.conn)?;
        let before = chain.sequence;
        let made = task(&self.conn, &mut chain)?;
        audit_tokens::note(&self.conn, before, chain.sequence)?;
        audit_rows::set_head(&self.conn, &chain)?;
        run("COMMIT")?;
        Ok(made)
    }
}

/// Gives the processor to whoever is ready to run, as long as that brings more orders. Nobody is waited for: where
/// nobody is ready it takes no time. Under load callers would otherwise wait for a commit each few of them, and the
/// processor for as many commits.
fn let_others_order(orders: &mut mpsc::UnboundedReceiver<Order>, waiting: &mut Vec<Order>) {
    let mut before = 0;
    while before < waiting.len() && waiting.len() < GROUP {
        before = waiting.len();
        std::thread::yield_now();
        while waiting.len() < GROUP
            && let Ok(order) = orders.try_recv()
        {
            waiting.push(order);
        }
    }
}

/// Begins a new segment: what came before goes, its head stays on record, and the chain goes on.
fn clear(conn: &Connection, chain: &mut Chain, record: &NewAuditRecord) -> Result<AuditHead, StoreError> {
    let last = chain.clone();
    forget(conn, chain, &last, record)?;
    Ok(last.to_head())
}

/// Forgets what is old, and says so: otherwise nobody could tell it from records that were taken out.
fn prune(conn: &Connection, chain: &mut Chain, prune: &Prune) -> Result<u64, StoreError> {
    let Some((last, count)) = audit_cut::last_of(conn, prune.cut, prune.most)? else {
        return Ok(0);
    };
    forget(conn, chain, &last, &prune.record)?;
    Ok(count)
}

fn forget(
    conn: &Connection,
    chain: &mut Chain,
    last: &Chain,
    record: &NewAuditRecord,
) -> Result<(), StoreError> {
    audit_tokens::keep_living(conn, last.sequence, record.at)?;
    audit_rows::forget_until(conn, last)?;
    let mut record = record.clone();
    record.reason = Some(match record.reason {
        Some(reason) => format!("{reason}; {}", last.as_previous()),
        None => last.as_previous(),
    });
    audit_rows::insert(conn, chain, [&record])
}

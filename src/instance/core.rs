//! One open instance: what every action works with. How it is opened, what it is asked and how it is served stands
//! above it, in [`super::opening`], [`super::perform`] and [`super::server`].

use super::caller::Caller;
use super::handshake::Desk;
use super::held::Held;
use super::issued::Issued;
use super::limits::{Failures, Gate, MOST_CALLS};
use super::lock::{FolderLock, LockHolder};
use super::metrics::{Metrics, Moment};
use super::recall::recall_tokens;
use super::replay::Replay;
use super::settings::{Settings, Tls};
use super::trail::Trail;
use super::unread::{self, Unread};
use super::witness::order::Witness;
use super::{InstanceError, folder, pulse, tls, workers};
use crate::client::{Client, ClientSettings};
use crate::model::{AppId, Endpoint, InstanceId, Timestamp};
use crate::protocol::{HeldCredential, Spki};
use crate::seal::{DataKey, Identity};
use crate::store::sqlite::changes_kept;
use crate::store::{AuditLog, Store, StoreError};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// What an instance is put together from.
pub(super) struct Parts {
    pub settings: Settings,
    pub key: DataKey,
    pub store: Arc<dyn Store>,
    pub trail: Trail,
    pub issued: Arc<Issued>,
    pub held: Arc<Held>,
    pub desk: Desk,
    pub replay: Replay,
    pub tls: Option<tls::Served>,
    pub lock: FolderLock,
    pub folder: folder::Folder,
    /// Ends what goes on as long as it is open: the keepers.
    pub closing: CancellationToken,
    pub keepers: TaskTracker,
}

/// An open instance. It holds the folder's lock until it is closed.
pub struct Instance {
    settings: Settings,
    store: Arc<dyn Store>,
    trail: Trail,
    /// One for each worker, and the first for all else: connections belong to a runtime.
    clients: Vec<Client>,
    key: DataKey,
    /// Seals cursors that some callers must not read.
    cursor_key: DataKey,
    tls: Option<tls::Served>,
    issued: Arc<Issued>,
    held: Arc<Held>,
    desk: Desk,
    replay: Replay,
    recalling: tokio::sync::Mutex<()>,
    failures: Failures,
    gate: Gate,
    /// The room for replies that nobody has read yet.
    unread: Unread,
    /// What goes on without its caller.
    unfinished: TaskTracker,
    /// Counts the calls that change something.
    changes_under_way: TaskTracker,
    metrics: Metrics,
    witness: Witness,
    owner: Caller,
    lock: Mutex<Option<FolderLock>>,
    folder: folder::Folder,
    is_stopping: AtomicBool,
    /// Connections that were cut because they did not end in time when it stopped.
    cut: AtomicUsize,
    is_closed: AtomicBool,
    closing: CancellationToken,
    keepers: TaskTracker,
}

impl Instance {
    /// The settings in a folder, without opening the instance.
    pub fn read_settings(folder: &Path) -> Result<Settings, InstanceError> {
        folder::Folder::at(folder).read_settings()
    }

    /// Who hosts the instance in this folder now.
    pub fn hosted_by(folder: &Path) -> LockHolder {
        folder::Folder::at(folder).hosted_by()
    }

    /// Whether this process, which hosts it, takes calls: it listens where the settings say, and is not ending. Waits for
    /// the answer.
    pub fn takes_calls(pid: u32, settings: &Settings) -> bool {
        pulse::takes_calls(pid, settings.listen)
    }

    /// Since when it is hosted by that process.
    pub fn hosted_since(folder: &Path) -> Option<Timestamp> {
        folder::Folder::at(folder).hosted_since()
    }

    /// The number of the last change to what can be listed, as whoever opened the instance in this folder last left it: what
    /// `get_graph_stats` tells of one that is hosted.
    pub fn changes_kept(folder: &Path) -> u64 {
        changes_kept(&folder::Folder::at(folder).database())
    }

    /// Puts together what was opened.
    pub(super) fn assemble(parts: Parts) -> Arc<Self> {
        Arc::new(Self {
            settings: parts.settings,
            store: parts.store,
            trail: parts.trail,
            clients: (0..=workers::MOST).map(|_| new_client()).collect(),
            cursor_key: parts.key.derived("butterfly/v1 cursor"),
            key: parts.key,
            tls: parts.tls,
            issued: parts.issued,
            held: parts.held,
            desk: parts.desk,
            replay: parts.replay,
            recalling: tokio::sync::Mutex::default(),
            failures: Failures::default(),
            gate: Gate::new(MOST_CALLS),
            unread: Unread::of(unread::OF_ALL),
            unfinished: TaskTracker::new(),
            changes_under_way: TaskTracker::new(),
            metrics: Metrics::default(),
            witness: Witness::default(),
            owner: Caller::owner_in_process(),
            lock: Mutex::new(Some(parts.lock)),
            folder: parts.folder,
            is_stopping: AtomicBool::new(false),
            cut: AtomicUsize::new(0),
            is_closed: AtomicBool::new(false),
            closing: parts.closing,
            keepers: parts.keepers,
        })
    }

    /// Waits until everything acknowledged is durable and lets the lock go.
    pub async fn close(&self) {
        self.is_closed.store(true, Ordering::Release);
        self.closing.cancel();
        // What they took in hand to store is nobody else's to store.
        self.keepers.close();
        self.keepers.wait().await;
        if let Err(error) = self.flush_uses().await {
            tracing::warn!(%error, "the last uses of credentials were not stored");
        }
        self.store.close().await;
        self.trail.log().close().await;
        drop(self.lock.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    /// Makes durable how often credentials were used.
    pub(super) async fn flush_uses(&self) -> Result<(), StoreError> {
        self.issued.flush(self.store.as_ref(), Timestamp::now()).await?;
        self.held.flush_uses(self.store.as_ref()).await
    }

    /// Where the clock went back to a time whose tokens were forgotten: has them recalled, once for everybody who
    /// calls meanwhile. While that fails, no token is taken for fresh.
    pub(super) async fn recall_tokens(&self, now: Timestamp) {
        if self.replay.gap(now.as_seconds()).is_none() {
            return;
        }
        let _alone = self.recalling.lock().await;
        let Some(gap) = self.replay.gap(now.as_seconds()) else {
            return;
        };
        tracing::warn!("the clock went back; tokens of that time are recalled from the audit trail");
        if let Err(error) = recall_tokens(&self.replay, &self.issued, self.trail.log(), gap).await {
            tracing::error!(%error, "tokens could not be recalled; calls are refused until they are");
        }
    }

    /// Its settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Its id on the wire.
    pub fn id(&self) -> &InstanceId {
        &self.settings.instance_id
    }

    /// What it remembers.
    pub fn store(&self) -> &dyn Store {
        self.store.as_ref()
    }

    /// Its audit trail.
    pub fn audit(&self) -> &dyn AuditLog {
        self.trail.log()
    }

    /// Calls other instances, over connections of the thread that asks.
    pub fn client(&self) -> &Client {
        &self.clients[workers::number()]
    }

    /// The same for calls that this instance makes for itself: replies to them are small, whoever is asked.
    pub fn own_client(&self) -> Client {
        self.client().taking_at_most(LARGEST_OF_OWN)
    }

    /// The credential held under this name, opened; none if there is none, or it ended. Whether calls may be
    /// made with it is another matter.
    pub fn held_credential(&self, name: &str) -> Option<HeldCredential> {
        let holding = self.held.get(name)?;
        let has_ended = !holding.life.state_at(Timestamp::now()).is_usable() && !holding.life.is_frozen();
        (!has_ended).then(|| holding.credential.clone())
    }

    /// Where the instances answer for which credentials are held: they are called there, and nothing is fetched from
    /// exactly there. What else their hosts have is under the fetch policy, as everything is.
    pub fn held_endpoints(&self) -> Vec<Endpoint> {
        self.held.endpoints()
    }

    pub(super) fn issued(&self) -> &Issued {
        &self.issued
    }

    pub(super) fn held(&self) -> &Held {
        &self.held
    }

    /// Where one-time codes are claimed.
    pub(super) fn desk(&self) -> &Desk {
        &self.desk
    }

    /// The TLS keys that its callers pin: the one that it shows, and the spare one. None where it makes none itself.
    pub fn pins(&self) -> &[Spki] {
        self.tls.as_ref().map_or(&[], |served| &served.pins)
    }

    /// Shows the spare TLS key of the instance in this folder from its next start on; nobody may host it meanwhile.
    /// Whoever pinned both keys notices nothing.
    pub fn use_spare_tls_key(folder: &Path) -> Result<Vec<Spki>, InstanceError> {
        let folder = folder::Folder::at(folder);
        let settings = folder.read_settings()?;
        let _lock = folder.lock()?;
        tls::use_spare(&folder, &settings)
    }

    /// Why callers do not accept the certificate that this instance was given, as far as that can be told here; none where
    /// they do, and where it makes its own.
    pub fn tls_doubts(settings: &Settings) -> Option<String> {
        let doubts = tls::doubts(settings, Timestamp::now());
        (!doubts.is_empty())
            .then(|| format!("callers will not accept its certificate: {}", doubts.join("; ")))
    }

    /// Why the certificate cannot be used here that its settings name outside its folder, if it cannot.
    pub(super) fn lacks_given_certificate(&self) -> Option<String> {
        if !matches!(self.settings.tls, Some(Tls::Given { .. })) {
            return None;
        }
        let loaded = tls::load(&self.folder, &self.settings);
        loaded.err().map(|error| error.to_string())
    }

    pub(super) fn tls(&self) -> Option<&tls::Served> {
        self.tls.as_ref()
    }

    /// What it signs bundles and requests with.
    pub fn identity(&self) -> Identity {
        Identity::of(&self.key)
    }

    pub(super) fn key(&self) -> &DataKey {
        &self.key
    }

    pub(super) fn cursor_key(&self) -> &DataKey {
        &self.cursor_key
    }

    pub(super) fn replay(&self) -> &Replay {
        &self.replay
    }

    pub(super) fn failures(&self) -> &Failures {
        &self.failures
    }

    /// The calls that go on although nobody waits for them any more.
    pub(super) fn unfinished(&self) -> &TaskTracker {
        &self.unfinished
    }

    /// Counts the calls that change something, until they are on record.
    pub(super) fn changes_under_way(&self) -> &TaskTracker {
        &self.changes_under_way
    }

    pub(super) fn gate(&self) -> &Gate {
        &self.gate
    }

    /// The room for replies that nobody has read yet.
    pub(super) fn unread(&self) -> &Unread {
        &self.unread
    }

    pub(super) fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    pub(super) fn witness(&self) -> &Witness {
        &self.witness
    }

    /// How many times the ends of audit trails were exchanged with peers since it serves.
    pub fn rounds_of_heads(&self) -> watch::Receiver<u64> {
        self.witness.rounds()
    }

    pub(super) fn trail(&self) -> &Trail {
        &self.trail
    }

    /// Whoever administers it in process.
    pub(super) fn owner(&self) -> &Caller {
        &self.owner
    }

    pub(super) fn owner_app_id(&self) -> &AppId {
        &self.owner.app_id
    }

    /// Held while credentials are changed.
    pub(super) async fn changing(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.issued.changing().await
    }

    /// Says that no more calls are wanted; those that were accepted are finished.
    pub(super) fn begin_stopping(&self) {
        self.is_stopping.store(true, Ordering::Release);
    }

    /// Says that so many connections are cut, before they are: their callers did not go by themselves.
    pub(super) fn note_cut(&self, connections: usize) {
        self.cut.store(connections, Ordering::Release);
    }

    /// How many connections were cut because they did not end in time.
    pub(super) fn cut(&self) -> usize {
        self.cut.load(Ordering::Acquire)
    }

    /// Whether calls can be answered, and more of them are wanted.
    pub(super) fn is_ready(&self) -> bool {
        let ends = self.is_stopping.load(Ordering::Acquire) || self.is_closed.load(Ordering::Acquire);
        !ends && !self.has_failing_disk() && !self.gate.is_full()
    }

    /// What a look at the metrics tells beside the counters.
    pub(super) fn moment(&self) -> Moment {
        Moment {
            in_flight: self.gate.inside(),
            remembered_tokens: self.replay.remembered(),
            is_ready: self.is_ready(),
            is_audit_failing: self.trail.is_failing(),
            database_bytes: self.folder.size_of("instance.db"),
            audit_bytes: self.folder.size_of("audit.db"),
        }
    }

    /// Whether the disk refused the last write to one of its databases. It tries again by itself.
    pub(super) fn has_failing_disk(&self) -> bool {
        self.trail.is_failing() || self.store.is_failing()
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        self.closing.cancel();
    }
}

/// Bytes of a response to a call that the instance makes for itself.
const LARGEST_OF_OWN: usize = 1024 * 1024;

/// What calls peers, and hands on what they say.
fn new_client() -> Client {
    Client::with_settings(ClientSettings {
        hands_on: true,
        ..ClientSettings::default()
    })
}

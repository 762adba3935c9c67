//! One open instance: what every action works with.

use super::handshake::Desk;
use super::held::Held;
use super::issued::Issued;
use super::legacy_stand_in::LegacyStandIn;
use super::limits::{Failures, Gate};
use super::metrics::{Metrics, Moment};
use super::opening::Parts;
use super::perform::{Ended, Opened, perform};
use super::replay::Replay;
use super::settings::{NewInstance, Settings};
use super::trail::Trail;
use super::witness::Witness;
use super::workers::{self, Workers};
use super::{InstanceError, folder, opening, server, tls, witness};
use crate::client::Client;
use crate::model::{AppId, ConnectionId, Endpoint, Grant, InstanceId, KeyId, Profile, Timestamp};
use crate::protocol::{CallContext, Code, HeldCredential, Problem, Query, Reply, Spki, Stopwatch};
use crate::seal::{DataKey, Identity};
use crate::store::{AuditLog, Store, StoreError};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// The app_id and the credential's name of an instance's own administrator.
pub(super) const OWNER: &str = "owner";

/// Who calls, once that is proven.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Under which name.
    pub app_id: AppId,
    /// The name of the issued credential.
    pub credential: String,
    /// Its key id, if native.
    pub kid: Option<KeyId>,
    /// How it seals.
    pub profile: Profile,
    /// What it allows.
    pub grant: Arc<Grant>,
}

impl Caller {
    /// The same caller, seeing the pointers of this connection too.
    pub(super) fn covering(&self, connection: &ConnectionId) -> Self {
        let mut grant = Grant::clone(&self.grant);
        grant.pointers.of_domains.insert(connection.clone());
        Self {
            grant: Arc::new(grant),
            ..self.clone()
        }
    }
}

/// An open instance. It holds the folder's lock until it is closed.
pub struct Instance {
    settings: Settings,
    store: Arc<dyn Store>,
    trail: Trail,
    /// One for each worker, and the first for all else: connections belong to a runtime.
    clients: Vec<Client>,
    key: DataKey,
    tls: Option<tls::Served>,
    issued: Arc<Issued>,
    held: Arc<Held>,
    desk: Desk,
    replay: Replay,
    recalling: tokio::sync::Mutex<()>,
    failures: Failures,
    gate: Gate,
    metrics: Metrics,
    witness: Witness,
    owner: Caller,
    lock: Mutex<Option<folder::Lock>>,
    folder: folder::Folder,
    is_stopping: AtomicBool,
    is_closed: AtomicBool,
    closing: CancellationToken,
}

impl Instance {
    /// Makes the folder with settings, key, databases and the owner's credential, which is returned: whoever asked keeps it in the vault.
    pub async fn create(
        folder: &Path,
        new: NewInstance,
    ) -> Result<(Settings, HeldCredential), InstanceError> {
        opening::create(folder, new).await
    }

    /// The settings in a folder, without opening the instance.
    pub fn read_settings(folder: &Path) -> Result<Settings, InstanceError> {
        folder::Folder::at(folder).read_settings()
    }

    /// The process that hosts the instance in this folder now, if one does.
    pub fn hosted_by(folder: &Path) -> Option<u32> {
        folder::Folder::at(folder).hosted_by()
    }

    /// Since when it is hosted by that process.
    pub fn hosted_since(folder: &Path) -> Option<Timestamp> {
        folder::Folder::at(folder).hosted_since()
    }

    /// Takes the folder's lock and opens the instance.
    pub async fn open(folder: &Path, stand_in: Option<LegacyStandIn>) -> Result<Arc<Self>, InstanceError> {
        opening::open(folder, stand_in, false).await
    }

    /// The same with the audit trail switched off: only for measuring what everything else costs.
    #[doc(hidden)]
    pub async fn open_without_audit_for_bench(folder: &Path) -> Result<Arc<Self>, InstanceError> {
        opening::open(folder, None, true).await
    }

    /// Puts together what was opened.
    pub(super) fn assemble(parts: Parts) -> Arc<Self> {
        let closing = CancellationToken::new();
        let issued = Arc::new(parts.issued);
        let held = Arc::new(parts.held);
        opening::keep_flushing(
            Arc::clone(&issued),
            Arc::clone(&held),
            Arc::clone(&parts.store),
            parts.trail.shared_log(),
            closing.clone(),
        );
        Arc::new(Self {
            settings: parts.settings,
            store: parts.store,
            trail: parts.trail,
            clients: (0..=workers::MOST).map(|_| Client::new()).collect(),
            key: parts.key,
            tls: parts.tls,
            issued,
            held,
            desk: parts.desk,
            replay: parts.replay,
            recalling: tokio::sync::Mutex::default(),
            failures: Failures::default(),
            gate: Gate::new(MOST_CALLS),
            metrics: Metrics::default(),
            witness: Witness::default(),
            owner: owner_in_process(),
            lock: Mutex::new(Some(parts.lock)),
            folder: parts.folder,
            is_stopping: AtomicBool::new(false),
            is_closed: AtomicBool::new(false),
            closing,
        })
    }

    /// Runs a query as the owner, in process: the same checks, actions and audit as over the wire, without the wire.
    pub async fn invoke_as_owner(self: &Arc<Self>, query: &Query, context: &CallContext) -> Reply {
        let mut watch = Stopwatch::start();
        let opened = Opened {
            instance: self,
            caller: &self.owner,
            credential: None,
            jti: None,
            query,
            context,
            peer: None,
        };
        match perform(&opened, &mut watch).await {
            Ended::Replied(reply, onward) if context.trace || query.wants_trace() => {
                reply.with_trace(&watch.into_hop(self.id().as_str(), onward))
            }
            Ended::Replied(reply, _) => reply,
            Ended::Withheld => Reply::error(&Problem::new(
                Code::Unauthenticated,
                "the owner's credential no longer stands",
            )),
        }
    }

    /// Listens where the settings say.
    pub async fn bind(&self) -> Result<TcpListener, InstanceError> {
        let may_be_public = self.settings.insecure_http || self.tls.is_some();
        server::bind(self.settings.listen, may_be_public).await
    }

    /// Answers on `listener` until `stop`, then finishes what was accepted. On several processors it is answered by
    /// threads of its own; this runtime only accepts.
    pub async fn serve(
        self: &Arc<Self>,
        listener: TcpListener,
        stop: CancellationToken,
    ) -> Result<(), InstanceError> {
        let workers = Workers::start().map_err(InstanceError::NoThread)?;
        self.serve_by(workers, listener, stop).await
    }

    /// The same, all of it on this runtime: for whoever holds its clock.
    pub async fn serve_here(
        self: &Arc<Self>,
        listener: TcpListener,
        stop: CancellationToken,
    ) -> Result<(), InstanceError> {
        self.serve_by(Workers::none(), listener, stop).await
    }

    async fn serve_by(
        self: &Arc<Self>,
        workers: Workers,
        listener: TcpListener,
        stop: CancellationToken,
    ) -> Result<(), InstanceError> {
        let serving = CancellationToken::new();
        let exchanging = witness::keep_exchanging(Arc::clone(self), serving.clone());
        let exchanging = tokio::spawn(exchanging);
        server::serve(Arc::clone(self), listener, workers, stop).await;
        serving.cancel();
        // It only fails if it panicked, which the log has.
        let _ = exchanging.await;
        self.flush_uses().await?;
        Ok(())
    }

    /// Waits until everything acknowledged is durable and lets the lock go.
    pub async fn close(&self) {
        self.is_closed.store(true, Ordering::Release);
        self.closing.cancel();
        if let Err(error) = self.flush_uses().await {
            tracing::warn!(%error, "the last uses of credentials were not stored");
        }
        self.store.close().await;
        self.trail.log().close().await;
        drop(self.lock.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    async fn flush_uses(&self) -> Result<(), StoreError> {
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
        if let Err(error) = opening::recall_tokens(&self.replay, &self.issued, self.trail.log(), gap).await {
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

    /// The credential held under this name, opened; none if there is none, or it ended. Whether calls may be
    /// made with it is another matter.
    pub fn held_credential(&self, name: &str) -> Option<HeldCredential> {
        let holding = self.held.get(name)?;
        let has_ended = !holding.life.state_at(Timestamp::now()).is_usable() && !holding.life.is_frozen();
        (!has_ended).then(|| holding.credential.clone())
    }

    /// Where the instances answer for which credentials are held: the fetch policy lets their exact host and port through.
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

    pub(super) fn replay(&self) -> &Replay {
        &self.replay
    }

    pub(super) fn failures(&self) -> &Failures {
        &self.failures
    }

    pub(super) fn gate(&self) -> &Gate {
        &self.gate
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

    /// Whether calls can be answered, and more of them are wanted.
    pub(super) fn is_ready(&self) -> bool {
        let ends = self.is_stopping.load(Ordering::Acquire) || self.is_closed.load(Ordering::Acquire);
        !ends && !self.has_failing_disk()
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

/// Calls answered at one time.
const MOST_CALLS: usize = 1024;

/// The owner without a credential: whoever can open the folder is one.
fn owner_in_process() -> Caller {
    Caller {
        app_id: AppId::parse(OWNER).expect("written by its grammar"),
        credential: OWNER.to_owned(),
        kid: None,
        profile: Profile::Native,
        grant: Arc::new(Grant::owner()),
    }
}

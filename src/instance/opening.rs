//! Making an instance, and opening one: folder, key, databases, credentials, and what replay
//! protection has to remember from before.

use super::actions::{Access, table};
use super::caller::OWNER;
use super::core::Parts;
use super::folder::Folder;
use super::handshake::{self, Desk};
use super::held::Held;
use super::issued::{self, Issued};
use super::legacy_stand_in::LegacyStandIn;
use super::lock::FolderLock;
use super::recall::recall_tokens;
use super::replay::{self, Gap, Replay};
use super::retention::Retention;
use super::settings::{AuditKept, NewInstance, ProxyHeader, Settings, Tls, usual};
use super::trail::{Act, Acts, Trail};
use super::{Instance, InstanceError, free_port, server, strangers, tls};
use crate::model::{AppId, CredentialState, Endpoint, Grant, Profile, Timestamp};
use crate::protocol::{HeldCredential, Spki};
use crate::seal::{DataKey, random};
use crate::store::sqlite::{SqliteAuditLog, SqliteStore};
use crate::store::{AuditLog, IssuedRecord, Store};
use futures::future::BoxFuture;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How often what became of credentials is stored, and a disk that refused is tried again.
const FLUSH: Duration = Duration::from_secs(1);
/// How often the mere counts of their uses are. Each time, every reader has to let go of the pages of the database
/// that it had at hand: under load, with a million pointers, that costs a tenth of all lookups if it is done each second.
const FLUSH_USES: Duration = Duration::from_secs(15);
/// How often it is looked for imports that nobody goes on with.
const END_IMPORTS: Duration = Duration::from_secs(30);
/// How often, and after how long, a lock that somebody only looked at is tried again.
const LOCK_TRIES: u32 = 3;
const LOCK_PAUSE: Duration = Duration::from_millis(20);

impl Instance {
    /// Makes the folder with settings, key, databases and the owner's credential, which is returned: whoever asked keeps it in
    /// the vault. It is made beside its place and moved there when it is whole.
    pub async fn create(
        folder: &Path,
        new: NewInstance,
    ) -> Result<(Settings, HeldCredential), InstanceError> {
        let settings = settle(new).await?;
        let place = Folder::at(folder);
        let making = place.make_beside(settings.instance_id.as_str())?;
        let made = match fill(&making, &settings).await {
            Ok(owner) => making.move_to(&place).map(|()| owner),
            Err(error) => Err(error),
        };
        match made {
            Ok(owner) => Ok((settings, owner)),
            Err(error) => {
                making.discard();
                Err(error)
            }
        }
    }

    /// Sees to it that nobody opens the instance in this folder while the answer is kept.
    pub async fn shut(folder: &Path) -> Result<FolderLock, InstanceError> {
        take_lock(&Folder::at(folder)).await
    }

    /// Takes the folder's lock and opens the instance.
    pub async fn open(folder: &Path, stand_in: Option<LegacyStandIn>) -> Result<Arc<Self>, InstanceError> {
        open(folder, stand_in, &Leave::default()).await
    }

    /// The same with the audit trail switched off: only for measuring what everything else costs.
    #[doc(hidden)]
    pub async fn open_without_audit_for_bench(folder: &Path) -> Result<Arc<Self>, InstanceError> {
        let leave = Leave {
            audit: true,
            ..Leave::default()
        };
        open(folder, None, &leave).await
    }
}

/// What is left out when an instance is opened.
#[derive(Default)]
struct Leave {
    audit: bool,
    given_tls: bool,
}

/// Opens an instance that is not to be hosted yet: a certificate that its settings name outside its folder may be missing.
pub(super) async fn open_without_given_tls(folder: &Path) -> Result<Arc<Instance>, InstanceError> {
    let leave = Leave {
        given_tls: true,
        ..Leave::default()
    };
    open(folder, None, &leave).await
}

/// Chooses what was left open: id, port, endpoint.
async fn settle(new: NewInstance) -> Result<Settings, InstanceError> {
    let mut listen = new.listen;
    if listen.port() == 0 {
        listen = free_port::choose(listen, new.insecure_http || new.tls.is_some()).await?;
    }
    server::check_listen(listen, new.insecure_http || new.tls.is_some())?;
    let endpoint = match new.endpoint {
        Some(endpoint) => endpoint,
        None => {
            let scheme = if new.tls.is_some() { "https" } else { "http" };
            let url = format!("{scheme}://{listen}/invoke");
            Endpoint::parse(&url).map_err(|error| InstanceError::Listen {
                address: listen.to_string(),
                cause: error.to_string(),
            })?
        }
    };
    Ok(Settings {
        name: new.name,
        instance_id: random::instance_id(),
        listen,
        endpoint,
        insecure_http: new.insecure_http,
        tls: new.tls,
        key: new.key,
        fetch_allow: Vec::new(),
        fetch_largest_mib: usual::largest(),
        fetch_seconds: usual::seconds(),
        file_roots: Vec::new(),
        read_only: false,
        audit_days: AuditKept::default().days,
        audit_mib: AuditKept::default().mib,
        trusted_proxies: Vec::new(),
        proxy_header: ProxyHeader::default(),
    })
}

/// Key, databases, the owner's credential, and last the settings.
async fn fill(folder: &Folder, settings: &Settings) -> Result<HeldCredential, InstanceError> {
    let key = folder.make_key(&settings.key)?;
    let store = SqliteStore::create(&folder.database())?;
    let audit = SqliteAuditLog::create(&folder.audit())?;
    let pins = match settings.tls {
        Some(Tls::Own) => tls::make(folder, settings)?,
        _ => Vec::new(),
    };
    let issued = issue_owner(&store, &key, settings, pins).await;
    store.close().await;
    audit.close().await;
    let owner = issued?;
    folder.write_settings(settings)?;
    Ok(owner)
}

async fn issue_owner(
    store: &dyn Store,
    key: &DataKey,
    settings: &Settings,
    pins: Vec<Spki>,
) -> Result<HeldCredential, InstanceError> {
    let (mut owner, record) = owner_of(key, settings);
    owner.pins = pins;
    store.insert_issued(record).await?;
    Ok(owner)
}

/// A fresh credential for the owner, and what the instance keeps of it.
pub(super) fn owner_of(key: &DataKey, settings: &Settings) -> (HeldCredential, IssuedRecord) {
    let app_id = AppId::parse(OWNER).expect("written by its grammar");
    let credential = issued::draw(
        app_id.clone(),
        Profile::Native,
        settings.endpoint.clone(),
        &settings.instance_id,
    );
    let record = IssuedRecord {
        life: None,
        sealed_previous: None,
        access_key: None,
        name: OWNER.to_owned(),
        app_id,
        profile: Profile::Native,
        kid: credential.kid().cloned(),
        endpoint: settings.endpoint.clone(),
        grant: Grant::owner(),
        state: CredentialState::Active,
        verified: true,
        expires_at: None,
        created_at: Timestamp::now(),
        last_used: None,
        uses: 0,
        sealed_secrets: issued::seal_secrets(key, OWNER, &credential),
    };
    (credential, record)
}

/// Takes the lock, then opens what is in the folder. Boxed: it is long, and begun in many places.
fn open<'a>(
    path: &'a Path,
    stand_in: Option<LegacyStandIn>,
    leave: &'a Leave,
) -> BoxFuture<'a, Result<Arc<Instance>, InstanceError>> {
    Box::pin(open_folder(path, stand_in, leave))
}

async fn open_folder(
    path: &Path,
    stand_in: Option<LegacyStandIn>,
    leave: &Leave,
) -> Result<Arc<Instance>, InstanceError> {
    let folder = Folder::at(path);
    folder.check()?;
    let settings = folder.read_settings()?;
    let tls = match settings.tls {
        Some(Tls::Given { .. }) if leave.given_tls => None,
        _ => tls::load(&folder, &settings)?,
    };
    let lock = take_lock(&folder).await?;
    let key = folder.read_key(&settings.key)?;
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&folder.database())?);
    let audit: Arc<dyn AuditLog> = Arc::new(SqliteAuditLog::open(&folder.audit())?);

    let issued = Arc::new(Issued::load(store.as_ref(), &key, Timestamp::now()).await?);
    if let Some(stand_in) = &stand_in {
        warn_if_weak(&settings, stand_in);
        issued.stand_in(stand_in, &settings.endpoint, Timestamp::now());
    }
    let held = Arc::new(Held::load(store.as_ref(), &key).await?);
    let replay = Replay::new(replay::CAPACITY);
    let gap = Gap::around(Timestamp::now().as_seconds());
    recall_tokens(&replay, &issued, audit.as_ref(), gap).await?;
    let trail = Trail::new(audit, ACTS, &settings.instance_id, leave.audit);
    let (desk, interrupted) = Desk::load(store.as_ref()).await?;
    let closing = CancellationToken::new();
    let keepers = TaskTracker::new();
    keepers.spawn(keep_flushing(
        Arc::clone(&issued),
        Arc::clone(&held),
        Arc::clone(&store),
        trail.shared_log(),
        closing.clone(),
    ));
    if !leave.audit {
        let strangers = Arc::clone(trail.strangers());
        keepers.spawn(strangers::keep_summing(
            strangers,
            trail.shared_log(),
            closing.clone(),
        ));
        let retention = Retention::new(trail.shared_log(), folder.clone(), &settings);
        keepers.spawn(retention.keep(closing.clone()));
    }
    let instance = Instance::assemble(Parts {
        settings,
        key,
        store,
        trail,
        issued,
        held,
        desk,
        replay,
        tls,
        lock,
        folder,
        closing,
        keepers,
    });
    handshake::burn_interrupted(&instance, interrupted).await?;
    Ok(instance)
}

/// What the table says of actions, for the audit trail.
pub(super) const ACTS: Acts = Acts {
    of: act_of,
    take: |action, parameter| {
        let action = table::ALL.find(action);
        action.is_some_and(|action| action.parameters.iter().any(|taken| taken.name == parameter))
    },
};

fn act_of(name: &str) -> Option<Act> {
    let action = table::ALL.find(name)?;
    match action.access {
        Access::Anyone => Some(Act::Anyones),
        Access::Owner => Some(Act::Administration),
        Access::Granted => action.writes.then_some(Act::Administration),
    }
}

async fn take_lock(folder: &Folder) -> Result<FolderLock, InstanceError> {
    for _ in 1..LOCK_TRIES {
        match folder.lock() {
            Err(InstanceError::Hosted { .. }) => tokio::time::sleep(LOCK_PAUSE).await,
            taken => return taken,
        }
    }
    folder.lock()
}

fn warn_if_weak(settings: &Settings, stand_in: &LegacyStandIn) {
    if stand_in.token_secret.is_weak() {
        tracing::warn!(
            instance = %settings.name,
            "JWT_SECRET_KEY is weak: shorter than 32 bytes, or the documented development default; whoever guesses it can call this instance as its owner"
        );
    }
}

/// Every now and then, until the instance closes: stores lives and uses, ends imports that were left, and finds out
/// when a disk that refused takes writes again: an instance that is not ready gets no calls that would.
async fn keep_flushing(
    issued: Arc<Issued>,
    held: Arc<Held>,
    store: Arc<dyn Store>,
    audit: Arc<dyn AuditLog>,
    closing: CancellationToken,
) {
    let (mut ticks, mut ticks_for_uses) = (every(FLUSH), every(FLUSH_USES));
    let mut ticks_for_imports = every(END_IMPORTS);
    loop {
        tokio::select! {
            // First of all: what ticks at that moment would find its database closed.
            biased;
            () = closing.cancelled() => return,
            _ = ticks.tick() => {
                try_again(store.as_ref(), audit.as_ref()).await;
                if let Err(error) = issued.flush_lives(store.as_ref(), Timestamp::now()).await {
                    tracing::warn!(%error, "what became of credentials could not be stored");
                }
            }
            _ = ticks_for_uses.tick() => {
                if let Err(error) = issued.flush_uses(store.as_ref()).await {
                    tracing::warn!(%error, "uses of credentials could not be stored");
                }
                if let Err(error) = held.flush_uses(store.as_ref()).await {
                    tracing::warn!(%error, "uses of held credentials could not be stored");
                }
            }
            _ = ticks_for_imports.tick() => {
                if let Err(error) = store.end_resting_imports(Timestamp::now()).await {
                    tracing::warn!(%error, "imports that nobody goes on with could not be ended");
                }
            }
        }
    }
}

fn every(period: Duration) -> tokio::time::Interval {
    let mut ticks = tokio::time::interval(period);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    ticks
}

/// Where the disk refused the last write, one more.
async fn try_again(store: &dyn Store, audit: &dyn AuditLog) {
    if store.is_failing() && store.try_write().await.is_ok() {
        tracing::info!("the instance's database can be written again");
    }
    if audit.is_failing() && audit.try_write().await.is_ok() {
        tracing::info!("the audit trail can be written again");
    }
}

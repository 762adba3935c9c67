//! The credentials that this instance issued, ready for use: found by key id, by app_id or by access key,
//! with their keys derived. What is stored is loaded once and kept in step; secrets lie sealed in the store.

use super::Caller;
use super::limits::Rate;
use super::settings::LegacyStandIn;
use crate::model::{AppId, CredentialState, Endpoint, Grant, InstanceId, KeyId, Profile, Timestamp};
use crate::protocol::{CredentialForm, HeldCredential, HeldKeys};
use crate::seal::{DataKey, LegacyKeys, NativeKeys, random, row};
use crate::store::{IssuedRecord, Store, StoreError};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// An issued credential as it stands now. A change replaces it by another one with the same [`Life`].
pub(super) struct Credential {
    /// What is stored of it.
    pub record: IssuedRecord,
    /// Who calls with it.
    pub caller: Caller,
    /// What opens and seals.
    pub keys: IssuedKeys,
    /// What outlives its changes.
    pub life: Arc<Life>,
}

/// The working keys of an issued credential.
#[derive(Clone)]
pub(super) enum IssuedKeys {
    /// Native.
    Native(NativeKeys),
    /// Legacy, and the digest of its access key if it has one.
    Legacy(LegacyKeys, Option<[u8; 32]>),
}

/// What belongs to a credential whatever becomes of it.
pub(super) struct Life {
    /// A number of its own within this process.
    pub number: u32,
    /// How many calls a minute it makes.
    pub rate: Rate,
    /// False from the moment at which it is suspended or revoked.
    stands: AtomicBool,
    uses: AtomicU64,
    noted: AtomicU64,
    last_used_us: AtomicI64,
    origin: Origin,
}

/// Where a credential comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// It is stored.
    Stored,
    /// It is stored, and went into an offer: to be used for the first time before the offer ends, or never.
    Offered { until: Timestamp },
    /// Made for this process only: nothing of it is stored.
    InMemory,
}

/// All issued credentials.
pub(super) struct Issued {
    index: RwLock<Index>,
    next_number: AtomicU32,
    /// Checked in place of a credential that does not exist, so that looking for one costs the same.
    decoy: NativeKeys,
}

#[derive(Default)]
struct Index {
    by_name: HashMap<String, Arc<Credential>>,
    by_kid: HashMap<KeyId, Arc<Credential>>,
    legacy_by_app: HashMap<AppId, Vec<Arc<Credential>>>,
    legacy_by_access_key: HashMap<[u8; 32], Arc<Credential>>,
}

impl Credential {
    /// Why a call may not be made with it now, as a stable word; none if it may.
    pub(super) fn refusal(&self, now: Timestamp) -> Option<&'static str> {
        if !self.life.stands.load(Ordering::Acquire) {
            return Some(match self.record.state {
                CredentialState::Suspended => "credential_suspended",
                CredentialState::Expired => "lease_ended",
                _ => "credential_revoked",
            });
        }
        if self.has_lapsed(now) {
            return Some("offer_expired");
        }
        let ended = self.record.expires_at.is_some_and(|ends| ends <= now);
        ended.then_some("lease_ended")
    }

    /// Whether the offer that it was in ended before anybody used it. Its bundle may lie about anywhere.
    fn has_lapsed(&self, now: Timestamp) -> bool {
        let Origin::Offered { until } = self.life.origin else {
            return false;
        };
        self.record.state == CredentialState::Offered
            && self.life.uses.load(Ordering::Relaxed) == 0
            && until <= now
    }

    /// Notes a call; what is stored follows within a second or so.
    pub(super) fn note_use(&self, now: Timestamp) {
        self.life.uses.fetch_add(1, Ordering::Relaxed);
        self.life
            .last_used_us
            .fetch_max(now.as_micros(), Ordering::Relaxed);
    }

    /// The record as it stands now: uses counted, and an offered credential in use or past its offer shown as that.
    pub(super) fn record_at(&self, now: Timestamp) -> IssuedRecord {
        let last_used = self.life.last_used_us.load(Ordering::Relaxed);
        let uses = self.life.uses.load(Ordering::Relaxed);
        let state = match self.record.state {
            CredentialState::Offered if uses > 0 => CredentialState::Active,
            CredentialState::Offered if self.has_lapsed(now) => CredentialState::Expired,
            state => state,
        };
        IssuedRecord {
            state,
            uses,
            last_used: (last_used != i64::MIN).then(|| Timestamp::from_micros(last_used)),
            ..self.record.clone()
        }
    }

    /// Whether it exists in this process only.
    pub(super) fn is_in_memory(&self) -> bool {
        self.life.origin == Origin::InMemory
    }

    fn new(record: IssuedRecord, keys: IssuedKeys, life: Arc<Life>) -> Self {
        Self {
            caller: Caller {
                app_id: record.app_id.clone(),
                credential: record.name.clone(),
                kid: record.kid.clone(),
                profile: record.profile,
                grant: Arc::new(record.grant.clone()),
            },
            record,
            keys,
            life,
        }
    }
}

impl Issued {
    /// Opens everything that the store has.
    pub(super) async fn load(store: &dyn Store, key: &DataKey) -> Result<Self, StoreError> {
        let issued = Self {
            index: RwLock::default(),
            next_number: AtomicU32::new(0),
            decoy: NativeKeys::derive(random::key_id(), &random::root_key()),
        };
        let mut offered = HashMap::new();
        for offer in store.offers().await? {
            for name in offer.credentials {
                offered.insert(name, offer.expires_at);
            }
        }
        for record in store.issued().await? {
            let keys = open_keys(key, &record)?;
            let origin = match offered.get(&record.name) {
                Some(until) => Origin::Offered { until: *until },
                None => Origin::Stored,
            };
            issued.install(record, keys, origin);
        }
        Ok(issued)
    }

    /// Adds the credentials of a stand-in, with everything that an original instance allows its callers.
    pub(super) fn stand_in(&self, stand_in: &LegacyStandIn, endpoint: &Endpoint, now: Timestamp) {
        let keys = LegacyKeys::new(&stand_in.token_secret, &stand_in.encryption_key);
        for app_id in &stand_in.app_ids {
            let record = IssuedRecord {
                name: format!("legacy:{app_id}"),
                app_id: app_id.clone(),
                profile: Profile::Legacy,
                kid: None,
                endpoint: endpoint.clone(),
                grant: Grant::owner(),
                state: CredentialState::Active,
                verified: false,
                expires_at: None,
                created_at: now,
                last_used: None,
                uses: 0,
                sealed_secrets: Vec::new(),
                life: None,
                sealed_previous: None,
            };
            self.install(record, IssuedKeys::Legacy(keys.clone(), None), Origin::InMemory);
        }
    }

    /// Makes a credential known that was stored just now, or loaded.
    pub(super) fn install(&self, record: IssuedRecord, keys: IssuedKeys, origin: Origin) {
        let life = Arc::new(Life {
            number: self.next_number.fetch_add(1, Ordering::Relaxed),
            rate: Rate::default(),
            stands: AtomicBool::new(record.state.is_usable()),
            uses: AtomicU64::new(record.uses),
            noted: AtomicU64::new(record.uses),
            last_used_us: AtomicI64::new(record.last_used.map_or(i64::MIN, Timestamp::as_micros)),
            origin,
        });
        self.write().put(Arc::new(Credential::new(record, keys, life)));
    }

    /// Replaces a credential by what became of it. From here on calls in flight see whether it still stands.
    pub(super) fn replace(&self, old: &Credential, record: IssuedRecord) {
        let stands = record.state.is_usable();
        let new = Credential::new(record, old.keys.clone(), Arc::clone(&old.life));
        let mut index = self.write();
        index.put(Arc::new(new));
        old.life.stands.store(stands, Ordering::Release);
    }

    pub(super) fn by_kid(&self, kid: &KeyId) -> Option<Arc<Credential>> {
        self.read().by_kid.get(kid).cloned()
    }

    pub(super) fn by_name(&self, name: &str) -> Option<Arc<Credential>> {
        self.read().by_name.get(name).cloned()
    }

    /// Legacy credentials that a token with these claims may belong to.
    pub(super) fn legacy(&self, app_id: Option<&AppId>, access_key: Option<&str>) -> Vec<Arc<Credential>> {
        let index = self.read();
        let by_key = access_key.and_then(|key| index.legacy_by_access_key.get(&digest(key)));
        let by_app = app_id.and_then(|app_id| index.legacy_by_app.get(app_id));
        by_key
            .into_iter()
            .chain(by_app.into_iter().flatten())
            .cloned()
            .collect()
    }

    /// Every credential, by name.
    pub(super) fn all(&self) -> Vec<Arc<Credential>> {
        let mut all: Vec<_> = self.read().by_name.values().cloned().collect();
        all.sort_by(|left, right| left.record.name.cmp(&right.record.name));
        all
    }

    /// Keys that nobody holds.
    pub(super) fn decoy(&self) -> &NativeKeys {
        &self.decoy
    }

    /// Stores how often credentials were used since the last time.
    pub(super) async fn flush_uses(&self, store: &dyn Store) -> Result<(), StoreError> {
        let mut uses = Vec::new();
        for credential in self.read().by_name.values() {
            let life = &credential.life;
            let total = life.uses.load(Ordering::Relaxed);
            if !credential.is_in_memory() && life.noted.swap(total, Ordering::Relaxed) != total {
                let at = Timestamp::from_micros(life.last_used_us.load(Ordering::Relaxed));
                uses.push((credential.record.name.clone(), at, total));
            }
        }
        if uses.is_empty() {
            return Ok(());
        }
        store.note_use(uses).await
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, Index> {
        self.index.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, Index> {
        self.index.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Index {
    fn put(&mut self, credential: Arc<Credential>) {
        let name = &credential.record.name;
        match &credential.keys {
            IssuedKeys::Native(keys) => {
                self.by_kid.insert(keys.kid().clone(), Arc::clone(&credential));
            }
            IssuedKeys::Legacy(_, access_key) => {
                let same_app = self
                    .legacy_by_app
                    .entry(credential.record.app_id.clone())
                    .or_default();
                same_app.retain(|other| other.record.name != *name);
                same_app.push(Arc::clone(&credential));
                if let Some(digest) = access_key {
                    self.legacy_by_access_key.insert(*digest, Arc::clone(&credential));
                }
            }
        }
        self.by_name.insert(name.clone(), credential);
    }
}

/// What an instance keeps of the credential that it hands out: its plain form, sealed.
pub(super) fn seal_secrets(key: &DataKey, name: &str, credential: &HeldCredential) -> Vec<u8> {
    let form = CredentialForm::of(credential).expose_json();
    row::seal(key, &identity(name), &form)
}

/// The credential behind a record, with its secrets.
pub(super) fn open_secrets(key: &DataKey, record: &IssuedRecord) -> Result<HeldCredential, StoreError> {
    let damaged =
        |cause: String| StoreError::Failed(format!("the issued credential {:?}: {cause}", record.name));
    let form = row::open(key, &identity(&record.name), &record.sealed_secrets)
        .map_err(|error| damaged(error.to_string()))?;
    let held = CredentialForm::from_json(&form).map_err(|error| damaged(error.to_string()))?;
    held.into_held().map_err(|error| damaged(error.to_string()))
}

/// The working keys of a credential that this instance made.
pub(super) fn working_keys(credential: &HeldCredential) -> IssuedKeys {
    match &credential.keys {
        HeldKeys::Native { keys, .. } => IssuedKeys::Native(keys.clone()),
        HeldKeys::Legacy { keys, access_key, .. } => {
            let digest = access_key.as_ref().map(|key| digest(key.expose_text()));
            IssuedKeys::Legacy(keys.clone(), digest)
        }
    }
}

/// A new credential of this instance, with fresh secrets.
pub(super) fn draw(
    app_id: AppId,
    profile: Profile,
    endpoint: Endpoint,
    instance: &InstanceId,
) -> HeldCredential {
    match profile {
        Profile::Native => HeldCredential::native(
            app_id,
            endpoint,
            instance.clone(),
            random::key_id(),
            random::root_key(),
        ),
        Profile::Legacy => HeldCredential::legacy(
            app_id,
            endpoint,
            random::token_secret(),
            random::fernet_key(),
            None,
        ),
    }
}

fn open_keys(key: &DataKey, record: &IssuedRecord) -> Result<IssuedKeys, StoreError> {
    open_secrets(key, record).map(|credential| working_keys(&credential))
}

/// What a sealed row is bound to: it opens in the place of no other.
fn identity(name: &str) -> Vec<u8> {
    format!("issued:{name}").into_bytes()
}

fn digest(access_key: &str) -> [u8; 32] {
    Sha256::digest(access_key.as_bytes()).into()
}

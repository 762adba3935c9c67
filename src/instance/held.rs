//! The credentials that this instance holds to call others (relay), opened once and kept in step with
//! the store, where they lie sealed. What may be done with them is decided in `holding`.

use super::peer_gate::PeerGate;
use super::peer_gates::PeerGates;
use crate::handshake::{Beginning, Event, Life};
use crate::model::{Endpoint, Grant, Holder, Timestamp};
use crate::protocol::{CredentialForm, HeldCredential};
use crate::seal::{DataKey, IdentityKey, row};
use crate::store::{HeldRecord, Store, StoreError};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use zeroize::Zeroizing;

/// All held credentials.
#[derive(Default)]
pub(super) struct Held {
    by_name: RwLock<BTreeMap<String, Arc<Holding>>>,
    gates: PeerGates,
}

/// A held credential as it stands now. A change replaces it by another one with the same [`Lasting`] part.
pub(super) struct Holding {
    /// What is stored of it.
    pub record: HeldRecord,
    /// Where it stands.
    pub life: Life,
    /// What is known of the other side.
    pub peer: Peer,
    /// What it calls with.
    pub credential: HeldCredential,
    /// What outlives its changes.
    pub lasting: Arc<Lasting>,
    /// What relays pass: that of its peer, from when it is known on.
    pub gate: Arc<PeerGate>,
}

/// What belongs to a held credential whatever becomes of its keys.
pub(super) struct Lasting {
    uses: AtomicU64,
    noted: AtomicU64,
    last_used_us: AtomicI64,
    /// Held while keys are mixed in, so that two do not ask with two keys.
    pub turn: tokio::sync::Mutex<()>,
}

/// What is known of a peer beside its endpoint.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Peer {
    /// A name for people.
    #[serde(default)]
    pub name: Option<String>,
    /// The key with which it signs.
    #[serde(default)]
    pub identity: Option<IdentityKey>,
    /// The seven words that people compare.
    #[serde(default)]
    pub words: Vec<String>,
}

impl Holding {
    /// A credential that is to be held from now on.
    pub(super) fn new(
        key: &DataKey,
        name: String,
        credential: HeldCredential,
        life: Life,
        peer: Peer,
    ) -> Self {
        let record = HeldRecord {
            app_id: credential.app_id.clone(),
            profile: credential.profile(),
            kid: credential.kid().cloned(),
            endpoint: credential.endpoint.clone(),
            verified: life.is_verified(),
            expires_at: life.lease_ends(),
            created_at: Timestamp::now(),
            sealed_form: seal(key, &name, &credential),
            life: Some(to_json(&life)),
            sealed_pending: None,
            grant: None,
            peer: Some(to_json(&peer)),
            last_used: None,
            uses: 0,
            name,
        };
        let lasting = Arc::new(Lasting::of(&record));
        Self {
            record,
            life,
            peer,
            credential,
            lasting,
            gate: Arc::default(),
        }
    }

    /// Opens what the store has.
    fn open(key: &DataKey, record: HeldRecord) -> Result<Self, StoreError> {
        let damaged =
            |cause: String| StoreError::Failed(format!("the held credential {:?}: {cause}", record.name));
        let form = row::open(key, &identity(&record.name), &record.sealed_form)
            .map_err(|error| damaged(error.to_string()))?;
        let form = CredentialForm::from_json(&form).map_err(|error| damaged(error.to_string()))?;
        let credential = form.into_held().map_err(|error| damaged(error.to_string()))?;
        let life = match &record.life {
            Some(life) => Life::deserialize(life)
                .map_err(|error| damaged(format!("its life is unreadable: {error}")))?,
            None => life_of_older(&record),
        };
        let peer = match &record.peer {
            Some(peer) => Peer::deserialize(peer)
                .map_err(|error| damaged(format!("what is known of its peer is unreadable: {error}")))?,
            None => Peer::default(),
        };
        let lasting = Arc::new(Lasting::of(&record));
        Ok(Self {
            record,
            life,
            peer,
            credential,
            lasting,
            gate: Arc::default(),
        })
    }

    /// The same credential at another step of its life.
    pub(super) fn at(&self, life: Life) -> Self {
        Self {
            record: HeldRecord {
                verified: life.is_verified(),
                expires_at: life.lease_ends(),
                life: Some(to_json(&life)),
                ..self.record.clone()
            },
            life,
            peer: self.peer.clone(),
            credential: self.credential.clone(),
            lasting: Arc::clone(&self.lasting),
            gate: Arc::clone(&self.gate),
        }
    }

    /// The same credential with other keys or pins.
    pub(super) fn with(mut self, key: &DataKey, credential: HeldCredential) -> Self {
        self.record.kid = credential.kid().cloned();
        self.record.sealed_form = seal(key, &self.record.name, &credential);
        self.credential = credential;
        self
    }

    /// The same credential where it is known to allow this.
    pub(super) fn allowing(mut self, grant: Grant) -> Self {
        self.record.grant = Some(grant);
        self
    }

    /// The same credential of a peer of which something else is known.
    pub(super) fn known_as(mut self, peer: Peer) -> Self {
        self.record.peer = Some(to_json(&peer));
        self.peer = peer;
        self
    }

    /// The same credential, waiting for the answer to a fresh key, or no longer.
    pub(super) fn waiting_for(mut self, key: &DataKey, pending: Option<&Zeroizing<String>>) -> Self {
        let name = &self.record.name;
        self.record.sealed_pending =
            pending.map(|pending| row::seal(key, &pending_identity(name), pending.as_bytes()));
        self
    }

    /// Whether a rotation was begun whose answer never came: the peer may have taken the fresh keys, and then refuses the
    /// present one.
    pub(super) fn is_between_keys(&self) -> bool {
        self.record.sealed_pending.is_some() && self.life.generation() > 0
    }

    /// The fresh key that the peer has not answered yet, as it was put away.
    pub(super) fn pending(&self, key: &DataKey) -> Option<Zeroizing<String>> {
        let sealed = self.record.sealed_pending.as_ref()?;
        let opened = row::open(key, &pending_identity(&self.record.name), sealed).ok()?;
        std::str::from_utf8(&opened)
            .ok()
            .map(|text| Zeroizing::new(text.to_owned()))
    }

    /// Notes a call; what is stored follows within some seconds.
    pub(super) fn note_use(&self, now: Timestamp) {
        self.lasting.uses.fetch_add(1, Ordering::Relaxed);
        self.lasting
            .last_used_us
            .fetch_max(now.as_micros(), Ordering::Relaxed);
    }

    /// How often it was used, and when last.
    pub(super) fn uses(&self) -> (u64, Option<Timestamp>) {
        let last_used = self.lasting.last_used_us.load(Ordering::Relaxed);
        let last_used = (last_used != i64::MIN).then(|| Timestamp::from_micros(last_used));
        (self.lasting.uses.load(Ordering::Relaxed), last_used)
    }
}

impl Lasting {
    fn of(record: &HeldRecord) -> Self {
        Self {
            uses: AtomicU64::new(record.uses),
            noted: AtomicU64::new(record.uses),
            last_used_us: AtomicI64::new(record.last_used.map_or(i64::MIN, Timestamp::as_micros)),
            turn: tokio::sync::Mutex::default(),
        }
    }
}

impl Held {
    /// Opens everything that the store has.
    pub(super) async fn load(store: &dyn Store, key: &DataKey) -> Result<Self, StoreError> {
        let held = Self::default();
        for record in store.held().await? {
            held.put(Holding::open(key, record)?);
        }
        Ok(held)
    }

    /// Makes a credential known that was stored just now; replaces one of the same name, whose uses it goes on counting.
    /// From here on it shares the gate of its peer.
    pub(super) fn put(&self, mut holding: Holding) -> Arc<Holding> {
        holding.gate = self.gates.of(&holding.credential);
        let mut held = self.write();
        if let Some(old) = held.get(&holding.record.name) {
            holding.lasting = Arc::clone(&old.lasting);
        }
        let holding = Arc::new(holding);
        held.insert(holding.record.name.clone(), Arc::clone(&holding));
        holding
    }

    pub(super) fn remove(&self, name: &str) {
        self.write().remove(name);
    }

    /// The credential of this name.
    pub(super) fn get(&self, name: &str) -> Option<Arc<Holding>> {
        self.read().get(name).cloned()
    }

    /// Every credential, by name.
    pub(super) fn all(&self) -> Vec<Arc<Holding>> {
        self.read().values().cloned().collect()
    }

    /// Where the peers answer: hosts that the owner chose to talk to.
    pub(super) fn endpoints(&self) -> Vec<Endpoint> {
        self.read()
            .values()
            .map(|holding| holding.record.endpoint.clone())
            .collect()
    }

    /// Stores how often credentials were used since the last time.
    pub(super) async fn flush_uses(&self, store: &dyn Store) -> Result<(), StoreError> {
        let mut uses = Vec::new();
        for holding in self.all() {
            let (total, last_used) = holding.uses();
            if let Some(last_used) = last_used
                && holding.lasting.noted.swap(total, Ordering::Relaxed) != total
            {
                uses.push((holding.record.name.clone(), last_used, total));
            }
        }
        if uses.is_empty() {
            return Ok(());
        }
        let names: Vec<_> = uses.iter().map(|(name, ..)| name.clone()).collect();
        let stored = store.note_held_use(uses).await;
        if stored.is_err() {
            for holding in names.iter().filter_map(|name| self.get(name)) {
                holding.lasting.noted.store(u64::MAX, Ordering::Relaxed);
            }
        }
        stored
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, BTreeMap<String, Arc<Holding>>> {
        self.by_name.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, BTreeMap<String, Arc<Holding>>> {
        self.by_name.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is known of a credential that was installed before lives were kept: it is in use.
fn life_of_older(record: &HeldRecord) -> Life {
    let mut life = Life::in_use(Beginning {
        holder: Some(Holder::Instance),
        lease_ends: record.expires_at,
        ..Beginning::default()
    });
    if record.verified {
        // Refused only where a lease has ended, and then it does not matter.
        let _ = life.apply(Event::WordsMatch, record.created_at);
    }
    life
}

/// The plain form of a credential, sealed for its row.
fn seal(key: &DataKey, name: &str, credential: &HeldCredential) -> Vec<u8> {
    row::seal(
        key,
        &identity(name),
        &CredentialForm::of(credential).expose_json(),
    )
}

fn to_json(value: &impl Serialize) -> serde_json::Value {
    serde_json::to_value(value).expect("only string keys")
}

/// What a sealed row is bound to: it opens in the place of no other.
fn identity(name: &str) -> Vec<u8> {
    format!("held:{name}").into_bytes()
}

fn pending_identity(name: &str) -> Vec<u8> {
    format!("held-pending:{name}").into_bytes()
}

//! The credentials that this instance issued, ready for use: found by key id, by app_id or by access key,
//! with their keys derived. What is stored is loaded once and kept in step; secrets lie sealed in the store.

mod access_key;
mod credential;
mod index;
mod secrets;

pub(super) use access_key::AccessKeyOf;
pub(super) use credential::{Credential, FROZEN, Keyed, Presented, read_life};
pub(super) use secrets::{
    IssuedKeys, draw, open_previous, open_secrets, seal_previous, seal_secrets, working_keys,
};

use super::legacy_stand_in::LegacyStandIn;
use crate::handshake::{Beginning, Event, Life};
use crate::model::{AppId, CredentialState, Delivery, Endpoint, Grant, KeyId, Profile, Timestamp};
use crate::seal::{AccessKey, DataKey, LegacyKeys, NativeKeys, random};
use crate::store::{IssuedRecord, OfferRecord, Store, StoreError};
use credential::Standing;
use index::Index;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

/// How long a credential that was revoked stays in the lists, in seconds.
const TOMBSTONES_STAY: i64 = 90 * 86_400;

/// All issued credentials.
pub(super) struct Issued {
    index: RwLock<Index>,
    next_number: AtomicU32,
    /// Checked in place of a credential that does not exist, so that looking for one costs the same.
    decoy: NativeKeys,
    /// The secrets of a stand-in: what its environment says, as in an original instance.
    environment: OnceLock<LegacyKeys>,
    /// One change at a time: each reads what stands before it writes.
    changes: tokio::sync::Mutex<()>,
}

impl Issued {
    /// Opens everything that the store has. What was revoked long ago is removed from it. Not so what time alone ended: it
    /// comes back when a clock that was wrong is put right, or a lease is made longer.
    pub(super) async fn load(store: &dyn Store, key: &DataKey, now: Timestamp) -> Result<Self, StoreError> {
        let issued = Self {
            index: RwLock::default(),
            next_number: AtomicU32::new(0),
            decoy: NativeKeys::derive(random::key_id(), &random::root_key()),
            environment: OnceLock::new(),
            changes: tokio::sync::Mutex::default(),
        };
        let mut offered = HashMap::new();
        for offer in store.offers().await? {
            for name in offer.credentials.clone() {
                offered.insert(name, offer.clone());
            }
        }
        let mut records = store.issued().await?;
        // By their times a key may come before what it stands with: clocks go back. What it stands with is never a key.
        records.sort_by_key(|record| record.access_key.is_some());
        for record in records {
            let (mut lived, mut is_new) = match &record.life {
                Some(stored) => (credential::read_life(&record.name, stored)?, false),
                None => (life_of_older(&record, offered.get(&record.name), now), true),
            };
            let access_key = AccessKeyOf::read(&record)?;
            if issued.is_orphan(access_key.as_ref()) && !lived.0.has_ended() {
                is_new = lived.0.apply(Event::Revoke, now).is_ok();
            }
            let revoked_at = lived.0.ended_at();
            if revoked_at.is_some_and(|at| at.plus_seconds(TOMBSTONES_STAY) <= now) {
                store.remove_issued(&record.name).await?;
                continue;
            }
            let mut keys = working_keys(&open_secrets(key, &record)?);
            if access_key.is_some_and(|key| key.under_environment) {
                keys = keys.unusable();
            }
            let previous = secrets::previous_keys(key, &record)?;
            let standing = issued.standing(&record, false);
            standing.is_unsaved.store(is_new, Ordering::Relaxed);
            issued.put(Credential::new(record, lived, keys, previous, standing, now), now);
        }
        Ok(issued)
    }

    /// Adds the credentials of a stand-in, with everything that an original instance allows its callers.
    pub(super) fn stand_in(&self, stand_in: &LegacyStandIn, endpoint: &Endpoint, now: Timestamp) {
        let keys = LegacyKeys::new(&stand_in.token_secret, &stand_in.encryption_key);
        self.give_environment(&keys, now);
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
                access_key: None,
            };
            let lived = (Life::in_use(Beginning::default()), Keyed::fresh(now));
            let keys = IssuedKeys::Legacy(keys.clone(), None);
            let standing = self.standing(&record, true);
            self.put(Credential::new(record, lived, keys, None, standing, now), now);
        }
    }

    /// A credential of its own beginning, that is to be stored and put here.
    pub(super) fn begin(&self, record: IssuedRecord, life: Life, keys: IssuedKeys) -> Credential {
        let now = record.created_at;
        let standing = self.standing(&record, false);
        let lived = (life, Keyed::fresh(now));
        Credential::new(record, lived, keys, None, standing, now)
    }

    fn standing(&self, record: &IssuedRecord, is_in_memory: bool) -> Arc<Standing> {
        let number = self.next_number.fetch_add(1, Ordering::Relaxed);
        let stands_with = AccessKeyOf::read(record)
            .ok()
            .flatten()
            .and_then(|key| self.by_name(&key.stands_with?))
            .map(|credential| Arc::clone(&credential.standing));
        Arc::new(Standing::new(number, record, is_in_memory, stands_with))
    }

    /// Whether what an access key stands with is gone.
    fn is_orphan(&self, key: Option<&AccessKeyOf>) -> bool {
        let stands_with = key.and_then(|key| key.stands_with.as_deref());
        stands_with.is_some_and(|name| self.by_name(name).is_none())
    }

    /// Lets the access keys that were made under a stand-in's secrets be used with those of this one.
    fn give_environment(&self, keys: &LegacyKeys, now: Timestamp) {
        for credential in self.all() {
            let is_meant = AccessKeyOf::read(&credential.record)
                .is_ok_and(|key| key.is_some_and(|key| key.under_environment));
            if is_meant {
                self.put(credential.under(keys, now), now);
            }
        }
        // It is given once, when the instance opens.
        let _ = self.environment.set(keys.clone());
    }

    /// The secrets of a stand-in, if it is one.
    pub(super) fn environment(&self) -> Option<&LegacyKeys> {
        self.environment.get()
    }

    /// The access key of a domain that reads like this.
    pub(super) fn by_access_key(&self, key: &AccessKey) -> Option<Arc<Credential>> {
        let digest = secrets::digest(key.expose_text());
        self.read().legacy_by_access_key.get(&digest).cloned()
    }

    /// Makes a credential known, or what became of it. From here on calls in flight see whether it still stands.
    pub(super) fn put(&self, credential: Credential, now: Timestamp) -> Arc<Credential> {
        let credential = Arc::new(credential);
        let mut index = self.write();
        index.put(Arc::clone(&credential));
        credential.standing.judge(&credential.life, now);
        credential.standing.allow(&credential.caller.grant);
        credential
    }

    /// Notes that its holder opened or used it. Stored with the next flush: losing it costs the note, not the credential.
    pub(super) fn heard_of(&self, credential: &Credential, event: Event, now: Timestamp) {
        if !moves(&credential.life, &event, now) {
            return;
        }
        let mut index = self.write();
        let Some(present) = index.by_name.get(&credential.record.name).cloned() else {
            return;
        };
        let mut life = present.life.clone();
        if life.apply(event, now).is_ok() && life != present.life {
            present.standing.is_unsaved.store(true, Ordering::Release);
            index.put(Arc::new(present.living(life, now)));
        }
    }

    /// The credential that has this key id, or had it before its last rotation.
    pub(super) fn by_kid(&self, kid: &KeyId) -> Option<Presented> {
        let credential = self.read().by_kid.get(kid).cloned()?;
        let is_previous = credential.record.kid.as_ref() != Some(kid);
        Some(Presented {
            credential,
            is_previous,
        })
    }

    pub(super) fn by_name(&self, name: &str) -> Option<Arc<Credential>> {
        self.read().by_name.get(name).cloned()
    }

    /// Legacy credentials that a token with these claims may belong to. Where there is an access key it decides alone:
    /// one that was revoked must not become a call under the app_id beside it. It is looked for by its digest, so that
    /// the time that takes tells nothing of keys that exist.
    pub(super) fn legacy(&self, app_id: Option<&AppId>, access_key: Option<&str>) -> Vec<Arc<Credential>> {
        let index = self.read();
        if let Some(key) = access_key {
            let by_key = index.legacy_by_access_key.get(&secrets::digest(key));
            return by_key.into_iter().cloned().collect();
        }
        let by_app = app_id.and_then(|app_id| index.legacy_by_app.get(app_id));
        by_app.into_iter().flatten().cloned().collect()
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

    /// Held while credentials are changed.
    pub(super) async fn changing(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.changes.lock().await
    }

    /// Stores what was noted since the last time: uses, and lives.
    pub(super) async fn flush(&self, store: &dyn Store, now: Timestamp) -> Result<(), StoreError> {
        self.flush_uses(store).await?;
        self.flush_lives(store, now).await
    }

    /// Stores how often credentials were used since the last time.
    pub(super) async fn flush_uses(&self, store: &dyn Store) -> Result<(), StoreError> {
        let mut uses = Vec::new();
        for credential in self.read().by_name.values() {
            let standing = &credential.standing;
            let (total, last) = standing.uses();
            if !credential.is_in_memory()
                && standing.noted.swap(total, Ordering::Relaxed) != total
                && let Some(last) = last
            {
                uses.push((credential.record.name.clone(), last, total));
            }
        }
        if !uses.is_empty() {
            let names: Vec<_> = uses.iter().map(|(name, ..)| name.clone()).collect();
            if let Err(error) = store.note_use(uses).await {
                self.note_again(&names);
                return Err(error);
            }
        }
        Ok(())
    }

    /// Has uses that could not be stored be stored with the next flush.
    fn note_again(&self, names: &[String]) {
        for credential in names.iter().filter_map(|name| self.by_name(name)) {
            credential.standing.noted.store(u64::MAX, Ordering::Relaxed);
        }
    }

    /// Stores lives that went on by being used.
    pub(super) async fn flush_lives(&self, store: &dyn Store, now: Timestamp) -> Result<(), StoreError> {
        let is_unsaved =
            |credential: &Arc<Credential>| credential.standing.is_unsaved.load(Ordering::Acquire);
        let unsaved: Vec<_> = self.all().into_iter().filter(is_unsaved).collect();
        if unsaved.is_empty() {
            return Ok(());
        }
        let _alone = self.changing().await;
        for credential in unsaved {
            credential.standing.is_unsaved.store(false, Ordering::Release);
            // Read after the mark was taken away: what changes from here on marks it again.
            let Some(present) = self.by_name(&credential.record.name) else {
                continue;
            };
            if let Err(error) = store.update_issued(present.record_at(now)).await {
                credential.standing.is_unsaved.store(true, Ordering::Release);
                return Err(error);
            }
        }
        Ok(())
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, Index> {
        self.index.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, Index> {
        self.index.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether being heard of would change anything: asked for every call, so it costs next to nothing.
fn moves(life: &Life, event: &Event, now: Timestamp) -> bool {
    use CredentialState::{Activated, Delivered, Offered, Opened, Verified};
    let state = life.state_at(now);
    match event {
        Event::PresentUsed => life.is_untried(),
        Event::Used => matches!(state, Offered | Delivered | Opened | Verified | Activated),
        _ => matches!(state, Offered | Delivered),
    }
}

/// The life of a credential that was stored before lives were.
fn life_of_older(record: &IssuedRecord, offer: Option<&OfferRecord>, now: Timestamp) -> (Life, Keyed) {
    let beginning = Beginning {
        delivery: offer.map(|offer| offer.delivery),
        offer: offer.map(|offer| offer.id.clone()),
        offer_ends: offer
            .filter(|offer| offer.delivery != Delivery::Plain)
            .map(|offer| offer.expires_at),
        lease_ends: record.expires_at,
        ..Beginning::default()
    };
    let is_waiting = record.state == CredentialState::Offered && offer.is_some();
    let mut life = if is_waiting {
        Life::offered(beginning)
    } else {
        Life::in_use(beginning)
    };
    let passed = [
        (record.verified, Event::WordsMatch),
        (record.state == CredentialState::Suspended, Event::Suspend),
        (record.state == CredentialState::Revoked, Event::Revoke),
    ];
    for (_, event) in passed.into_iter().filter(|(has_happened, _)| *has_happened) {
        if let Err(error) = life.apply(event, now) {
            tracing::warn!(credential = %record.name, %error, "an older credential's state was not understood in full");
        }
    }
    (life, Keyed::fresh(record.created_at))
}

#[cfg(test)]
mod tests;

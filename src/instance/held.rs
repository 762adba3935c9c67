//! The credentials that this instance holds to call others (relay), opened once and kept in step with
//! the store, where they lie sealed.

use crate::model::{Endpoint, Timestamp};
use crate::protocol::{CredentialForm, HeldCredential};
use crate::seal::{DataKey, row};
use crate::store::{HeldRecord, Store, StoreError};
use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

/// All held credentials.
#[derive(Default)]
pub(super) struct Held {
    by_name: RwLock<BTreeMap<String, Entry>>,
}

struct Entry {
    record: HeldRecord,
    credential: HeldCredential,
}

impl Held {
    /// Opens everything that the store has.
    pub(super) async fn load(store: &dyn Store, key: &DataKey) -> Result<Self, StoreError> {
        let held = Self::default();
        for record in store.held().await? {
            let credential = open(key, &record)?;
            held.put(record, credential);
        }
        Ok(held)
    }

    /// Makes a credential known that was stored just now; replaces one of the same name.
    pub(super) fn put(&self, record: HeldRecord, credential: HeldCredential) {
        let entry = Entry { record, credential };
        self.write().insert(entry.record.name.clone(), entry);
    }

    pub(super) fn remove(&self, name: &str) {
        self.write().remove(name);
    }

    /// The credential of this name, unless its lease ended.
    pub(super) fn credential(&self, name: &str, now: Timestamp) -> Option<HeldCredential> {
        let held = self.read();
        let entry = held.get(name)?;
        let ended = entry.record.expires_at.is_some_and(|ends| ends <= now);
        (!ended).then(|| entry.credential.clone())
    }

    pub(super) fn contains(&self, name: &str) -> bool {
        self.read().contains_key(name)
    }

    pub(super) fn records(&self) -> Vec<HeldRecord> {
        self.read().values().map(|entry| entry.record.clone()).collect()
    }

    /// Where the peers answer: hosts that the owner chose to talk to.
    pub(super) fn endpoints(&self) -> Vec<Endpoint> {
        self.read()
            .values()
            .map(|entry| entry.record.endpoint.clone())
            .collect()
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, BTreeMap<String, Entry>> {
        self.by_name.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, BTreeMap<String, Entry>> {
        self.by_name.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The plain form of a credential, sealed for its row.
pub(super) fn seal(key: &DataKey, name: &str, credential: &HeldCredential) -> Vec<u8> {
    row::seal(
        key,
        &identity(name),
        &CredentialForm::of(credential).expose_json(),
    )
}

fn open(key: &DataKey, record: &HeldRecord) -> Result<HeldCredential, StoreError> {
    let damaged =
        |cause: String| StoreError::Failed(format!("the held credential {:?}: {cause}", record.name));
    let form = row::open(key, &identity(&record.name), &record.sealed_form)
        .map_err(|error| damaged(error.to_string()))?;
    let form = CredentialForm::from_json(&form).map_err(|error| damaged(error.to_string()))?;
    form.into_held().map_err(|error| damaged(error.to_string()))
}

/// What a sealed row is bound to: it opens in the place of no other.
fn identity(name: &str) -> Vec<u8> {
    format!("held:{name}").into_bytes()
}

//! The secrets of issued credentials: drawn, sealed for the store, opened, and made ready for use.

use crate::model::{AppId, Endpoint, InstanceId, KeyId, Profile};
use crate::protocol::{CredentialForm, HeldCredential, HeldKeys};
use crate::seal::{DataKey, LegacyKeys, NativeKeys, random, row};
use crate::store::{IssuedRecord, StoreError};
use sha2::{Digest, Sha256};

/// The working keys of an issued credential.
#[derive(Clone)]
pub(in crate::instance) enum IssuedKeys {
    /// Native.
    Native(NativeKeys),
    /// Legacy, and the digest of its access key if it has one.
    Legacy(LegacyKeys, Option<[u8; 32]>),
}

impl IssuedKeys {
    /// The key id; legacy keys have none.
    pub(in crate::instance) fn kid(&self) -> Option<&KeyId> {
        match self {
            Self::Native(keys) => Some(keys.kid()),
            Self::Legacy(..) => None,
        }
    }

    /// The same access key under other secrets.
    pub(in crate::instance) fn under(&self, keys: &LegacyKeys) -> Self {
        match self {
            Self::Native(keys) => Self::Native(keys.clone()),
            Self::Legacy(_, access_key) => Self::Legacy(keys.clone(), *access_key),
        }
    }

    /// The same access key under secrets that nobody has.
    pub(super) fn unusable(&self) -> Self {
        self.under(&LegacyKeys::new(&random::token_secret(), &random::fernet_key()))
    }
}

/// A new credential of this instance, with fresh secrets.
pub(in crate::instance) fn draw(
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

/// The working keys of a credential that this instance made.
pub(in crate::instance) fn working_keys(credential: &HeldCredential) -> IssuedKeys {
    match &credential.keys {
        HeldKeys::Native { keys, .. } => IssuedKeys::Native(keys.clone()),
        HeldKeys::Legacy { keys, access_key, .. } => {
            let digest = access_key.as_ref().map(|key| digest(key.expose_text()));
            IssuedKeys::Legacy(keys.clone(), digest)
        }
    }
}

/// What an instance keeps of the credential that it hands out: its plain form, sealed.
pub(in crate::instance) fn seal_secrets(key: &DataKey, name: &str, credential: &HeldCredential) -> Vec<u8> {
    seal(key, &identity(name), credential)
}

/// The same for the secrets that it had before. They open in no other place, so neither can be put in the other's.
pub(in crate::instance) fn seal_previous(key: &DataKey, name: &str, credential: &HeldCredential) -> Vec<u8> {
    seal(key, &identity_before(name), credential)
}

fn seal(key: &DataKey, identity: &[u8], credential: &HeldCredential) -> Vec<u8> {
    row::seal(key, identity, &CredentialForm::of(credential).expose_json())
}

/// The credential behind a record, with its secrets.
pub(in crate::instance) fn open_secrets(
    key: &DataKey,
    record: &IssuedRecord,
) -> Result<HeldCredential, StoreError> {
    let held = open(key, &record.name, &identity(&record.name), &record.sealed_secrets)?;
    if held.kid() == record.kid.as_ref() {
        return Ok(held);
    }
    Err(damaged(
        &record.name,
        "its secrets belong to another key id than its row says",
    ))
}

/// The working keys that a credential had before, if they are kept.
pub(super) fn previous_keys(key: &DataKey, record: &IssuedRecord) -> Result<Option<IssuedKeys>, StoreError> {
    Ok(open_previous(key, record)?.map(|held| working_keys(&held)))
}

/// The secrets that a credential had before, if they are kept.
pub(in crate::instance) fn open_previous(
    key: &DataKey,
    record: &IssuedRecord,
) -> Result<Option<HeldCredential>, StoreError> {
    let Some(sealed) = &record.sealed_previous else {
        return Ok(None);
    };
    open(key, &record.name, &identity_before(&record.name), sealed).map(Some)
}

fn open(key: &DataKey, name: &str, identity: &[u8], sealed: &[u8]) -> Result<HeldCredential, StoreError> {
    let form = row::open(key, identity, sealed).map_err(|error| damaged(name, &error.to_string()))?;
    let form = CredentialForm::from_json(&form).map_err(|error| damaged(name, &error.to_string()))?;
    form.into_held()
        .map_err(|error| damaged(name, &error.to_string()))
}

fn damaged(name: &str, cause: &str) -> StoreError {
    StoreError::Failed(format!("the issued credential {name:?}: {cause}"))
}

/// What a sealed row is bound to: it opens in the place of no other.
fn identity(name: &str) -> Vec<u8> {
    format!("issued:{name}").into_bytes()
}

fn identity_before(name: &str) -> Vec<u8> {
    format!("issued before:{name}").into_bytes()
}

/// What an access key is found by.
pub(super) fn digest(access_key: &str) -> [u8; 32] {
    Sha256::digest(access_key.as_bytes()).into()
}

//! Where an issued credential is found: by name, by either of its key ids, by app_id or access key.

use super::{Credential, IssuedKeys};
use crate::model::{AppId, KeyId};
use std::collections::HashMap;
use std::sync::Arc;

#[derive(Default)]
pub(super) struct Index {
    pub by_name: HashMap<String, Arc<Credential>>,
    pub by_kid: HashMap<KeyId, Arc<Credential>>,
    pub legacy_by_app: HashMap<AppId, Vec<Arc<Credential>>>,
    pub legacy_by_access_key: HashMap<[u8; 32], Arc<Credential>>,
}

impl Index {
    /// Adds a credential, or replaces the one of its name.
    pub fn put(&mut self, credential: Arc<Credential>) {
        let name = &credential.record.name;
        if let Some(before) = self.by_name.get(name).cloned() {
            for kid in kids(&before) {
                self.by_kid.remove(kid);
            }
        }
        for kid in kids(&credential) {
            self.by_kid.insert(kid.clone(), Arc::clone(&credential));
        }
        if let IssuedKeys::Legacy(_, Some(digest)) = &credential.keys {
            // Found by the key alone: its name is no secret.
            self.legacy_by_access_key.insert(*digest, Arc::clone(&credential));
        } else if let IssuedKeys::Legacy(_, None) = &credential.keys {
            let same_app = self
                .legacy_by_app
                .entry(credential.record.app_id.clone())
                .or_default();
            same_app.retain(|other| other.record.name != *name);
            same_app.push(Arc::clone(&credential));
        }
        self.by_name.insert(name.clone(), credential);
    }
}

/// The key id that it has, and the one that it had before.
fn kids(credential: &Credential) -> impl Iterator<Item = &KeyId> {
    let before = credential
        .previous
        .as_ref()
        .and_then(|previous| previous.keys.kid());
    credential.keys.kid().into_iter().chain(before)
}

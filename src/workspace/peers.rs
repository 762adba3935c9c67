//! Which of the credentials in the vault opens which door.

use super::{Failure, Workspace, held};
use crate::client::Peers;
use crate::model::{Endpoint, KeyId, Profile};
use crate::protocol::HeldCredential;
use crate::vault::{HeldEntry, HeldRole};
use std::sync::{Mutex, PoisonError};

/// The usable credentials of the vault.
pub(super) struct HeldPeers {
    candidates: Vec<Candidate>,
    used: Mutex<Option<String>>,
}

struct Candidate {
    name: String,
    role: HeldRole,
    credential: HeldCredential,
}

impl Workspace {
    /// The usable credentials of the vault.
    pub(super) async fn peers(&self) -> Result<HeldPeers, Failure> {
        let entries = self.in_vault(|vault| vault.held()).await?;
        Ok(HeldPeers::of(entries))
    }
}

impl HeldPeers {
    pub(super) fn of(entries: Vec<HeldEntry>) -> Self {
        let candidates = entries
            .into_iter()
            .filter(|entry| entry.state.is_usable())
            .filter_map(|entry| {
                let (name, role) = (entry.name.clone(), entry.role);
                let credential = held::usable(entry).ok()?;
                Some(Candidate {
                    name,
                    role,
                    credential,
                })
            })
            .collect();
        Self {
            candidates,
            used: Mutex::default(),
        }
    }

    /// The best match: by key id, then by profile, then by place alone; one made for calling before the
    /// owner's, which can do everything.
    pub(super) fn best(
        &self,
        endpoint: &Endpoint,
        profile: Profile,
        kid: Option<&KeyId>,
    ) -> Option<(&str, &HeldCredential)> {
        self.candidates
            .iter()
            .filter(|candidate| candidate.credential.endpoint == *endpoint)
            .max_by_key(|candidate| {
                let credential = &candidate.credential;
                (
                    kid.is_some() && credential.kid() == kid,
                    credential.profile() == profile,
                    candidate.role == HeldRole::Caller,
                )
            })
            .map(|candidate| (candidate.name.as_str(), &candidate.credential))
    }

    /// The name of the credential that was asked for last.
    pub(super) fn used(&self) -> Option<String> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Peers for HeldPeers {
    fn credential_for(
        &self,
        endpoint: &Endpoint,
        profile: Profile,
        kid: Option<&KeyId>,
    ) -> Option<HeldCredential> {
        let (name, credential) = self.best(endpoint, profile, kid)?;
        *self.used.lock().unwrap_or_else(PoisonError::into_inner) = Some(name.to_owned());
        Some(credential.clone())
    }
}

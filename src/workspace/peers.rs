//! Which of the credentials in the vault opens which door, and behind which nothing may be changed.

use super::{Failure, Workspace, held, read_only};
use crate::client::Peers;
use crate::model::{Endpoint, KeyId, Profile};
use crate::protocol::{Code, HeldCredential, Problem};
use crate::vault::{HeldEntry, HeldRole, InstanceRecord};
use serde_json::Value;
use std::sync::{Mutex, PoisonError};

/// The usable credentials of the vault.
pub(super) struct HeldPeers {
    candidates: Vec<Candidate>,
    /// The instances on which this home changes nothing.
    read_only: Vec<InstanceRecord>,
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
        let (entries, records) = self
            .in_vault(|vault| Ok((vault.held()?, vault.instances()?)))
            .await?;
        Ok(HeldPeers::of(entries, records))
    }
}

impl HeldPeers {
    fn of(entries: Vec<HeldEntry>, mut records: Vec<InstanceRecord>) -> Self {
        records.retain(|record| record.read_only);
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
            read_only: records,
            used: Mutex::default(),
        }
    }

    /// Why an instance of this home refuses to be asked this, if it does.
    pub(super) fn refusal(&self, endpoint: &Endpoint, query: Option<&Value>) -> Option<Failure> {
        let record = self
            .read_only
            .iter()
            .find(|record| record.endpoint == *endpoint)?;
        let action = query.and_then(|query| query.get("action")?.as_str());
        read_only::permit_action(record, action).err()
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

    fn permits(&self, endpoint: &Endpoint, query: Option<&Value>) -> Result<(), Problem> {
        match self.refusal(endpoint, query) {
            Some(failure) => Err(Problem::new(Code::ReadOnly, failure.message)),
            None => Ok(()),
        }
    }
}

//! The owner of a local instance: a new one where the old one's credential is lost, and what the vault knows of it.

use super::instances::local_entry;
use super::{Failure, HostedBy, Workspace};
use crate::instance::{Instance, InstanceError, LockHolder, Settings};
use crate::model::{InstanceId, InstanceKind, InstanceName};
use crate::protocol::{Code, CredentialForm, HeldCredential};
use crate::vault::InstanceRecord;
use serde::Serialize;
use std::path::Path;

/// A local instance that has a new owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecoveredOwner {
    /// The instance's name in this home.
    pub name: InstanceName,
    /// The instance.
    pub instance_id: InstanceId,
    /// Whether this home did not know the instance before.
    pub added: bool,
}

impl Workspace {
    /// Makes a new owner for the instance whose folder is in this home, known to its vault or not. Nobody may host it.
    pub async fn recover_owner(&self, name: &InstanceName) -> Result<RecoveredOwner, Failure> {
        let recovered = self.recover(name).await;
        recovered.map_err(|failure| failure.on(name.as_str()))
    }

    async fn recover(&self, name: &InstanceName) -> Result<RecoveredOwner, Failure> {
        // Behind its turn nobody of this process opens it meanwhile.
        let _turn = self.turns.take(name).await;
        let known = self.known(name).await?;
        let place = match &known {
            Some(record) if record.kind == InstanceKind::Remote => {
                return Err(Failure::new(
                    Code::InvalidParameter,
                    "this instance is not ours to host: it is a remote one",
                    "ask its administrator for a new credential",
                ));
            }
            Some(record) => self.whole_folder_of(record)?,
            None => self.place_of(name),
        };
        self.refuse_hosted(known.as_ref(), &place)?;
        let found = Instance::read_settings(&place)?;
        if let Some(record) = &known
            && record.instance_id.as_ref() != Some(&found.instance_id)
        {
            return Err(Failure::new(
                Code::AlreadyExists,
                format!(
                    "{} holds another instance ({})",
                    place.display(),
                    found.instance_id
                ),
                "put the right folder there, or forget the one of this name with `butterfly instance remove`",
            ));
        }
        if let Some(twin) = self.twin_of(name, &found.instance_id).await? {
            return Err(Failure::new(
                Code::AlreadyExists,
                format!("this home has the same instance under the name {twin}"),
                format!("recover the owner of {twin} instead, and remove the second folder"),
            ));
        }
        let recovered = Instance::recover_owner(&place, name).await?;
        let added = known.is_none();
        self.know_owner(known, &recovered.settings, &recovered.owner)
            .await?;
        Ok(RecoveredOwner {
            name: name.clone(),
            instance_id: recovered.settings.instance_id,
            added,
        })
    }

    /// What to do where a local instance does not let its own owner in.
    pub(super) fn remedy_for_locked_out(name: &InstanceName) -> String {
        format!(
            "its owner's credential in this vault is not the one that it knows: the vault or the instance was put back from a copy \
             of another time, or another home made a new owner; stop it (`butterfly instance stop {name}`), and make a new owner \
             here: `butterfly instance recover-owner {name}`"
        )
    }

    /// What the vault knows under a name.
    pub(super) async fn known(&self, name: &InstanceName) -> Result<Option<InstanceRecord>, Failure> {
        let wanted = name.clone();
        self.in_vault(move |vault| vault.instance(wanted.as_str())).await
    }

    /// Another local instance of this home that is the same one.
    pub(super) async fn twin_of(
        &self,
        name: &InstanceName,
        id: &InstanceId,
    ) -> Result<Option<InstanceName>, Failure> {
        let records = self.records().await?;
        let twin = records.into_iter().find(|record| {
            record.kind == InstanceKind::Local
                && record.name != *name
                && record.instance_id.as_ref() == Some(id)
        });
        Ok(twin.map(|twin| twin.name))
    }

    /// Refuses an instance that somebody hosts.
    pub(super) fn refuse_hosted(&self, known: Option<&InstanceRecord>, place: &Path) -> Result<(), Failure> {
        let host = match known.map(|record| self.row_of(record.clone()).hosted_by) {
            Some(HostedBy::Here) => Some("this process".to_owned()),
            Some(HostedBy::Other(pid)) => Some(format!("process {pid}")),
            _ => match Instance::hosted_by(place) {
                LockHolder::Nobody => None,
                LockHolder::Process(pid) => Some(format!("process {pid}")),
                LockHolder::Untold(why) => return Err(InstanceError::Untold(why).into()),
            },
        };
        match host {
            None => Ok(()),
            Some(host) => Err(Failure::new(
                Code::AlreadyHosted,
                format!("the instance is hosted by {host}"),
                "stop it there first: this is not done under its callers' feet",
            )),
        }
    }

    /// Lets the vault know what an instance's owner calls it with, and where it answers.
    pub(super) async fn know_owner(
        &self,
        known: Option<InstanceRecord>,
        settings: &Settings,
        owner: &HeldCredential,
    ) -> Result<(), Failure> {
        let Some(record) = known else {
            return self.add_local(settings, owner).await;
        };
        let (entry, _) = local_entry(settings, owner);
        let (owner, endpoint) = (owner.clone(), settings.endpoint.clone());
        self.in_vault(move |vault| {
            let held = match vault.held_by_name(&record.credential)? {
                Some(mut held) => {
                    held.form = CredentialForm::of(&owner);
                    held
                }
                None => entry,
            };
            vault.replace_held(&held)?;
            vault.set_credential(&record.name, &held.name, &owner.app_id, owner.profile())?;
            vault.set_endpoint(&record.name, &endpoint)
        })
        .await
    }
}

//! The local instances of a home, whether the vault is open or not: serving does not need it either.

use super::super::failure::about;
use super::super::{Failure, Home, Workspace, blocking, unknown_told};
use super::{Observation, Severity};
use crate::instance::{Health, Instance};
use crate::model::{InstanceKind, InstanceName};
use crate::vault::InstanceRecord;
use std::fs;
use std::path::PathBuf;

const CHECK_OF_FOLDER: &str = "folder";

/// Every local instance.
pub(super) async fn all(home: &Home) -> Vec<Observation> {
    let mut found = Vec::new();
    for (name, folder) in folders(home) {
        for examined in Instance::examine(&folder).await {
            let (severity, message, remedy) = match examined.health {
                Health::Good(message) => (Severity::Ok, message, String::new()),
                Health::Doubtful(message, remedy) => (Severity::Warning, message, remedy),
                Health::Bad(message, remedy) => (Severity::Fault, message, remedy),
            };
            let check = examined.check;
            let remedy = about(&remedy, name.as_str());
            found.push(Observation::of(severity, check, name.as_str(), message, remedy));
        }
    }
    found
}

impl Workspace {
    /// Local instances that the vault knows and whose folder is not there.
    pub(super) async fn examine_gone(&self) -> Vec<Observation> {
        let records = match self.records().await {
            Ok(records) => records,
            Err(failure) => return vec![Observation::failed(CHECK_OF_FOLDER, "instances", &failure)],
        };
        let gone = |record: &InstanceRecord| {
            let failure = self.folder_gone(record)?;
            Some(Observation::failed(
                CHECK_OF_FOLDER,
                record.name.as_str(),
                &failure,
            ))
        };
        let local = records.iter().filter(|record| record.kind == InstanceKind::Local);
        local.filter_map(gone).collect()
    }
}

impl Workspace {
    /// Local instances that do not let in whom the vault takes for their owner: as long as they are stopped nothing else
    /// tells of it.
    pub(super) async fn examine_owners(&self) -> Vec<Observation> {
        // That the vault tells of no instances is said where those that are gone are looked for.
        let records = self.records().await.unwrap_or_default();
        let mut found = Vec::new();
        for record in records.iter().filter(|record| record.kind == InstanceKind::Local) {
            if self.locks_its_owner_out(record).await {
                found.push(Observation::of(
                    Severity::Fault,
                    "owner",
                    record.name.as_str(),
                    "it does not let in whom this home takes for its owner",
                    Self::remedy_for_locked_out(&record.name),
                ));
            }
        }
        found
    }

    async fn locks_its_owner_out(&self, record: &InstanceRecord) -> bool {
        let (Ok(entry), Ok(folder)) = (self.held_entry(&record.credential).await, self.folder_of(record))
        else {
            return false;
        };
        let Some(kid) = entry.form.kid.clone() else {
            return false;
        };
        blocking(move || Instance::answers_key(&folder, &kid)).await == Some(false)
    }
}

/// Those that the vault does not know, where that can be told.
pub(super) async fn unknown(home: &Home, opened: Result<&Workspace, &Failure>) -> Option<Observation> {
    let found = match opened {
        Ok(workspace) => workspace.unknown_instances().await,
        Err(_) => home.instances_without_vault(),
    };
    let (message, remedy) = match found {
        Ok(names) => unknown_told(&names)?,
        Err(failure) => (failure.message, failure.remedy),
    };
    Some(Observation::of(
        Severity::Warning,
        "unknown",
        "instances",
        message,
        remedy,
    ))
}

fn folders(home: &Home) -> Vec<(InstanceName, PathBuf)> {
    let entries = fs::read_dir(home.root().join("instances"));
    let mut found: Vec<_> = entries
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.path().is_dir())
        .filter_map(|entry| {
            let name = InstanceName::parse(entry.file_name().to_str()?).ok()?;
            Some((name, entry.path()))
        })
        .collect();
    found.sort_by(|one, other| one.0.as_str().cmp(other.0.as_str()));
    found
}

//! A new owner for an instance whose owner's credential is lost, or known to somebody else.
//!
//! It asks for no credential: whoever can write the folder can read its key, and so has everything that is in it
//! anyway. What it must not be is unseen. That it happens is on record before it does.

use super::caller::OWNER;
use super::folder::Folder;
use super::opening::{ACTS, owner_of};
use super::settings::Settings;
use super::trail::Trail;
use super::{Instance, InstanceError, tls};
use crate::model::{InstanceName, Timestamp};
use crate::protocol::HeldCredential;
use crate::seal::DataKey;
use crate::store::sqlite::{SqliteAuditLog, SqliteStore};
use crate::store::{AuditOutcome, Store};
use std::path::Path;
use std::sync::Arc;

/// What it is called on record.
const ACTION: &str = "recover_owner";

/// An instance that has a new owner.
pub struct Recovered {
    /// Its settings.
    pub settings: Settings,
    /// What the new owner calls it with.
    pub owner: HeldCredential,
}

impl Instance {
    /// Makes a new owner for the instance `name` in `folder`, which nobody may host. The owner's keys of before open
    /// nothing from then on; every other credential stays as it is.
    pub async fn recover_owner(folder: &Path, name: &InstanceName) -> Result<Recovered, InstanceError> {
        let folder = Folder::at(folder);
        folder.check()?;
        let settings = folder.read_settings()?;
        if settings.name != *name {
            return Err(InstanceError::File {
                path: folder.settings(),
                reason: format!("it is of an instance called {}", settings.name),
                remedy: "give that name, or put the right instance.toml there",
            });
        }
        let _lock = folder.lock()?;
        let key = folder.read_key(&settings.key)?;
        let pins = tls::load(&folder, &settings)?.map_or_else(Vec::new, |served| served.pins);
        let store = SqliteStore::open(&folder.database())?;
        let log = SqliteAuditLog::open(&folder.audit())?;
        let trail = Trail::new(Arc::new(log), ACTS, &settings.instance_id, false);
        let made = replace_owner(&store, &trail, &key, &settings).await;
        store.close().await;
        trail.log().close().await;
        let mut owner = made?;
        owner.pins = pins;
        Ok(Recovered { settings, owner })
    }
}

async fn replace_owner(
    store: &dyn Store,
    trail: &Trail,
    key: &DataKey,
    settings: &Settings,
) -> Result<HeldCredential, InstanceError> {
    let subject = Some(settings.instance_id.as_str());
    let step = |outcome, reason| trail.step(Timestamp::now(), ACTION, subject, outcome, reason);
    step(AuditOutcome::Intent, None).await?;
    let (owner, record) = owner_of(key, settings);
    let before = store.issued().await?.into_iter().find(|old| old.name == OWNER);
    let written = match &before {
        Some(_) => store.update_issued(record).await,
        None => store.insert_issued(record).await,
    };
    if let Err(error) = written {
        step(AuditOutcome::Failed, Some("storage_failed")).await?;
        return Err(error.into());
    }
    let replaced = before.and_then(|before| before.kid);
    let reason = replaced.map(|kid| format!("in the place of key {kid}"));
    step(AuditOutcome::Done, reason.as_deref()).await?;
    Ok(owner)
}

//! Credentials that the console holds, sealed row by row; the manifest says which of them are in force.

use super::handshakes::HandshakeEntry;
use super::instances::{self, InstanceRecord};
use super::manifest::{Manifest, as_stored};
use super::sealed_rows::{Kind, put_row};
use super::{Vault, VaultError};
use crate::handshake::{Life, LifeError};
use crate::model::{CredentialState, Grant, KeyId, Side, Timestamp};
use crate::protocol::CredentialForm;
use crate::seal::{DataKey, IdentityKey, row};
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// What a held credential is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeldRole {
    /// Administering an instance of ours.
    Owner,
    /// Calling someone's instance.
    Caller,
}

/// A credential that the console holds. It has no `Debug`: the form is secret.
#[derive(Clone, Serialize, Deserialize)]
pub struct HeldEntry {
    /// Unique in the vault.
    pub name: String,
    /// The credential.
    pub form: CredentialForm,
    /// What it is for.
    pub role: HeldRole,
    /// The instance that it calls, by its name in this home.
    pub instance: String,
    /// Where it stands in its life.
    pub state: CredentialState,
    /// Whether people compared words.
    pub verified: bool,
    /// When its lease ends.
    pub expires_at: Option<Timestamp>,
    /// When it came here.
    pub created_at: Timestamp,
    /// What it allows, if the bundle said so.
    pub grant: Option<Grant>,
    /// What the handshake knows of it; none where there was none. `state` and `verified` follow it.
    #[serde(default)]
    pub life: Option<Life>,
    /// The identity that the instance showed in the bundle.
    #[serde(default)]
    pub identity: Option<IdentityKey>,
    /// A fresh agreement key that the instance has not answered yet: base64url, with its generation.
    #[serde(default)]
    pub pending: Option<(u32, String)>,
    /// Key ids that it had before, the oldest first: what was made with it then still leads to it.
    #[serde(default)]
    pub former: Vec<KeyId>,
    /// When it was last used; kept beside the seal.
    #[serde(skip)]
    pub last_used: Option<Timestamp>,
    /// How often it was used; kept beside the seal.
    #[serde(skip)]
    pub uses: u64,
}

/// How many key ids of before are remembered: three months of a rotation each day.
const FORMER: usize = 90;

impl HeldEntry {
    /// Takes another form under the same name, remembering the key id that it had.
    pub fn rekey(&mut self, form: CredentialForm) {
        if self.form.kid != form.kid {
            self.former.extend(self.form.kid.clone());
        }
        self.form = form;
        let forgotten = self.former.len().saturating_sub(FORMER);
        self.former.drain(..forgotten);
    }
}

impl Vault {
    /// Every held credential, by name.
    pub fn held(&self) -> Result<Vec<HeldEntry>, VaultError> {
        let key = self.key()?;
        let mut connection = self.connection();
        // One snapshot: the manifest and the rows that it speaks of belong together.
        let snapshot = connection.transaction()?;
        let manifest = Manifest::read(&snapshot, &key)?;
        manifest
            .held
            .iter()
            .map(|(name, revision)| read_row(&snapshot, &key, name, *revision))
            .collect()
    }

    /// One held credential.
    pub fn held_by_name(&self, name: &str) -> Result<Option<HeldEntry>, VaultError> {
        let key = self.key()?;
        let mut connection = self.connection();
        let snapshot = connection.transaction()?;
        let manifest = Manifest::read(&snapshot, &key)?;
        manifest
            .held
            .get(name)
            .map(|revision| read_row(&snapshot, &key, name, *revision))
            .transpose()
    }

    /// Adds credentials and, with them, instances: all or nothing. A name that is taken is refused.
    pub fn add(&self, entries: &[HeldEntry], records: &[InstanceRecord]) -> Result<(), VaultError> {
        let key = self.key()?;
        self.write_durably(|transaction| {
            for record in records {
                instances::insert(transaction, record)?;
            }
            let mut manifest = Manifest::read(transaction, &key)?;
            for entry in entries {
                if manifest.held.contains_key(&entry.name) {
                    return Err(VaultError::AlreadyExists {
                        what: "a credential named",
                        name: entry.name.clone(),
                    });
                }
                put(transaction, &key, &mut manifest, entry)?;
            }
            manifest.write(transaction, &key)
        })
    }

    /// Replaces a credential that is there, or adds it.
    pub fn replace_held(&self, entry: &HeldEntry) -> Result<(), VaultError> {
        let key = self.key()?;
        self.write_durably(|transaction| {
            let mut manifest = Manifest::read(transaction, &key)?;
            put(transaction, &key, &mut manifest, entry)?;
            manifest.write(transaction, &key)
        })
    }

    /// Changes a credential that is there, in one step that nobody else comes between. A change that is refused
    /// changes nothing. None if there is no such credential.
    pub fn change_held<T>(
        &self,
        name: &str,
        change: impl FnOnce(&mut HeldEntry) -> Result<T, LifeError>,
    ) -> Result<Option<Result<T, LifeError>>, VaultError> {
        let key = self.key()?;
        self.write_durably(|transaction| {
            let mut manifest = Manifest::read(transaction, &key)?;
            let Some(revision) = manifest.held.get(name) else {
                return Ok(None);
            };
            let mut entry = read_row(transaction, &key, name, *revision)?;
            let outcome = change(&mut entry);
            if outcome.is_ok() {
                put(transaction, &key, &mut manifest, &entry)?;
                manifest.write(transaction, &key)?;
            }
            Ok(Some(outcome))
        })
    }

    /// Forgets a credential; says whether it was there.
    pub fn remove_held(&self, name: &str) -> Result<bool, VaultError> {
        let key = self.key()?;
        self.write_durably(|transaction| take_out(transaction, &key, name))
    }

    /// Forgets an instance and every credential that calls it, and ends the handshakes that went on there: nobody can go
    /// on with what it offered, or with what was asked for it.
    pub fn remove_instance(&self, name: &str) -> Result<(), VaultError> {
        let (named, others): (Vec<_>, Vec<_>) =
            self.held()?.into_iter().partition(|entry| entry.instance == name);
        let named: Vec<String> = named.into_iter().map(|entry| entry.name).collect();
        let remains = |credential: &String| others.iter().any(|entry| entry.name == *credential);
        let ended: Vec<HandshakeEntry> = self
            .handshakes()?
            .into_iter()
            .filter(|entry| entry.ended_at.is_none() && entry.instance.as_deref() == Some(name))
            .filter(|entry| entry.side == Side::Issued || !entry.credentials.iter().any(remains))
            .map(HandshakeEntry::ended)
            .collect();
        let key = self.key()?;
        self.write_durably(|transaction| {
            transaction.execute("DELETE FROM instances WHERE name = ?1", [name])?;
            for credential in &named {
                take_out(transaction, &key, credential)?;
            }
            for entry in &ended {
                put_row(transaction, &key, Kind::Handshake, &entry.id, entry)?;
            }
            Ok(())
        })
    }

    /// Counts many messages at once: those of a load.
    pub fn note_uses(&self, name: &str, messages: u64, at: Timestamp) -> Result<(), VaultError> {
        self.write(|transaction| {
            transaction.execute(
                "UPDATE held SET uses = uses + ?3, last_used = max(coalesce(last_used, 0), ?2) WHERE name = ?1",
                params![name, at.as_micros(), i64::try_from(messages).unwrap_or(i64::MAX)],
            )?;
            Ok(())
        })
    }

    /// Notes that a credential was used.
    pub(super) fn note_use(
        transaction: &Transaction<'_>,
        name: &str,
        at: Timestamp,
    ) -> Result<(), VaultError> {
        transaction
            .prepare_cached("UPDATE held SET uses = uses + 1, last_used = max(coalesce(last_used, 0), ?2) WHERE name = ?1")?
            .execute(params![name, at.as_micros()])?;
        Ok(())
    }
}

fn take_out(transaction: &Transaction<'_>, key: &DataKey, name: &str) -> Result<bool, VaultError> {
    let mut manifest = Manifest::read(transaction, key)?;
    transaction.execute("DELETE FROM held WHERE name = ?1", [name])?;
    let was_there = manifest.held.remove(name).is_some();
    manifest.next_revision();
    manifest.write(transaction, key)?;
    Ok(was_there)
}

fn put(
    transaction: &Transaction<'_>,
    key: &DataKey,
    manifest: &mut Manifest,
    entry: &HeldEntry,
) -> Result<(), VaultError> {
    let revision = manifest.next_revision();
    manifest.held.insert(entry.name.clone(), revision);
    let plain = Zeroizing::new(serde_json::to_vec(entry).expect("an entry has only string keys"));
    let sealed = row::seal(key, &identity(&entry.name, revision), &plain);
    transaction.execute(
        "INSERT INTO held (name, revision, sealed) VALUES (?1, ?2, ?3)
         ON CONFLICT (name) DO UPDATE SET revision = ?2, sealed = ?3",
        params![entry.name, as_stored(revision), sealed],
    )?;
    Ok(())
}

fn read_row(
    connection: &Connection,
    key: &DataKey,
    name: &str,
    revision: u64,
) -> Result<HeldEntry, VaultError> {
    let tampered = || VaultError::Tampered {
        what: format!("the credential {name:?}"),
    };
    let (sealed, last_used, uses): (Vec<u8>, Option<i64>, i64) = connection
        .prepare_cached("SELECT sealed, last_used, uses FROM held WHERE name = ?1")?
        .query_row([name], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?
        .ok_or_else(tampered)?;
    let plain = row::open(key, &identity(name, revision), &sealed).map_err(|_| tampered())?;
    let mut entry: HeldEntry = serde_json::from_slice(&plain).map_err(|_| tampered())?;
    entry.last_used = last_used.map(Timestamp::from_micros);
    entry.uses = uses.unsigned_abs();
    Ok(entry)
}

fn identity(name: &str, revision: u64) -> Vec<u8> {
    format!("held\0{name}\0{revision}").into_bytes()
}

//! Small things that are kept sealed row by row, of several kinds, each under its name.

use super::manifest::{Manifest, as_stored};
use super::{Vault, VaultError};
use crate::seal::{DataKey, row};
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

/// What kind of thing a row is.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Handshake,
    WizardDraft,
    AuditHead,
    Templates,
    LoadRun,
    Draft,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Handshake => "handshake",
            Self::WizardDraft => "wizard_draft",
            Self::AuditHead => "audit_head",
            Self::Templates => "templates",
            Self::LoadRun => "load_run",
            Self::Draft => "draft",
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Handshake => "the handshake",
            Self::WizardDraft => "the draft of a handshake",
            Self::AuditHead => "the kept head of the audit trail of",
            Self::Templates => "the kept queries,",
            Self::LoadRun => "the load run",
            Self::Draft => "what was being written for",
        }
    }
}

impl Vault {
    /// Every row of a kind.
    pub(super) fn sealed_rows<T: DeserializeOwned>(&self, kind: Kind) -> Result<Vec<T>, VaultError> {
        let key = self.key()?;
        let mut connection = self.connection();
        // One snapshot: the manifest and the rows that it speaks of belong together.
        let snapshot = connection.transaction()?;
        let manifest = Manifest::read(&snapshot, &key)?;
        let Some(names) = manifest.rows.get(kind.as_str()) else {
            return Ok(Vec::new());
        };
        names
            .iter()
            .map(|(name, revision)| read_row(&snapshot, &key, kind, name, *revision))
            .collect()
    }

    /// One row.
    pub(super) fn sealed_row<T: DeserializeOwned>(
        &self,
        kind: Kind,
        name: &str,
    ) -> Result<Option<T>, VaultError> {
        let key = self.key()?;
        let mut connection = self.connection();
        let snapshot = connection.transaction()?;
        find_row(&snapshot, &key, kind, name)
    }

    /// Keeps a row, in place of the one with this name if there is one.
    pub(super) fn put_sealed_row<T: Serialize>(
        &self,
        kind: Kind,
        name: &str,
        value: &T,
    ) -> Result<(), VaultError> {
        let key = self.key()?;
        self.write_durably(|transaction| put_row(transaction, &key, kind, name, value))
    }

    /// Forgets a row; one that is not there is forgotten already.
    pub(super) fn remove_sealed_row(&self, kind: Kind, name: &str) -> Result<(), VaultError> {
        let key = self.key()?;
        self.write_durably(|transaction| {
            let mut manifest = Manifest::read(transaction, &key)?;
            if let Some(names) = manifest.rows.get_mut(kind.as_str()) {
                names.remove(name);
            }
            transaction.execute(
                "DELETE FROM sealed_rows WHERE kind = ?1 AND name = ?2",
                [kind.as_str(), name],
            )?;
            manifest.next_revision();
            manifest.write(transaction, &key)
        })
    }
}

/// One row, inside a transaction.
pub(super) fn find_row<T: DeserializeOwned>(
    connection: &Connection,
    key: &DataKey,
    kind: Kind,
    name: &str,
) -> Result<Option<T>, VaultError> {
    let manifest = Manifest::read(connection, key)?;
    manifest
        .rows
        .get(kind.as_str())
        .and_then(|names| names.get(name))
        .map(|revision| read_row(connection, key, kind, name, *revision))
        .transpose()
}

/// Keeps a row, inside a transaction.
pub(super) fn put_row<T: Serialize>(
    transaction: &Transaction<'_>,
    key: &DataKey,
    kind: Kind,
    name: &str,
    value: &T,
) -> Result<(), VaultError> {
    let mut manifest = Manifest::read(transaction, key)?;
    let revision = manifest.next_revision();
    manifest
        .rows
        .entry(kind.as_str().to_owned())
        .or_default()
        .insert(name.to_owned(), revision);
    let plain = Zeroizing::new(serde_json::to_vec(value).expect("what is kept has only string keys"));
    let sealed = row::seal(key, &identity(kind, name, revision), &plain);
    transaction.execute(
        "INSERT OR REPLACE INTO sealed_rows VALUES (?1, ?2, ?3, ?4)",
        params![kind.as_str(), name, as_stored(revision), sealed],
    )?;
    manifest.write(transaction, key)
}

fn read_row<T: DeserializeOwned>(
    connection: &Connection,
    key: &DataKey,
    kind: Kind,
    name: &str,
    revision: u64,
) -> Result<T, VaultError> {
    let tampered = || VaultError::Tampered {
        what: format!("{} {name:?}", kind.words()),
    };
    let sealed: Vec<u8> = connection
        .prepare_cached("SELECT sealed FROM sealed_rows WHERE kind = ?1 AND name = ?2")?
        .query_row([kind.as_str(), name], |row| row.get(0))
        .optional()?
        .ok_or_else(tampered)?;
    let plain = row::open(key, &identity(kind, name, revision), &sealed).map_err(|_| tampered())?;
    serde_json::from_slice(&plain).map_err(|_| tampered())
}

fn identity(kind: Kind, name: &str, revision: u64) -> Vec<u8> {
    format!("{}\0{name}\0{revision}", kind.as_str()).into_bytes()
}

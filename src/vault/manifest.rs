//! The sealed list of what is in the vault: which revision of each sealed row is in force.
//!
//! A row's identity (kind, name, revision) is sealed with it, so a row moved to another name does not
//! open. The manifest tells of an older row put back, and of a row taken away.

use super::VaultError;
use crate::seal::{DataKey, row};
use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

const IDENTITY: &[u8] = b"butterfly vault manifest v1";

/// Which revision of each sealed row is in force.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Manifest {
    /// Held credentials, by name.
    pub(super) held: BTreeMap<String, u64>,
    /// Every other sealed row, by kind and name.
    #[serde(default)]
    pub(super) rows: BTreeMap<String, BTreeMap<String, u64>>,
    /// Goes up with every change, and never back: a name that comes again gets a new revision.
    pub(super) newest: u64,
}

impl Manifest {
    pub(super) fn read(connection: &Connection, key: &DataKey) -> Result<Self, VaultError> {
        let tampered = || VaultError::Tampered {
            what: "the list of what it holds".to_owned(),
        };
        let sealed: Vec<u8> = connection
            .prepare_cached("SELECT sealed FROM manifest WHERE id = 1")?
            .query_row([], |row| row.get(0))
            .optional()?
            .ok_or_else(tampered)?;
        let plain = row::open(key, IDENTITY, &sealed).map_err(|_| tampered())?;
        serde_json::from_slice(&plain).map_err(|_| tampered())
    }

    pub(super) fn write(&self, connection: &Connection, key: &DataKey) -> Result<(), VaultError> {
        let plain = serde_json::to_vec(self).expect("a manifest has only string keys");
        connection.execute(
            "INSERT OR REPLACE INTO manifest VALUES (1, ?1)",
            [row::seal(key, IDENTITY, &plain)],
        )?;
        Ok(())
    }

    /// The revision that a changed row gets.
    pub(super) fn next_revision(&mut self) -> u64 {
        self.newest += 1;
        self.newest
    }
}

/// SQLite counts with a sign.
pub(super) fn as_stored(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
